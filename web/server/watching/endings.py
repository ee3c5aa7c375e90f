"""Ends of prompts, read from the messages and outputs of ComfyUI."""

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ....models.gating.retry_body import END, is_link, superseded
from ....models.jobs.job import Job, JobError, JobState, ShownReport
from ....models.jobs.provenance.judgement import summaries
from ....models.jobs.provenance.report_links import PICTURES, REPORT, SAVE
from ....models.jobs.recording.events import JobFinished

log = logging.getLogger(__name__)

START = "execution_start"
INTERRUPTED, ERROR = "execution_interrupted", "execution_error"
ENDS = ("execution_success", ERROR, INTERRUPTED)


def finished(
    job: Job, graph: Mapping[str, Any], history_result: Mapping[str, Any], status: Any
) -> JobFinished:
    """The end of a job whose prompt ran.

    Args:
        job: whose.
        graph: the prompt in API format; `JobQueued` has it, so the event doesn't.
        history_result: with the `outputs` that its nodes showed.
        status: ComfyUI's `ExecutionStatus`, or None.
    """
    messages = [] if status is None else list(status.messages)
    state = _state(status, messages)
    outputs = history_result.get("outputs", {})
    return JobFinished(
        job=job,
        state=state,
        started_at=_time_of((START,), messages),
        finished_at=_time_of(ENDS, messages) or datetime.now(timezone.utc),
        error=_error(messages) if state is JobState.FAILED else None,
        graph=None,
        reports=_shown(graph, outputs),
        saved_by=tuple(_savers(graph, outputs)),
    )


def unstarted(job: Job, state: JobState, error: JobError | None = None) -> JobFinished:
    """The end of a job whose prompt never ran: cancelled while it waited, or not valid."""
    return JobFinished(
        job=job,
        state=state,
        started_at=None,
        finished_at=datetime.now(timezone.utc),
        error=error,
        graph=None,
        reports=(),
        saved_by=(),
    )


def refusal(error: Any, node_errors: Any) -> JobError:
    """Return why ComfyUI refused a prompt: the first node at fault, and every sentence on any.

    Args:
        error: what `validate_prompt` says of the prompt.
        node_errors: what it says of each node, by its id; may be empty.
    """
    sentences = []
    for node_id, of_node in node_errors.items():
        for each in of_node["errors"]:
            sentence = ": ".join(filter(None, (str(each["message"]), str(each["details"]))))
            sentences.append(f"{of_node['class_type']} ({node_id}): {sentence}")
    about = error.get("extra_info") or {}
    node_id, of_node = next(iter(node_errors.items()), (about.get("node_id") or "", about))
    if not sentences:
        sentences = [str(error[part]) for part in ("message", "details") if error.get(part)]
    return JobError(
        node_id=str(node_id),
        node_type=str(of_node.get("class_type") or ""),
        exception=str(error["type"]),
        message="\n".join(sentences),
        traceback="",
    )


def shown_in(outputs: Mapping[str, Any]) -> tuple[ShownReport, ...]:
    """Return the reports that nodes showed, unread: of what they measured, and of what they kept.

    Args:
        outputs: what each node showed, by its id.
    """
    reports = []
    for node_id, ui in outputs.items():
        for data in (*ui.get("anime_report", ()), *ui.get("anime_kept", ())):
            shown = ShownReport(str(node_id), data)
            try:
                summaries([shown])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                log.warning("Node %s showed a report that is none: %r", node_id, error)
            else:
                reports.append(shown)
    return tuple(reports)


def _shown(graph: Mapping[str, Any], outputs: Mapping[str, Any]) -> tuple[ShownReport, ...]:
    try:
        return shown_in(_judged(graph, outputs))
    except Exception as error:  # whatever another pack's node showed, the job has ended
        log.warning("The reports of a prompt can't be read (%s).", type(error).__name__)
        return ()


def _judged(graph: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs without the attempts of a retry: its End's report holds them all."""
    taken_over = superseded(graph, outputs) - _saved_from_within(graph)
    return {node: ui for node, ui in outputs.items() if node not in taken_over}


def _savers(graph: Mapping[str, Any], outputs: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids of the Save Jobs that wrote files."""
    for node, output in outputs.items():
        is_save = graph.get(node, {}).get("class_type") == SAVE
        if is_save and isinstance(output, Mapping) and output.get("images"):
            yield str(node)


def _saved_from_within(graph: Mapping[str, Any]) -> set[str]:
    """Return the nodes that lead to a Save Job without a Retry End between: from within a retry, it
    saves what the first attempt made, whatever the End chooses."""
    names = (REPORT, *PICTURES)
    saves = (node for node in graph.values() if node.get("class_type") == SAVE)
    waiting = [node.get("inputs", {}).get(name) for node in saves for name in names]
    visited: set[str] = set()
    while waiting:
        link = waiting.pop()
        if not is_link(link) or link[0] in visited or link[0] not in graph:
            continue
        source = graph[link[0]]
        if source.get("class_type") != END:
            visited.add(link[0])
            waiting += source.get("inputs", {}).values()
    return visited


def _state(status: Any, messages: list[Any]) -> JobState:
    events = {event for event, _ in messages}
    if INTERRUPTED in events:
        return JobState.CANCELLED
    # A graph that can't be ordered has an error and the word "success".
    if status is None or status.status_str != "success" or ERROR in events:
        return JobState.FAILED
    return JobState.COMPLETED


def _time_of(events: tuple[str, ...], messages: list[Any]) -> datetime | None:
    stamps = [data.get("timestamp") for event, data in messages if event in events]
    return (
        datetime.fromtimestamp(stamps[-1] / 1000, timezone.utc) if stamps and stamps[-1] else None
    )


def _error(messages: list[Any]) -> JobError | None:
    data = next((data for event, data in messages if event == ERROR), None)
    if data is None:
        return None
    return JobError(
        node_id=str(data.get("node_id", "")),
        node_type=str(data.get("node_type", "")),
        exception=str(data.get("exception_type", "")),
        message=str(data.get("exception_message", "")).strip(),
        traceback="".join(data.get("traceback") or ()),
    )
