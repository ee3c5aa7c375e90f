"""Functions that create the event of a job's end from ComfyUI's messages and outputs."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from ....models.gating.copies import COPIES, original_of
from ....models.gating.links import is_link, node_type
from ....models.gating.superseded import superseded
from ....models.jobs.job import Job, JobError, JobState, ShownReport
from ....models.jobs.provenance.judgement import summaries
from ....models.jobs.provenance.report_links import END, PICTURES, REPORT, SAVE
from ....models.jobs.recording.events import JobFinished
from ....models.node_ui import own_entries
from ....models.report_ui import snapshots_of, whole_report

log = logging.getLogger(__name__)

START, CACHED = "execution_start", "execution_cached"
INTERRUPTED, ERROR = "execution_interrupted", "execution_error"
ENDS = ("execution_success", ERROR, INTERRUPTED)


def finished_event(
    job: Job, graph: Mapping[str, Any], history_result: Mapping[str, Any], status: Any
) -> JobFinished:
    """Return the event for the end of a job whose prompt ran.

    Args:
        job: the job.
        graph: prompt in API format. It is not in the event, because `JobQueued` contains it.
        history_result: ComfyUI's entry for the history, with the `ui` of each node as `outputs`.
        status: ComfyUI's `ExecutionStatus`, or None.
    """
    messages = messages_of(status)
    state = _state(status, messages)
    outputs, originals = history_result.get("outputs", {}), originals_of(graph, history_result)
    return JobFinished(
        job=job,
        state=state,
        started_at=_time_of((START,), messages),
        finished_at=_time_of(ENDS, messages) or datetime.now(timezone.utc),
        error=_error(messages) if state is JobState.FAILED else None,
        graph=None,
        reports=_deciding_reports(graph, outputs, originals),
        saved_by=tuple(_savers(graph, outputs, originals)),
    )


def unstarted_event(job: Job, state: JobState, error: JobError | None = None) -> JobFinished:
    """Return the event for the end of a job whose prompt never ran: cancelled, or not valid."""
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


def read_reports(outputs: Iterable[tuple[str, Any]]) -> tuple[ShownReport, ...]:
    """Return the reports in the `ui` of nodes: on all measured frames, and on the kept frames.

    The reports stay dictionaries. A report that can't be read is logged and left out.

    Args:
        outputs: id and `ui` of each node.
    """
    reports = []
    for node_id, ui in outputs:
        for data in (*own_entries(ui, "anime_report"), *own_entries(ui, "anime_kept")):
            report = ShownReport(str(node_id), whole_report(data), snapshots_of(data))
            try:
                summaries([report])
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                log.warning(
                    "Anime Production: the report of node %s can't be read and is not recorded"
                    " (%r).",
                    node_id,
                    error,
                )
            else:
                reports.append(report)
    return tuple(reports)


def originals_of(graph: Mapping[str, Any], history_result: Mapping[str, Any]) -> dict[str, str]:
    """Return the node of the prompt by the id of each node that showed a result.

    Args:
        graph: prompt in API format.
        history_result: ComfyUI's entry for the history: `outputs`, and `meta` of each node.
    """
    meta = history_result.get("meta") or {}
    displayed = {
        node: facts.get("display_node") for node, facts in meta.items() if isinstance(facts, dict)
    }
    nodes = history_result.get("outputs") or {}
    return {node: original_of(node, graph, displayed.get(node)) for node in nodes}


def _deciding_reports(
    graph: Mapping[str, Any], outputs: Mapping[str, Any], originals: Mapping[str, str]
) -> tuple[ShownReport, ...]:
    try:
        return read_reports(_without_attempts(graph, outputs, originals))
    except Exception as error:  # A node of another pack may output anything; the job has ended.
        log.warning(
            "Anime Production: the reports of a prompt can't be read and are not recorded (%s).",
            type(error).__name__,
        )
        return ()


def _without_attempts(
    graph: Mapping[str, Any], outputs: Mapping[str, Any], originals: Mapping[str, str]
) -> Iterator[tuple[str, Any]]:
    """Yield the outputs without those of a retry's attempts, which the Retry End's report has.

    A node keeps its id, which tells the iterations of a loop apart, if the id leads to its node in
    the prompt. Else it gets the id of that node.
    """
    superseded_nodes, saved_nodes = superseded(graph, originals), _saved_directly(graph)
    for node, ui in outputs.items():
        is_saved = originals[node] in saved_nodes and COPIES not in node
        if is_saved or node not in superseded_nodes:
            leads_there = original_of(node, graph) == originals[node]
            yield (node if leads_there else originals[node]), ui


def _savers(
    graph: Mapping[str, Any], outputs: Mapping[str, Any], originals: Mapping[str, str]
) -> Iterator[str]:
    """Yield the ids of the Save Job nodes that wrote files."""
    for node, output in outputs.items():
        is_save = node_type(graph, originals[node]) == SAVE
        if is_save and isinstance(output, Mapping) and output.get("images"):
            yield str(originals[node])


def _saved_directly(graph: Mapping[str, Any]) -> set[str]:
    """Return the nodes that lead to a Save Job without a Retry End between them.

    A Save Job inside of a retry saves the first attempt, even if the Retry End chooses another one.
    """
    names = (REPORT, *PICTURES)
    saves = (node for node in graph.values() if node.get("class_type") == SAVE)
    pending_links = [node.get("inputs", {}).get(name) for node in saves for name in names]
    visited: set[str] = set()
    while pending_links:
        link = pending_links.pop()
        if not is_link(link) or link[0] in visited or link[0] not in graph:
            continue
        source = graph[link[0]]
        if source.get("class_type") != END:
            visited.add(link[0])
            pending_links += source.get("inputs", {}).values()
    return visited


def messages_of(status: Any) -> list[tuple[str, Mapping[str, Any]]]:
    """Return ComfyUI's messages as pairs of event and data, without any of another form.

    Args:
        status: ComfyUI's `ExecutionStatus`, or None, which has no messages.
    """
    if status is None:
        return []
    return [
        (str(each[0]), each[1])
        for each in status.messages or ()
        if isinstance(each, list | tuple) and len(each) > 1 and isinstance(each[1], Mapping)
    ]


def _state(status: Any, messages: list[Any]) -> JobState:
    events = {event for event, _ in messages}
    if INTERRUPTED in events:
        return JobState.CANCELLED
    # For a graph with a cycle, ComfyUI sends an error but reports the status "success".
    if status is None or status.status_str != "success" or ERROR in events:
        return JobState.FAILED
    return JobState.COMPLETED


def _time_of(events: tuple[str, ...], messages: list[Any]) -> datetime | None:
    """Return the time of the last message with one of these events, or None."""
    stamps = [data.get("timestamp") for event, data in messages if event in events]
    if not stamps or not isinstance(stamps[-1], int | float) or not stamps[-1]:
        return None
    return datetime.fromtimestamp(stamps[-1] / 1000, timezone.utc)  # ComfyUI sends milliseconds.


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
