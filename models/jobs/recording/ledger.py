"""Writes events into the database's tables, each once in effect."""

from typing import TYPE_CHECKING, Any

from ..job import JobState
from ..provenance.model_hashes import FindFile
from ..queries import job_rows, sql
from ..queries.character_rows import add_character_version
from ..queries.param_rows import add_params
from ..queries.report_rows import add_reports
from ..queries.verdict_rows import judge_job
from ..states import following
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
    kind_of,
)

if TYPE_CHECKING:
    from psycopg import Connection


def write(connection: "Connection", event: Event, find_file: FindFile | None = None) -> bool:
    """Write one event. An event that comes again changes nothing, nor does one of a deleted job.

    Args:
        connection: inside a transaction.
        event: its job, or its character, is added where the database doesn't know it yet.
        find_file: finds the model files that a graph names, for their hashes.

    Returns:
        Whether the event was new.

    Raises:
        psycopg.Error: the database refuses.
    """
    if isinstance(event, CharacterSaved):
        return add_character_version(connection, event.character)
    row = job_rows.lock(connection, event.job, _first_state(event))
    if row is None:
        return False
    event_state = _state_of(event)
    state = row.state if event_state is None else following(row.state, event_state)
    changed = state is not row.state or row.is_new
    if isinstance(event, JobProgressed):
        if changed:
            connection.execute(sql("continue_job"), {"job_id": event.job.id, "state": state.value})
        values = {"at": event.at, "progress": event.progress, "node_id": event.node_id}
        connection.execute(sql("progress_job"), {"job_id": event.job.id, **values})
        return True
    values = {
        "id": event.id,
        "job_id": event.job.id,
        "kind": kind_of(event),
        "at": event.at,
        "state": state.value if changed and event_state is not None else None,
        "data": strict_json(_data(event)),
    }
    if connection.execute(sql("add_event"), values).rowcount == 0:
        return False
    if isinstance(event, JobFinished):
        if changed:
            _finish(connection, event, find_file)
    elif state is not row.state:
        connection.execute(sql("continue_job"), {"job_id": event.job.id, "state": state.value})
    _add_rest(connection, event, find_file)
    return True


def _first_state(event: JobEvent) -> JobState:
    """The state of a job that the database hears of by this event."""
    if isinstance(event, JobQueued):
        return JobState.PENDING
    return JobState.IN_PROGRESS


def _state_of(event: JobEvent) -> JobState | None:
    """Return the state that an event gives its job; None if it gives none."""
    if isinstance(event, JobFinished):
        return event.state
    if isinstance(event, JobReviewed):
        return None  # anybody may say it, at any time
    return _first_state(event)


def _data(event: JobEvent) -> dict[str, Any]:
    """Return the facts that the history of a job shows beside the state."""
    if isinstance(event, JobStarted):
        names = ("project", "episode", "scene", "shot", "character")
        return {name: value for name in names if (value := getattr(event.job, name))}
    if isinstance(event, ArtifactWritten):
        return {"path": event.artifact.path, "kind": event.artifact.kind}
    if isinstance(event, JobReviewed):
        review = event.review
        return {**vars(review), "verdict": review.verdict.value}
    if isinstance(event, JobFinished):
        facts: dict[str, Any] = {"state": event.state.value, "reports": len(event.reports)}
        return {**facts, "error": event.error.message} if event.error else facts
    return {}


def _add_rest(connection: "Connection", event: JobEvent, find_file: FindFile | None) -> None:
    """The rows that only this kind of event has."""
    of_job = {"job_id": event.job.id}
    if isinstance(event, JobQueued):
        workflow = None if event.workflow is None else strict_json(event.workflow)
        connection.execute(sql("keep_workflow"), {**of_job, "workflow": workflow})
        if _keep_graph(connection, event, find_file):
            judge_job(connection, event.job.id)  # its end may have come before
    elif isinstance(event, JobStarted):
        job_rows.rename(connection, event.job)
        connection.execute(sql("start_job"), {**of_job, "at": event.at})
    elif isinstance(event, ArtifactWritten):
        written = {"event_id": event.id, **of_job, "written_at": event.at}
        connection.execute(sql("add_artifact"), {**written, **vars(event.artifact)})
        if event.thumbnail is not None:
            connection.execute(
                sql("add_thumbnail"), {"event_id": event.id, "webp": event.thumbnail}
            )
    elif isinstance(event, JobReviewed):
        facts = {**vars(event.review), "verdict": event.review.verdict.value}
        connection.execute(
            sql("add_review"), {"id": event.id, **of_job, "reviewed_at": event.at, **facts}
        )


def _keep_graph(
    connection: "Connection", event: JobQueued | JobFinished, find_file: FindFile | None
) -> bool:
    """Keep the graph of a job with its parameters; return False if the job has a graph already."""
    if event.graph is None or not job_rows.keep_graph(connection, event.job.id, event.graph):
        return False
    add_params(connection, event.job.id, event.graph, find_file)
    return True


def _finish(connection: "Connection", event: JobFinished, find_file: FindFile | None) -> None:
    nothing = dict.fromkeys(("node_id", "node_type", "exception", "message", "traceback"))
    values = {
        "job_id": event.job.id,
        "state": event.state.value,
        "started_at": event.started_at,
        "finished_at": event.finished_at,
        "saved_by": None if event.saved_by is None else list(event.saved_by),
        **(vars(event.error) if event.error else nothing),
    }
    connection.execute(sql("finish_job"), values)
    _keep_graph(connection, event, find_file)
    add_reports(connection, event.id, event.job.id, event.reports)
    judge_job(connection, event.job.id)
