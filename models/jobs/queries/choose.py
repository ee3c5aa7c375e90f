"""Choice of the latest or the best job of a query, with the prompt and seed of its files."""

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
    """Prompt and seed that a job's files were made with; None if the graph doesn't contain them."""

    prompt: str | None
    seed: int | None


def latest_job(connection: "Connection", query: JobQuery) -> UUID | None:
    """Return the newest job of a query that wrote files; None if there is none."""
    return _first(connection, query, NEWEST)


def best_job(connection: "Connection", query: JobQuery) -> UUID | None:
    """Return the best job of a query that wrote files; None if no such job has a score.

    Jobs that pass come first, then jobs with a higher score.
    """
    return _first(connection, query, BEST, "jobs.score IS NOT NULL")


def origin_of(connection: "Connection", job_id: UUID) -> Origin:
    """Return the positive prompt and the seed of a job; several texts are joined by line breaks."""
    job = {"id": job_id}
    texts = [text for (text,) in connection.execute(sql("positive_texts_of_job"), job)]
    seed = connection.execute(sql("seed_of_job"), job).fetchone()
    whole = seed is not None and isinstance(seed[0], Decimal) and seed[0] == int(seed[0])
    return Origin(
        "\n".join(dict.fromkeys(texts)) if texts else None, int(seed[0]) if seed and whole else None
    )


def _first(
    connection: "Connection", query: JobQuery, order: str, requirement: str = "true"
) -> UUID | None:
    """Return the first job of a query that also meets an SQL condition."""
    condition = condition_of(connection, query)
    if condition is None:
        return None
    both = f"{condition.sql} AND {requirement}"
    statement = sql("first_job_with_files", condition=both, order=FIRST[order])
    row = connection.execute(statement, condition.values, prepare=False).fetchone()
    return None if row is None else row[0]
