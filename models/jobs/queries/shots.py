"""Jobs in groups: the shots that jobs belong to with their counts, and the tags of jobs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from . import sql
from .cursors import CursorError, cursor_of, read_cursor
from .filters import GROUP, JobQuery, condition_of
from .orders import BEST, GOODNESS, MOST_GOODNESS, NEWEST
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

# For each order: the ORDER BY clause of the groups, and the condition for those after the last one
# of a page.
ORDER = {
    NEWEST: "newest DESC, counted.project_id DESC, counted.shot_id DESC",
    BEST: "goodness DESC, newest DESC, counted.project_id DESC, counted.shot_id DESC",
}
AFTER = {
    NEWEST: "(newest, counted.project_id, counted.shot_id)"
    " < (%(after_at)s, %(after_project)s, %(after_shot)s)",
    BEST: "(goodness, newest, counted.project_id, counted.shot_id)"
    " < (%(after_goodness)s, %(after_at)s, %(after_project)s, %(after_shot)s)",
}
SHOT_BITS = 64  # a cursor holds the ids of project and shot as one UUID
MOST_ID = 2**63 - 1  # of PostgreSQL's bigint


@dataclass(frozen=True)
class ShotPage:
    """A page of the shots that jobs belong to.

    Attributes:
        shots: values of each shot, in order; `key` is the value of the filter `group` for its jobs.
        next: cursor of the next page; None if this is the last page.
    """

    shots: tuple[dict[str, Any], ...]
    next: str | None


def list_shots(
    connection: "Connection",
    query: JobQuery,
    limit: int,
    order: str = NEWEST,
    cursor: str | None = None,
) -> ShotPage:
    """Return a page of the shots that the jobs of a query belong to, with counts of these jobs.

    Args:
        connection: connection to the database.
        query: conditions that the jobs must meet.
        limit: largest number of shots on the page.
        order: one of `ORDERS`: the shot with the newest job first, or with the best job.
        cursor: `next` of the page before.

    Raises:
        CursorError: the text is not a cursor of this list in this order.
    """
    condition = condition_of(connection, query)
    after = None if cursor is None else _read_cursor(order, cursor)
    if condition is None:
        return ShotPage((), None)
    statement = sql(
        "shots_of_jobs",
        goodness=GOODNESS,
        condition=condition.sql,
        after="true" if after is None else AFTER[order],
        order=ORDER[order],
    )
    values = {**condition.values, **(after or {}), "limit": limit + 1}
    rows = rows_of(connection, statement, values)
    has_more, rows = len(rows) > limit, rows[:limit]
    next_cursor = None
    if has_more:
        last = rows[-1]
        row_id = UUID(int=last["project_id"] << SHOT_BITS | last["shot_id"])
        next_cursor = cursor_of(last["newest"], row_id, "shots", order, last["goodness"])
    return ShotPage(tuple(map(_shot, rows)), next_cursor)


def list_tags(connection: "Connection") -> list[dict[str, Any]]:
    """Return the tags of the newest 20,000 jobs that have any, at most 200, the commonest first."""
    return rows_of(connection, sql("newest_tags"), {})


def _shot(row: dict[str, Any]) -> dict[str, Any]:
    key = GROUP.format(project=row["project_id"], shot=row["shot_id"])
    hidden = ("project_id", "shot_id", "goodness")
    return {"key": key, **{name: value for name, value in row.items() if name not in hidden}}


def _read_cursor(order: str, cursor: str) -> dict[str, Any]:
    at, row_id, (kind, cursor_order, goodness) = read_cursor(cursor, sort_keys=3)
    project, shot = divmod(row_id.int, 1 << SHOT_BITS)
    is_number = isinstance(goodness, int | float) and abs(goodness) <= MOST_GOODNESS
    if (kind, cursor_order) != ("shots", order) or not is_number or max(project, shot) > MOST_ID:
        raise CursorError("It is not a cursor of this list.")
    ids = {"after_project": project, "after_shot": shot}
    return {"after_goodness": float(goodness), "after_at": at, **ids}
