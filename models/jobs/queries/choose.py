"""Which job is meant: the latest or the best of those that a query describes."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from psycopg import Connection

# Jobs that wrote no file have nothing to be chosen for.
CANDIDATES = """
SELECT jobs.id
FROM anime.jobs
JOIN anime.projects ON projects.id = jobs.project_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
WHERE (%(project)s = '' OR projects.name = %(project)s)
    AND (%(episode)s = '' OR shots.episode = %(episode)s)
    AND (%(scene)s = '' OR shots.scene = %(scene)s)
    AND (%(shot)s = '' OR shots.shot = %(shot)s)
    AND (%(character)s = '' OR characters.name = %(character)s)
    AND (%(tag)s = '' OR jobs.tags @> ARRAY[%(tag)s])
    AND (%(state)s = '' OR jobs.state = %(state)s)
    AND EXISTS (SELECT FROM anime.artifacts WHERE artifacts.job_id = jobs.id)
"""
LATEST = f"{CANDIDATES} ORDER BY jobs.created_at DESC, jobs.id LIMIT 1"
# One that passes is better than one that fails, whatever their scores.
BEST = f"""{CANDIDATES} AND jobs.score IS NOT NULL
ORDER BY jobs.verdict = 'PASS' DESC, jobs.score DESC, jobs.created_at DESC, jobs.id LIMIT 1
"""

POSITIVE_TEXTS = """
SELECT text FROM anime.generation_params
WHERE job_id = %(id)s AND kind = 'positive' AND text IS NOT NULL ORDER BY position
"""
# Of a retry, the attempt that was kept has the seed that made the files.
SEED = """
SELECT seed FROM (
    SELECT seed, 0 AS place, number AS position FROM anime.retry_attempts
    WHERE job_id = %(id)s AND chosen
    UNION ALL
    SELECT number, 1, position FROM anime.generation_params
    WHERE job_id = %(id)s AND kind = 'seed' AND number IS NOT NULL
) AS seeds ORDER BY place, position LIMIT 1
"""


@dataclass(frozen=True)
class Wanted:
    """What a job must be; "" is anything.

    Attributes:
        project, episode, scene, shot, character: its names.
        tag: one of its tags.
        state: a `JobState`'s value.
    """

    project: str = ""
    episode: str = ""
    scene: str = ""
    shot: str = ""
    character: str = ""
    tag: str = ""
    state: str = ""

    def __str__(self) -> str:
        """The query, as an error says it."""
        said = [f"{name} {value!r}" for name, value in asdict(self).items() if value]
        return ", ".join(said) or "anything"


@dataclass(frozen=True)
class Origin:
    """What a job's files were made with; None where its graph doesn't say."""

    prompt: str | None
    seed: int | None


def latest_job(connection: "Connection", wanted: Wanted) -> UUID | None:
    """The newest job with files that is as wanted; None where there is none."""
    return _first(connection, LATEST, wanted)


def best_job(connection: "Connection", wanted: Wanted) -> UUID | None:
    """The job with files that has the best score, those that pass before all others.

    None where there is none with a score.
    """
    return _first(connection, BEST, wanted)


def origin_of(connection: "Connection", job_id: UUID) -> Origin:
    """The positive prompt and the seed of a job; several texts stand on lines of their own."""
    of_job = {"id": job_id}
    texts = [text for (text,) in connection.execute(POSITIVE_TEXTS.encode(), of_job)]
    seed = connection.execute(SEED.encode(), of_job).fetchone()
    whole = seed is not None and isinstance(seed[0], Decimal) and seed[0] == int(seed[0])
    return Origin(
        "\n".join(dict.fromkeys(texts)) if texts else None, int(seed[0]) if seed and whole else None
    )


def _first(connection: "Connection", query: str, wanted: Wanted) -> UUID | None:
    values = {name: value.replace("\0", "") for name, value in asdict(wanted).items()}
    row = connection.execute(query.encode(), values).fetchone()
    return None if row is None else row[0]
