"""What is known of one job: its events, parameters, attempts, reviews, graph and picture."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


def find_id(connection: "Connection", wanted: str) -> UUID | None:
    """The id of the job with this id, or of the newest of the prompt with this id."""
    try:
        row = connection.execute(sql("job_of_id"), {"id": UUID(wanted)}).fetchone()
    except ValueError:
        row = None
    if row is None:
        prompt = {"prompt_id": wanted.replace("\0", "")}
        row = connection.execute(sql("newest_job_of_prompt"), prompt).fetchone()
    return None if row is None else row[0]


def events_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What happened to a job, in the order of time."""
    return rows_of(connection, sql("events_of_job"), {"id": job_id})


def parameters_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What its pictures were made with.

    A number stands in `number`, and exactly as a text in `written`: a browser's numbers have no
    room for all the digits of a seed.
    """
    rows = rows_of(connection, sql("params_of_job"), {"id": job_id})
    for row in rows:
        row["number"] = _number(row["number"])
        row["written"] = row["text"] if row["number"] is None else str(row["number"])
    return rows


def attempts_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """The rounds of the retries inside it."""
    rows = rows_of(connection, sql("retry_attempts_of_job"), {"id": job_id})
    for row in rows:
        row["seed"] = str(_number(row["seed"]))
    return rows


def reviews_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What people said of it, the newest first, which holds."""
    return rows_of(connection, sql("reviews_of_job"), {"id": job_id})


def production_of(connection: "Connection", job_id: UUID) -> UUID | None:
    """The production that it is an attempt of; None where it is of none."""
    row = connection.execute(sql("production_of_job"), {"id": job_id}).fetchone()
    return None if row is None else row[0]


def graph_of(connection: "Connection", job_id: UUID) -> dict[str, Any] | None:
    """Its `graph` in API format and its `workflow`; None where there is no such job."""
    rows = rows_of(connection, sql("graph_of_job"), {"id": job_id})
    return rows[0] if rows else None


def thumbnail_of(connection: "Connection", job_id: UUID) -> tuple[str, bytes] | None:
    """A small WebP of its first file, and what tells it from others; None where there is none."""
    row = connection.execute(sql("thumbnail_of_job"), {"id": job_id}).fetchone()
    return None if row is None else (str(row[0]), bytes(row[1]))


def _number(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
