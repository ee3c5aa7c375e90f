"""Details of one job: its events, parameters, attempts, reviews, graph and thumbnail."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..strict_json import without_unstorable
from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


def find_id(connection: "Connection", job_or_prompt_id: str) -> UUID | None:
    """Return the id of a job, or of the newest job of a prompt; None if there is neither."""
    try:
        row = connection.execute(sql("job_of_id"), {"id": UUID(job_or_prompt_id)}).fetchone()
    except ValueError:
        row = None
    if row is None:
        prompt = {"prompt_id": without_unstorable(job_or_prompt_id)}
        row = connection.execute(sql("newest_job_of_prompt"), prompt).fetchone()
    return None if row is None else row[0]


def events_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """Return the events of a job in the order of time."""
    return rows_of(connection, sql("events_of_job"), {"id": job_id})


def parameters_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """Return the generation parameters of a job.

    A number is in `number`, and also as a text in `written`, because a number in a browser doesn't
    hold all digits of a seed.
    """
    rows = rows_of(connection, sql("parameters_of_job"), {"id": job_id})
    for row in rows:
        row["number"] = _number(row["number"])
        row["written"] = row["text"] if row["number"] is None else str(row["number"])
    return rows


def attempts_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """Return the attempts of the retries inside a job."""
    rows = rows_of(connection, sql("retry_attempts_of_job"), {"id": job_id})
    for row in rows:
        row["seed"] = str(_number(row["seed"]))
    return rows


def reviews_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """Return the reviews of a job, the newest first; the newest one is the valid one."""
    return rows_of(connection, sql("reviews_of_job"), {"id": job_id})


def production_of(connection: "Connection", job_id: UUID) -> UUID | None:
    """Return the id of the production that a job belongs to; None if it belongs to none."""
    row = connection.execute(sql("production_of_job"), {"id": job_id}).fetchone()
    return None if row is None else row[0]


def graph_of(connection: "Connection", job_id: UUID) -> dict[str, Any] | None:
    """Return a job's `graph` in API format, its `workflow`, and the ids of its `output_nodes`.

    The output nodes are those that were asked for; None if they are unknown. The result is None if
    there is no such job.
    """
    rows = rows_of(connection, sql("graph_of_job"), {"id": job_id})
    return rows[0] if rows else None


def thumbnail_of(
    connection: "Connection", job_id: UUID, path: str | None = None
) -> tuple[str, bytes] | None:
    """Return the thumbnail of a job's file as (id, WebP); None if there is none.

    A job without such a file has the small picture of its reports' worst frame.

    Args:
        connection: connection to the database.
        job_id: id of the job.
        path: path of the file; None for the first file that has a thumbnail.
    """
    values = {"id": job_id, "path": path}
    row = connection.execute(sql("thumbnail_of_job"), values).fetchone()
    if row is None and path is None:
        row = connection.execute(sql("thumbnail_of_reports"), values).fetchone()
    return None if row is None else (str(row[0]), bytes(row[1]))


def paths_with_thumbnail(connection: "Connection", job_id: UUID) -> set[str]:
    """Return the paths of those files of a job that have a thumbnail."""
    return {path for (path,) in connection.execute(sql("paths_with_thumbnail"), {"id": job_id})}


def _number(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
