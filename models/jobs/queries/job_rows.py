"""Rows of a job, and of its project, shot, character, machine and process."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...gating.loops import without_loop_marks
from ..columns import columns_from_job_fields
from ..job import Job, JobState
from ..strict_json import strict_json
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class JobRow:
    """A job's row, locked until the transaction ends.

    Attributes:
        state: state in the row.
        is_new: True if the row was added just now.
    """

    state: JobState
    is_new: bool


def lock(connection: "Connection", job: Job, first_state: JobState) -> JobRow | None:
    """Lock the row of a job, adding it if it is new; return None if the job was deleted.

    Args:
        connection: connection inside a transaction.
        job: job of the row.
        first_state: state of a new row. If the first event of a job is its end, the job is added as
            running, and its end is written next.
    """
    is_new = False
    while True:
        row = connection.execute(sql("lock_job"), {"id": job.id}).fetchone()
        if row is not None:
            return JobRow(JobState(row[0]), is_new)
        if connection.execute(sql("is_job_deleted"), {"id": job.id}).fetchone():
            return None
        values = _values_with_ids(connection, job)
        values |= {"machine": platform.node(), "state": first_state.value}
        values |= {"source": job.source.value}
        values["machine_id"] = id_of(connection, "machine", values)
        if job.process_id:
            add_process(connection, job.process_id)
        is_new = connection.execute(_add_job(), values).rowcount == 1


def _add_job() -> bytes:
    columns = [name for name in columns_from_job_fields() if name != "reproduced_from"]
    values = ", ".join(f"%({name})s" for name in columns)
    return sql("add_job", columns=", ".join(columns), values=values)


def rename(connection: "Connection", job: Job) -> None:
    """Write the names and tags of a job into its row."""
    connection.execute(sql("rename_job"), _values_with_ids(connection, job))


def store_graph(connection: "Connection", job_id: UUID, graph: Mapping[str, Any]) -> bool:
    """Store a job's graph; return False, and change nothing, if the job has a graph already."""
    values = {"id": job_id, "graph": strict_json(without_loop_marks(graph))}
    return connection.execute(sql("store_graph"), values).rowcount == 1


def id_of(connection: "Connection", kind: str, values: Mapping[str, Any]) -> int:
    """Return the id of a named row, adding the row if it is new.

    Args:
        connection: connection inside a transaction.
        kind: project, shot, character or machine.
        values: values of the placeholders in the statements `find_{kind}` and `add_{kind}`.
    """
    while True:
        row = connection.execute(sql(f"find_{kind}"), values).fetchone()
        if row is not None:
            return int(row[0])
        connection.execute(sql(f"add_{kind}"), values)


def add_process(connection: "Connection", process_id: UUID) -> None:
    """Add the row of a process of this machine, unless its heartbeat or a job did so already."""
    values: dict[str, Any] = {"process_id": process_id, "machine": platform.node()}
    if connection.execute(sql("find_process"), values).fetchone() is None:
        values["machine_id"] = id_of(connection, "machine", values)
        connection.execute(sql("add_process"), values)


def _values_with_ids(connection: "Connection", job: Job) -> dict[str, Any]:
    """Return the job's fields, with the ids of its project, shot and character."""
    values: dict[str, Any] = {**vars(job), "tags": list(job.tags)}
    values["project_id"] = id_of(connection, "project", values)
    has_shot = job.episode or job.scene or job.shot
    values["shot_id"] = id_of(connection, "shot", values) if has_shot else None
    values["character_id"] = id_of(connection, "character", values) if job.character else None
    return values
