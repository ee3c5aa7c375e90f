"""The list of jobs, a page at a time."""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .filters import Condition, JobFilter, condition_of
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

NEWEST, BEST = "newest", "best"
ORDERS = (NEWEST, BEST)

# One that passes is better than one that fails, whatever their scores; one without a score comes
# after those that have one. As in the index `jobs_best_first`.
GOODNESS = "(coalesce(jobs.score, -1) + CASE jobs.verdict WHEN 'PASS' THEN 102 ELSE 0 END)"
TIME_AND_ID = "jobs.created_at, jobs.id"

AFTER = {
    NEWEST: f"({TIME_AND_ID}) < (%(after_at)s, %(after_id)s)",
    BEST: f"({GOODNESS}, {TIME_AND_ID}) < (%(after_goodness)s, %(after_at)s, %(after_id)s)",
}
BACKWARD = {
    NEWEST: "jobs.created_at DESC, jobs.id DESC",
    BEST: f"{GOODNESS} DESC, jobs.created_at DESC, jobs.id DESC",
}

PAGE_OF_JOBS = """
WITH jobs AS MATERIALIZED (
    SELECT jobs.*, {goodness} AS goodness FROM anime.jobs
    WHERE {condition} ORDER BY {order} LIMIT %(limit)s
)
SELECT
    jobs.id, jobs.prompt_id, projects.name AS project, coalesce(shots.episode, '') AS episode,
    coalesce(shots.scene, '') AS scene, coalesce(shots.shot, '') AS shot,
    coalesce(characters.name, '') AS character, jobs.tags, jobs.state, jobs.progress,
    jobs.progress_node_id, jobs.verdict, jobs.score, jobs.judged_by, jobs.review, jobs.source,
    machines.name AS machine, jobs.model, jobs.created_at, jobs.started_at, jobs.finished_at,
    jobs.reproduced_from, jobs.error_message AS error, jobs.goodness,
    EXISTS (
        SELECT FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
        WHERE artifacts.job_id = jobs.id
    ) AS has_thumbnail,
    worst.reason_code, worst.reason_values, worst.reason
FROM jobs
JOIN anime.projects ON projects.id = jobs.project_id
JOIN anime.machines ON machines.id = jobs.machine_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
LEFT JOIN LATERAL (
    SELECT measurements.reason_code, measurements.reason_values, measurements.reason
    FROM anime.reports JOIN anime.measurements ON measurements.report_id = reports.id
    WHERE reports.job_id = jobs.id AND reports.decides AND reports.verdict = jobs.verdict
        AND measurements.verdict = reports.verdict AND measurements.verdict <> 'PASS'
    ORDER BY reports.score NULLS FIRST, reports.position,
        measurements.reason_code = reports.worst_reason_code DESC NULLS LAST,
        measurements.required DESC, measurements.position
    LIMIT 1
) AS worst ON true
ORDER BY {order_of_rows}
"""


class CursorError(ValueError):
    """A text that is no cursor of the list in this order."""


@dataclass(frozen=True)
class Page:
    """Jobs in their order, and where the list goes on; None at its end."""

    jobs: tuple[dict[str, Any], ...]
    next: str | None


def list_jobs(
    connection: "Connection",
    wanted: JobFilter,
    limit: int,
    order: str = NEWEST,
    cursor: str | None = None,
) -> Page:
    """A page of the jobs that are as wanted.

    Args:
        connection: to the database.
        wanted: which jobs.
        limit: most of them.
        order: `NEWEST` or `BEST` first.
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
    following = _cursor(order, rows[-1]) if has_more else None
    for row in rows:
        del row["goodness"]
    return Page(tuple(rows), following)


def page_query(
    condition: Condition, limit: int, order: str = NEWEST, after: dict[str, Any] | None = None
) -> tuple[str, dict[str, Any]]:
    """The statement behind a page, and its values."""
    where = condition.sql if after is None else f"{condition.sql} AND {AFTER[order]}"
    query = PAGE_OF_JOBS.format(
        goodness=GOODNESS,
        condition=where,
        order=BACKWARD[order],
        order_of_rows=BACKWARD[order].replace(GOODNESS, "jobs.goodness"),
    )
    return query, {**condition.values, **(after or {}), "limit": limit}


def _cursor(order: str, row: dict[str, Any]) -> str:
    said = [order, row["goodness"], row["created_at"].isoformat(), str(row["id"])]
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def _read_cursor(order: str, cursor: str) -> dict[str, Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of_order, goodness, at, job_id = json.loads(base64.urlsafe_b64decode(padded))
        after: dict[str, Any] = {
            "after_goodness": float(goodness),
            "after_at": datetime.fromisoformat(at),
            "after_id": UUID(job_id),
        }
    except (ValueError, TypeError, AttributeError):
        raise CursorError("It is no cursor that this list gave.") from None
    if of_order != order or after["after_at"].tzinfo is None:
        raise CursorError(f"It is a cursor of a list in another order than {order}.")
    return after
