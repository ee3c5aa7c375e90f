"""Writing of events into the database's tables; a repeated event has no second effect."""

from functools import singledispatch
from typing import TYPE_CHECKING

from ..job import JobState
from ..job_states import FINAL, next_state
from ..provenance.model_hashes import FindFile
from ..queries import job_rows, sql
from ..queries.character_rows import add_character_version
from ..queries.flipbook_rows import add_flipbook
from ..queries.parameter_rows import add_parameters
from ..queries.report_rows import add_reports
from ..queries.snapshot_rows import add_snapshots
from ..queries.verdict_rows import judge_job
from ..strict_json import strict_json
from .events import (
    ArtifactWritten,
    CharacterSaved,
    Event,
    JobEvent,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
    SnapshotsTaken,
)

if TYPE_CHECKING:
    from psycopg import Connection


def write(connection: "Connection", event: Event, find_file: FindFile | None = None) -> bool:
    """Write an event; a repeated event, or one of a deleted job, changes nothing.

    Args:
        connection: connection inside a transaction.
        event: event to write; its job or character is added if the database doesn't have it yet.
        find_file: function that finds the model files that a graph names, for their hashes.

    Returns:
        True if the event was new.

    Raises:
        psycopg.Error: the database refused a statement.
    """
    if isinstance(event, CharacterSaved):
        return add_character_version(connection, event.character)
    assert isinstance(event, JobEvent)
    event_state = event.state_of_job()
    pending = event_state is JobState.PENDING
    first_state = JobState.PENDING if pending else JobState.IN_PROGRESS
    row = job_rows.lock(connection, event.job, first_state)
    if row is None:
        return False
    state = row.state if event_state is None else next_state(row.state, event_state)
    changes = state is not row.state
    if isinstance(event, ArtifactWritten) and _is_recorded(connection, event):
        return False
    if event.in_history:
        new_state = state if event_state is not None and (changes or row.is_new) else None
        if not _add_event(connection, event, new_state):
            return False
    if changes and state not in FINAL:
        connection.execute(sql("continue_job"), {"job_id": event.job.id, "state": state.value})
    if changes or not isinstance(event, JobFinished):  # a second end of a job has no effect
        _add_rows(event, connection, find_file)
    return True


def _is_recorded(connection: "Connection", event: ArtifactWritten) -> bool:
    """Return True if a node reported a file that Save Job has recorded already."""
    if event.artifact.node_id is None:
        return False
    values = {"job_id": event.job.id, "path": event.artifact.path}
    return connection.execute(sql("find_artifact"), values).fetchone() is not None


def _add_event(connection: "Connection", event: JobEvent, state: JobState | None) -> bool:
    """Add an event to the history of its job; return False if the history contains it already."""
    values = {
        "id": event.id,
        "job_id": event.job.id,
        "kind": event.kind,
        "at": event.at,
        "state": state and state.value,
        "data": strict_json(event.facts()),
    }
    return connection.execute(sql("add_event"), values).rowcount == 1


@singledispatch
def _add_rows(event: JobEvent, connection: "Connection", find_file: FindFile | None) -> None:
    """Write the data that only this kind of event has."""
    raise NotImplementedError(event.kind)


@_add_rows.register(JobQueued)
def _(event: JobQueued, connection: "Connection", find_file: FindFile | None) -> None:
    workflow = None if event.workflow is None else strict_json(event.workflow)
    connection.execute(sql("store_workflow"), {"job_id": event.job.id, "workflow": workflow})
    if _store_graph(connection, event, find_file):
        judge_job(connection, event.job.id)  # the job's end may have been written before this event


@_add_rows.register(JobStarted)
def _(event: JobStarted, connection: "Connection", find_file: FindFile | None) -> None:
    job_rows.rename(connection, event.job)
    connection.execute(sql("start_job"), {"job_id": event.job.id, "at": event.at})


@_add_rows.register(JobProgressed)
def _(event: JobProgressed, connection: "Connection", find_file: FindFile | None) -> None:
    connection.execute(sql("progress_job"), {**vars(event), "job_id": event.job.id})


@_add_rows.register(ArtifactWritten)
def _(event: ArtifactWritten, connection: "Connection", find_file: FindFile | None) -> None:
    values = {"event_id": event.id, "job_id": event.job.id, "written_at": event.at}
    connection.execute(sql("add_artifact"), {**values, **vars(event.artifact)})
    if event.thumbnail is not None:
        connection.execute(sql("add_thumbnail"), {"event_id": event.id, "webp": event.thumbnail})


@_add_rows.register(SnapshotsTaken)
def _(event: SnapshotsTaken, connection: "Connection", find_file: FindFile | None) -> None:
    add_snapshots(connection, event.job.id, event.set_id, event.snapshots, event.absent)
    add_flipbook(connection, event.job.id, event.set_id, event.flipbook, event.flipbook_absent)


@_add_rows.register(JobReviewed)
def _(event: JobReviewed, connection: "Connection", find_file: FindFile | None) -> None:
    values = {"id": event.id, "job_id": event.job.id, "reviewed_at": event.at}
    connection.execute(sql("add_review"), {**values, **event.facts()})


@_add_rows.register(JobFinished)
def _(event: JobFinished, connection: "Connection", find_file: FindFile | None) -> None:
    no_error = dict.fromkeys(("node_id", "node_type", "exception", "message", "traceback"))
    values = {
        "job_id": event.job.id,
        "state": event.state.value,
        "started_at": event.started_at,
        "finished_at": event.finished_at,
        "saved_by": None if event.saved_by is None else list(event.saved_by),
        **(vars(event.error) if event.error else no_error),
    }
    connection.execute(sql("finish_job"), values)
    _store_graph(connection, event, find_file)
    add_reports(connection, event.id, event.job.id, event.reports)
    judge_job(connection, event.job.id)


def _store_graph(
    connection: "Connection", event: JobQueued | JobFinished, find_file: FindFile | None
) -> bool:
    """Store the graph of a job with its parameters; return False if the job has a graph already."""
    if event.graph is None or not job_rows.store_graph(connection, event.job.id, event.graph):
        return False
    add_parameters(connection, event.job.id, event.graph, find_file)
    return True
