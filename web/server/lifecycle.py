"""The end of every prompt: what became of a job is recorded, whatever became of it.

ComfyUI tells nobody of a prompt's end, so its queue's `task_done` is wrapped. A wrapper that
raises would stop the thread that runs prompts for good: here nothing is raised, and nothing
waited for beyond the local outbox.
"""

import functools
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any

from ...models.acting.retry_body import superseded
from ...models.jobs.events import JobFinished, JobStarted
from ...models.jobs.job import (
    LONGEST_NAME,
    Job,
    JobError,
    JobState,
    NodeReport,
    fits_on_a_line,
    new_job,
)
from ...models.jobs.recorder import Recorder
from ...models.report import Report, ReportError

log = logging.getLogger(__name__)

JOB_NODE = "AnimeJob"
FIELDS = ("project", "scene", "shot", "character", "tags")
LISTENER = "anime_production_prompt_ended"  # attribute of ComfyUI's queue class

START = "execution_start"
INTERRUPTED, ERROR = "execution_interrupted", "execution_error"
ENDS = ("execution_success", ERROR, INTERRUPTED)

RecorderOf = Callable[[], Recorder]


def attach(queue_class: Any, recorder_of: RecorderOf) -> None:
    """Have the end of every prompt with an `AnimeJob` recorded.

    The class is wrapped once, however often this is called and however many copies of the pack
    are loaded; the last one listens, as the last one's nodes are the ones that run.

    Args:
        queue_class: ComfyUI's `execution.PromptQueue`.
        recorder_of: gives the recorder; called at the end of prompts only.
    """
    wrapped = hasattr(queue_class, LISTENER)
    setattr(queue_class, LISTENER, staticmethod(_listener(recorder_of)))
    if wrapped:
        return
    original = queue_class.task_done

    @functools.wraps(original)
    def task_done(
        self: Any, item_id: Any, history_result: Any, status: Any, *more: Any, **named: Any
    ) -> Any:
        # Before the prompt is in the history: who sees it ended must find it recorded.
        getattr(queue_class, LISTENER)(self, item_id, history_result, status)
        return original(self, item_id, history_result, status, *more, **named)

    queue_class.task_done = task_done


def _listener(recorder_of: RecorderOf) -> Callable[[Any, Any, Any, Any], None]:
    failed_before = False

    def listen(queue: Any, item_id: Any, history_result: Any, status: Any) -> None:
        nonlocal failed_before
        try:
            _, prompt_id, graph, *_ = queue.currently_running[item_id]
            record_end(recorder_of, prompt_id, graph, history_result, status)
        except Exception as error:
            if not failed_before:
                failed_before = True
                log.error(
                    "Anime Production: the end of a prompt could not be recorded (%s in %s)."
                    " Rendering goes on; this is said once.",
                    type(error).__name__,
                    _where(error),
                )

    return listen


def record_end(
    recorder_of: RecorderOf,
    prompt_id: str,
    graph: Mapping[str, Any],
    history_result: Mapping[str, Any],
    status: Any,
) -> None:
    """Record that a prompt ended, if it is a job.

    Args:
        recorder_of: gives the recorder.
        prompt_id: ComfyUI's.
        graph: the prompt in API format.
        history_result: with the `outputs` that its nodes showed.
        status: ComfyUI's `ExecutionStatus`, or None.
    """
    node = next((each for each in graph.values() if each.get("class_type") == JOB_NODE), None)
    if node is None:
        return
    recorder = recorder_of()
    job = recorder.end(prompt_id)
    if job is None:  # an error came before the node, or it had an invalid input
        job = _job_of_literals(prompt_id, node.get("inputs", {}))
        recorder.record(JobStarted(job))
    messages = [] if status is None else list(status.messages)
    state = _state(status, messages)
    recorder.record(
        JobFinished(
            job=job,
            state=state,
            started_at=_time_of((START,), messages),
            finished_at=_time_of(ENDS, messages) or datetime.now(timezone.utc),
            error=_error(messages) if state is JobState.FAILED else None,
            graph=graph,
            reports=reports_in(_judged(graph, history_result.get("outputs", {}))),
        )
    )


def _judged(graph: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What was shown, without the attempts of a retry: its End's report holds them all."""
    taken_over = superseded(graph, outputs)
    return {node: shown for node, shown in outputs.items() if node not in taken_over}


def reports_in(outputs: Mapping[str, Any]) -> tuple[NodeReport, ...]:
    """The reports that nodes showed under `anime_report`; nothing else.

    Args:
        outputs: what each node showed, by its id.
    """
    found = []
    for node_id, shown in outputs.items():
        for data in shown.get("anime_report", ()):
            try:
                found.append(NodeReport(str(node_id), Report.from_dict(data)))
            except ReportError as error:
                log.warning("Node %s showed a report that is none: %s", node_id, error)
    return tuple(found)


def _job_of_literals(prompt_id: str, inputs: Mapping[str, Any]) -> Job:
    """The job of an `AnimeJob` that never ran, as far as its inputs are written in the graph."""
    texts = {name: inputs[name] for name in FIELDS if isinstance(inputs.get(name), str)}
    names = {
        name: "".join(each for each in text if fits_on_a_line(each))[:LONGEST_NAME]
        for name, text in texts.items()
    }
    return new_job(prompt_id, **names)


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


def _where(error: Exception) -> str:
    """File and line, without values: an error's text may hold anything."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = None if trace is None else trace.tb_frame.f_code
    return "?" if code is None or trace is None else f"{code.co_filename}:{trace.tb_lineno}"
