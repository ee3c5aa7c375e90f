"""What is known of one job: its events, parameters, attempts, reviews, graph and picture."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

JOB_OF_ID = "SELECT id FROM anime.jobs WHERE id = %(id)s"
NEWEST_JOB_OF_PROMPT = """
SELECT id FROM anime.jobs WHERE prompt_id = %(prompt_id)s
ORDER BY created_at DESC, id DESC LIMIT 1
"""
EVENTS = """
SELECT id, kind, state, at, received_at, data FROM anime.job_events
WHERE job_id = %(id)s ORDER BY at, received_at, id
"""
PARAMS = """
SELECT node_id, node_type, kind, name, text, number, sha256 FROM anime.generation_params
WHERE job_id = %(id)s ORDER BY position
"""
ATTEMPTS = """
SELECT node_id, number, seed, verdict, score, reason, chosen FROM anime.retry_attempts
WHERE job_id = %(id)s ORDER BY node_id, number
"""
REVIEWS = """
SELECT id, verdict, reason, reviewer, reviewed_at FROM anime.reviews
WHERE job_id = %(id)s ORDER BY reviewed_at DESC, id DESC
"""
GRAPH = "SELECT graph, workflow FROM anime.jobs WHERE id = %(id)s"
# An attempt knows its prompt from its beginning, and its job only later.
PRODUCTION = """
SELECT phases.production_id
FROM anime.jobs
JOIN anime.attempts ON attempts.prompt_id = jobs.prompt_id
JOIN anime.phases ON phases.id = attempts.phase_id
WHERE jobs.id = %(id)s AND jobs.source = 'production' LIMIT 1
"""
# The first file's: the one that people look at first.
THUMBNAIL = """
SELECT thumbnails.event_id, thumbnails.webp
FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
WHERE artifacts.job_id = %(id)s ORDER BY artifacts.written_at, artifacts.path LIMIT 1
"""


def find_id(connection: "Connection", wanted: str) -> UUID | None:
    """The id of the job with this id, or of the newest of the prompt with this id."""
    try:
        row = connection.execute(JOB_OF_ID, {"id": UUID(wanted)}).fetchone()
    except ValueError:
        row = None
    if row is None:
        prompt = {"prompt_id": wanted.replace("\0", "")}
        row = connection.execute(NEWEST_JOB_OF_PROMPT, prompt).fetchone()
    return None if row is None else row[0]


def events_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What happened to a job, in the order of time."""
    return rows_of(connection, EVENTS, {"id": job_id})


def params_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What its pictures were made with.

    A number stands in `number`, and exactly as a text in `written`: a browser's numbers have no
    room for all the digits of a seed.
    """
    rows = rows_of(connection, PARAMS, {"id": job_id})
    for row in rows:
        row["number"] = _number(row["number"])
        row["written"] = row["text"] if row["number"] is None else str(row["number"])
    return rows


def attempts_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """The rounds of the retries inside it."""
    rows = rows_of(connection, ATTEMPTS, {"id": job_id})
    for row in rows:
        row["seed"] = str(_number(row["seed"]))
    return rows


def reviews_of(connection: "Connection", job_id: UUID) -> list[dict[str, Any]]:
    """What people said of it, the newest first, which holds."""
    return rows_of(connection, REVIEWS, {"id": job_id})


def production_of(connection: "Connection", job_id: UUID) -> UUID | None:
    """The production that it is an attempt of; None where it is of none."""
    row = connection.execute(PRODUCTION, {"id": job_id}).fetchone()
    return None if row is None else row[0]


def graph_of(connection: "Connection", job_id: UUID) -> dict[str, Any] | None:
    """Its `graph` in API format and its `workflow`; None where there is no such job."""
    rows = rows_of(connection, GRAPH, {"id": job_id})
    return rows[0] if rows else None


def thumbnail_of(connection: "Connection", job_id: UUID) -> tuple[str, bytes] | None:
    """A small WebP of its first file, and what tells it from others; None where there is none."""
    row = connection.execute(THUMBNAIL, {"id": job_id}).fetchone()
    return None if row is None else (str(row[0]), bytes(row[1]))


def _number(number: Decimal | None) -> int | float | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
