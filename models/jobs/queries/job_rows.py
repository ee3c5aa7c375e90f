"""The row of a job, and of those that it names: its project, shot, character, machine, process."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..job import Job, JobState
from ..strict_json import strict_json

if TYPE_CHECKING:
    from psycopg import Connection

LOCK_JOB = "SELECT state FROM anime.jobs WHERE id = %(id)s FOR NO KEY UPDATE"
IS_DELETED = "SELECT 1 FROM anime.deleted_jobs WHERE id = %(id)s"

# Looked for first: an UPSERT locks its row until the transaction ends, and everybody who writes
# to one project would wait in turn. Where two add a row at once, the second finds the first's.
NAMED = {
    "project": (
        "SELECT id FROM anime.projects WHERE name = %(project)s",
        "INSERT INTO anime.projects (name) VALUES (%(project)s) ON CONFLICT DO NOTHING",
    ),
    "shot": (
        "SELECT id FROM anime.shots WHERE project_id = %(project_id)s"
        " AND episode = %(episode)s AND scene = %(scene)s AND shot = %(shot)s",
        "INSERT INTO anime.shots (project_id, episode, scene, shot)"
        " VALUES (%(project_id)s, %(episode)s, %(scene)s, %(shot)s) ON CONFLICT DO NOTHING",
    ),
    "character": (
        "SELECT id FROM anime.characters WHERE project_id = %(project_id)s"
        " AND name = %(character)s",
        "INSERT INTO anime.characters (project_id, name)"
        " VALUES (%(project_id)s, %(character)s) ON CONFLICT DO NOTHING",
    ),
    "machine": (
        "SELECT id FROM anime.machines WHERE name = %(machine)s",
        "INSERT INTO anime.machines (name) VALUES (%(machine)s) ON CONFLICT DO NOTHING",
    ),
}

IS_PROCESS_KNOWN = "SELECT 1 FROM anime.processes WHERE id = %(process_id)s"
ADD_PROCESS = """
INSERT INTO anime.processes (id, machine_id) VALUES (%(process_id)s, %(machine_id)s)
ON CONFLICT (id) DO NOTHING
"""

# The job that is run again may have been deleted, or be another database's.
ADD_JOB = """
INSERT INTO anime.jobs
    (id, prompt_id, project_id, shot_id, character_id, machine_id, tags, state, created_at,
     process_id, client_id, source, reproduced_from)
VALUES
    (%(id)s, %(prompt_id)s, %(project_id)s, %(shot_id)s, %(character_id)s, %(machine_id)s,
     %(tags)s, %(state)s, %(created_at)s, %(process_id)s, %(client_id)s, %(source)s,
     (SELECT id FROM anime.jobs WHERE id = %(reproduced_from)s FOR KEY SHARE))
ON CONFLICT (id) DO NOTHING
"""
RENAME_JOB = """
UPDATE anime.jobs SET
    project_id = %(project_id)s, shot_id = %(shot_id)s, character_id = %(character_id)s,
    tags = %(tags)s
WHERE id = %(id)s
"""
KEEP_GRAPH = "UPDATE anime.jobs SET graph = %(graph)s::jsonb WHERE id = %(id)s AND graph IS NULL"


@dataclass(frozen=True)
class JobRow:
    """A job's row, which nobody else changes until the transaction ends.

    Attributes:
        state: as it stands in the row.
        is_new: whether it was added just now, with that state.
    """

    state: JobState
    is_new: bool


def lock(connection: "Connection", job: Job, first_state: JobState) -> JobRow | None:
    """The job's row, added where it isn't there yet; None where the job was deleted.

    Args:
        connection: inside a transaction.
        job: whose.
        first_state: its state where it is added. A job that is heard of by its end is added as
            running; its end is written next.
    """
    is_new = False
    while True:
        row = connection.execute(LOCK_JOB, {"id": job.id}).fetchone()
        if row is not None:
            return JobRow(JobState(row[0]), is_new)
        if connection.execute(IS_DELETED, {"id": job.id}).fetchone():
            return None
        values = _named(connection, job)
        values |= {"machine": platform.node(), "state": first_state.value}
        values |= {"source": job.source.value}
        values["machine_id"] = id_of(connection, "machine", values)
        if job.process_id and not connection.execute(IS_PROCESS_KNOWN, values).fetchone():
            connection.execute(ADD_PROCESS, values)
        is_new = connection.execute(ADD_JOB, values).rowcount == 1


def rename(connection: "Connection", job: Job) -> None:
    """Give a job's row the names and tags that the job has."""
    connection.execute(RENAME_JOB, _named(connection, job))


def keep_graph(connection: "Connection", job_id: UUID, graph: Mapping[str, Any]) -> bool:
    """Keep a job's graph; False where it has one already, which stays."""
    values = {"id": job_id, "graph": strict_json(graph)}
    return connection.execute(KEEP_GRAPH, values).rowcount == 1


def id_of(connection: "Connection", kind: str, values: Mapping[str, Any]) -> int:
    """The id of a named row, which is added where it isn't there yet.

    Args:
        connection: inside a transaction.
        kind: a key of `NAMED`.
        values: the names that its statements take.
    """
    find, add = (statement.encode() for statement in NAMED[kind])
    while True:
        row = connection.execute(find, values).fetchone()
        if row is not None:
            return int(row[0])
        connection.execute(add, values)


def _named(connection: "Connection", job: Job) -> dict[str, Any]:
    """The job's fields, with the ids of the rows that it names."""
    values: dict[str, Any] = {**vars(job), "tags": list(job.tags)}
    values["project_id"] = id_of(connection, "project", values)
    on_a_shot = job.episode or job.scene or job.shot
    values["shot_id"] = id_of(connection, "shot", values) if on_a_shot else None
    values["character_id"] = id_of(connection, "character", values) if job.character else None
    return values
