"""The latest or the best of the jobs that a filter describes, and what its files were made with."""

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from . import sql
from .filters import JobQuery, condition_of
from .orders import BEST, FIRST, NEWEST

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class Origin:
    """What a job's files were made with; None where its graph doesn't say."""

    prompt: str | None
    seed: int | None


def latest_job(connection: "Connection", wanted: JobQuery) -> UUID | None:
    """The newest job with files that is as wanted; None where there is none."""
    return _first(connection, wanted, NEWEST)


def best_job(connection: "Connection", wanted: JobQuery) -> UUID | None:
    """The job with files that has the best score, those that pass before all others.

    None where there is none with a score.
    """
    return _first(connection, wanted, BEST, "jobs.score IS NOT NULL")


def origin_of(connection: "Connection", job_id: UUID) -> Origin:
    """The positive prompt and the seed of a job; several texts stand on lines of their own."""
    of_job = {"id": job_id}
    texts = [text for (text,) in connection.execute(sql("positive_texts_of_job"), of_job)]
    seed = connection.execute(sql("seed_of_job"), of_job).fetchone()
    whole = seed is not None and isinstance(seed[0], Decimal) and seed[0] == int(seed[0])
    return Origin(
        "\n".join(dict.fromkeys(texts)) if texts else None, int(seed[0]) if seed and whole else None
    )


def _first(
    connection: "Connection", wanted: JobQuery, order: str, further: str = "true"
) -> UUID | None:
    condition = condition_of(connection, wanted)
    if condition is None:
        return None
    both = f"{condition.sql} AND {further}"
    query = sql("first_job_with_files", condition=both, order=FIRST[order])
    row = connection.execute(query, condition.values, prepare=False).fetchone()
    return None if row is None else row[0]
