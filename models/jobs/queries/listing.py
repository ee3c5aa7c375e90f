"""The list of jobs, page by page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..columns import LIST, NAME_JOINS, select
from . import sql
from .cursors import CursorError, cursor_of, read_cursor
from .filters import Condition, JobQuery, condition_of
from .orders import AFTER, FIRST, GOODNESS, MOST_GOODNESS, NEWEST
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class Page:
    """A page of the list of jobs.

    Attributes:
        jobs: values of the list's columns for each job, in order.
        next: cursor of the next page; None if this is the last page.
    """

    jobs: tuple[dict[str, Any], ...]
    next: str | None


def list_jobs(
    connection: "Connection",
    query: JobQuery,
    limit: int,
    order: str = NEWEST,
    cursor: str | None = None,
) -> Page:
    """Return a page of the jobs of a query.

    Args:
        connection: connection to the database.
        query: conditions that the jobs must meet.
        limit: largest number of jobs on the page.
        order: one of `ORDERS`.
        cursor: `next` of the page before; it stays valid while jobs are added and deleted.

    Raises:
        CursorError: the text is not a cursor of this order.
    """
    condition = condition_of(connection, query)
    after = None if cursor is None else _read_cursor(order, cursor)
    if condition is None:
        return Page((), None)
    statement, values = page_statement(condition, limit + 1, order, after)
    rows = rows_of(connection, statement, values)
    has_more, rows = len(rows) > limit, rows[:limit]
    if not has_more:
        return Page(tuple(rows), None)
    last = rows[-1]
    next_cursor = cursor_of(last["created_at"], last["id"], order, last["goodness"])
    return Page(tuple(rows), next_cursor)


def page_statement(
    condition: Condition, limit: int, order: str = NEWEST, after: dict[str, Any] | None = None
) -> tuple[bytes, dict[str, Any]]:
    """Return the SQL statement of a page, and the values of its placeholders."""
    statement = sql(
        "page_of_jobs",
        columns=select(LIST),
        name_joins=NAME_JOINS,
        goodness=GOODNESS,
        condition=condition.sql if after is None else f"{condition.sql} AND {AFTER[order]}",
        order=FIRST[order],
        order_of_rows=FIRST[order].replace(GOODNESS, "jobs.goodness"),
    )
    return statement, {**condition.values, **(after or {}), "limit": limit}


def _read_cursor(order: str, cursor: str) -> dict[str, Any]:
    at, job_id, (cursor_order, goodness) = read_cursor(cursor, sort_keys=2)
    if cursor_order != order or not isinstance(goodness, int | float):
        raise CursorError(f"It is a cursor of another order, not of {order}.")
    if not abs(goodness) <= MOST_GOODNESS:
        raise CursorError("It is not a cursor of this list.")
    return {"after_goodness": float(goodness), "after_at": at, "after_id": job_id}
