"""The list of jobs, a page at a time."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..columns import LIST, NAMES, select
from . import sql
from .cursors import CursorError, cursor_of, read_cursor
from .filters import Condition, JobQuery, condition_of
from .orders import AFTER, FIRST, GOODNESS, MOST_GOODNESS, NEWEST
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class Page:
    """Jobs in their order, and where the list goes on; None at its end."""

    jobs: tuple[dict[str, Any], ...]
    next: str | None


def list_jobs(
    connection: "Connection",
    wanted: JobQuery,
    limit: int,
    order: str = NEWEST,
    cursor: str | None = None,
) -> Page:
    """A page of the jobs that are as wanted.

    Args:
        connection: to the database.
        wanted: which jobs.
        limit: most of them.
        order: one of `ORDERS`.
        cursor: what the page before gave as `next`; it stays true while jobs come and go.

    Raises:
        CursorError: no cursor of this order.
    """
    condition = condition_of(connection, wanted)
    after = None if cursor is None else _read_cursor(order, cursor)
    if condition is None:
        return Page((), None)
    query, values = page_query(condition, limit + 1, order, after)
    rows = rows_of(connection, query, values)
    has_more, rows = len(rows) > limit, rows[:limit]
    if not has_more:
        return Page(tuple(rows), None)
    last = rows[-1]
    following = cursor_of(last["created_at"], last["id"], order, last["goodness"])
    return Page(tuple(rows), following)


def page_query(
    condition: Condition, limit: int, order: str = NEWEST, after: dict[str, Any] | None = None
) -> tuple[bytes, dict[str, Any]]:
    """The statement behind a page, and its values."""
    query = sql(
        "page_of_jobs",
        columns=select(LIST),
        names=NAMES,
        goodness=GOODNESS,
        condition=condition.sql if after is None else f"{condition.sql} AND {AFTER[order]}",
        order=FIRST[order],
        order_of_rows=FIRST[order].replace(GOODNESS, "jobs.goodness"),
    )
    return query, {**condition.values, **(after or {}), "limit": limit}


def _read_cursor(order: str, cursor: str) -> dict[str, Any]:
    at, job_id, (of_order, goodness) = read_cursor(cursor, places=2)
    if of_order != order or not isinstance(goodness, int | float):
        raise CursorError(f"It is a cursor of a list in another order than {order}.")
    if not abs(goodness) <= MOST_GOODNESS:
        raise CursorError("It is no cursor that this list gave.")
    return {"after_goodness": float(goodness), "after_at": at, "after_id": job_id}
