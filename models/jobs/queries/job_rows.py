"""The row of a job, and of those that it names: its project, shot, character, machine, process."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..columns import given_columns
from ..job import Job, JobState
from ..strict_json import strict_json
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection


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
        row = connection.execute(sql("lock_job"), {"id": job.id}).fetchone()
        if row is not None:
            return JobRow(JobState(row[0]), is_new)
        if connection.execute(sql("is_job_deleted"), {"id": job.id}).fetchone():
            return None
        values = _named(connection, job)
        values |= {"machine": platform.node(), "state": first_state.value}
        values |= {"source": job.source.value}
        values["machine_id"] = id_of(connection, "machine", values)
        if job.process_id:
            know_process(connection, job.process_id)
        is_new = connection.execute(_add_job(), values).rowcount == 1


def _add_job() -> bytes:
    given = [name for name in given_columns() if name != "reproduced_from"]
    values = ", ".join(f"%({name})s" for name in given)
    return sql("add_job", columns=", ".join(given), values=values)


def rename(connection: "Connection", job: Job) -> None:
    """Give a job's row the names and tags that the job has."""
    connection.execute(sql("rename_job"), _named(connection, job))


def keep_graph(connection: "Connection", job_id: UUID, graph: Mapping[str, Any]) -> bool:
    """Keep a job's graph; False where it has one already, which stays."""
    values = {"id": job_id, "graph": strict_json(graph)}
    return connection.execute(sql("keep_graph"), values).rowcount == 1


def id_of(connection: "Connection", kind: str, values: Mapping[str, Any]) -> int:
    """The id of a named row, which is added where it isn't there yet.

    Args:
        connection: inside a transaction.
        kind: project, shot, character or machine.
        values: the names that its statements take.
    """
    while True:
        row = connection.execute(sql(f"find_{kind}"), values).fetchone()
        if row is not None:
            return int(row[0])
        connection.execute(sql(f"add_{kind}"), values)


def know_process(connection: "Connection", process_id: UUID) -> None:
    """Have a row of a process of this machine, before its first heartbeat too."""
    values: dict[str, Any] = {"process_id": process_id, "machine": platform.node()}
    if connection.execute(sql("is_process_known"), values).fetchone() is None:
        values["machine_id"] = id_of(connection, "machine", values)
        connection.execute(sql("add_process"), values)


def _named(connection: "Connection", job: Job) -> dict[str, Any]:
    """The job's fields, with the ids of the rows that it names."""
    values: dict[str, Any] = {**vars(job), "tags": list(job.tags)}
    values["project_id"] = id_of(connection, "project", values)
    on_a_shot = job.episode or job.scene or job.shot
    values["shot_id"] = id_of(connection, "shot", values) if on_a_shot else None
    values["character_id"] = id_of(connection, "character", values) if job.character else None
    return values
