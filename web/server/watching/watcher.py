"""The listener that records the jobs of prompts, called by the hooks."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from ....models.jobs.job import Job, JobError, JobState
from ....models.jobs.provenance.judgement import judge, summaries
from ....models.jobs.recording.events import JobFinished
from ....models.jobs.recording.recorder import Recorder
from . import endings, prompts, validation
from .announcements import Announcements
from .progress import Progress, nodes_that_run
from .queue_items import QueueItem, read_item, with_extra_data
from .written_files import written_files

# The request that ComfyUI is handling. The validation of a prompt does not receive it, but a
# refused prompt needs its `extra_data`.
_request: ContextVar[Mapping[str, Any] | None] = ContextVar("anime_request", default=None)

# Prompt id, graph and node errors of the prompt that ComfyUI validated last in this context. The
# queue does not receive the node errors.
_validated: ContextVar[tuple[Any, Any, Mapping[str, Any]] | None] = ContextVar(
    "anime_validated", default=None
)


class Watcher:
    """Listener of `hooks` that records jobs in the local outbox; it never waits for a database."""

    def __init__(
        self,
        get_recorder: Callable[[], Recorder],
        announcements: Announcements,
        add_node_handler: Callable[[], None],
        output: Callable[[], Path],
        every_prompt: Callable[[], bool] = lambda: False,
    ) -> None:
        """Store the arguments; the first job opens the recorder.

        Args:
            get_recorder: function that returns the recorder of this process's jobs.
            announcements: sender of each change to the browsers.
            add_node_handler: function that makes the hooks call `node_done` for each node of the
                running prompt.
            output: function that returns ComfyUI's output folder.
            every_prompt: function that returns True if prompts without an `AnimeJob` are jobs too.
        """
        self._get_recorder, self._every_prompt = get_recorder, every_prompt
        self._announce, self._add_node_handler = announcements, add_node_handler
        self._output = output
        self._opened_recorder: Recorder | None = None
        self._progress: Progress | None = None  # of the running prompt, if it has a job
        self._ids_with_graph: set[UUID] = set()  # open jobs whose graph is in the outbox

    @property
    def _recorder(self) -> Recorder:
        if self._opened_recorder is None:
            self._opened_recorder = self._get_recorder()
        return self._opened_recorder

    def on_prompt(self, request: dict[str, Any]) -> dict[str, Any]:
        """Remember the request of a prompt over HTTP and return it unchanged.

        This is ComfyUI's `on_prompt` handler.
        """
        _request.set(request)
        return request

    def put(self, queue: Any, item: Any) -> Any:
        """Record the job of a prompt that is about to be queued, and return the item with its mark.

        The item that is returned has an `extra_data` of its own. Another pack may queue the prompt
        that runs once more with the same dictionary, and each of the two is a job.
        """
        prompt = read_item(item)
        extra_data = prompts.without_marks(prompt.extra_data)
        own = prompts.own_prompt(prompt.prompt_id)
        if own is not None and own.production is not None:
            extra_data[prompts.PRODUCTION_MARK] = dict(own.production)
        if self._is_job(prompt.graph):
            job = self._queue(replace(prompt, extra_data=extra_data), _node_errors_of(prompt))
            extra_data[prompts.MARK] = prompts.mark_of(job.id)
        return with_extra_data(item, extra_data)

    def removed(self, queue: Any, items: list[Any]) -> None:
        """Record the jobs of removed prompts as cancelled."""
        for prompt in map(read_item, items):
            job = self._marked_job(prompt)
            # A copy of the running prompt may have been put into the queue past our hooks.
            if job is None or job == self._recorder.running(prompt.prompt_id):
                continue
            if (ended_job := self._recorder.end(job.id)) is not None:
                self._end(endings.unstarted_event(ended_job, JobState.CANCELLED), prompt.graph)

    def accepted(self, prompt_id: Any, graph: Any, node_errors: Any) -> None:
        """Remember the nodes that ComfyUI leaves out of a prompt until the prompt is queued."""
        _validated.set((prompt_id, graph, node_errors))

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """Record a failed job for a prompt that ComfyUI refused."""
        if not self._is_job(graph):
            return
        request = _request.get() or {}
        if not _is_copy(request.get("prompt"), graph):  # Other code validated a graph of its own.
            request = {}
        sent = request.get("extra_data")
        extra_data = dict(sent) if isinstance(sent, Mapping) else {}
        if "client_id" in request:
            extra_data["client_id"] = request["client_id"]
        queued_job = self._queue(QueueItem(str(prompt_id), graph, extra_data, None))
        job = self._recorder.end(queued_job.id) or queued_job
        job_error = validation.validation_error(error, node_errors)
        self._end(endings.unstarted_event(job, JobState.FAILED, job_error), graph)

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """Record the start of a prompt, and begin its progress when its cached nodes are known."""
        if event not in (endings.START, endings.CACHED):
            return
        running = map(read_item, list(executor.server.prompt_queue.currently_running.values()))
        prompt = next((each for each in running if each.prompt_id == data["prompt_id"]), None)
        if prompt is None:
            return
        if event == endings.START:
            self._progress = None
            if self._is_job(prompt.graph):
                self._start(prompt)
        elif (job := self._running_job(prompt)) is not None:
            needed = nodes_that_run(prompt.graph, prompt.outputs or (), data["nodes"])
            self._progress = Progress(job.id, needed, data["nodes"])
            self._add_node_handler()

    def node_done(self, node_id: str) -> None:
        """Count a finished node of the running prompt, and announce the progress if it is time."""
        progress = self._progress
        if progress is None or not progress.count_node(node_id):
            return
        job = self._recorder.progress(progress.job_id, progress.share, node_id)
        if job is not None:
            self._announce.progressed(job, progress.share)

    def done(self, queue: Any, item_id: Any, result: Any, status: Any) -> None:
        """Record the end of a job whose prompt ended."""
        prompt = read_item(queue.currently_running[item_id])
        running_job = self._running_job(prompt)
        if running_job is None:
            return
        self._progress = None
        left_out = self._recorder.left_out(running_job.id)
        job = self._recorder.end(running_job.id)
        if job is not None:
            event = endings.finished_event(job, prompt.graph, result, status)
            announce = self._end(validation.with_left_out(event, left_out), prompt.graph)
            files = written_files(prompt.graph, result, status, self._output())
            self._recorder.files.add(job, files, when_done=announce)
            self._recorder.snapshots.add(job, event.reports, when_done=announce)

    def _running_job(self, prompt: QueueItem) -> Job | None:
        """Return the job of a running prompt, which also a node expansion may have added."""
        return self._recorder.running(prompt.prompt_id) or self._marked_job(prompt)

    def _marked_job(self, prompt: QueueItem) -> Job | None:
        """Return the open job that a prompt's mark names; None if the mark isn't ours.

        A prompt that another pack put into the queue past our hooks may hold a mark of a client.
        """
        job_id = prompts.job_id_of(prompt.extra_data)
        job = None if job_id is None else self._recorder.find_open(job_id)
        return job if job is not None and job.prompt_id == prompt.prompt_id else None

    def _is_job(self, graph: Any) -> bool:
        return self._every_prompt() or prompts.has_job_node(graph)

    def _queue(self, prompt: QueueItem, node_errors: Mapping[str, Any] | None = None) -> Job:
        own = prompts.own_prompt(prompt.prompt_id)
        submission = prompts.read_submission(prompt.extra_data, own)
        job = prompts.job_of_prompt(prompt.prompt_id, prompt.graph, submission)
        left_out: JobError | None = None
        outputs = prompt.outputs
        if node_errors:
            left_out = validation.left_out_error(prompt.graph, node_errors)
            outputs = (*(outputs or ()), *validation.left_out_outputs(node_errors))
        if self._recorder.queue(job, prompt.graph, submission.workflow, outputs, left_out):
            self._ids_with_graph.add(job.id)
        self._announce.queued(job)
        return job

    def _start(self, prompt: QueueItem) -> None:
        marked_job = self._marked_job(prompt)
        job = None if marked_job is None else self._recorder.start(marked_job.id)
        if job is None:  # The prompt came into the queue past our hooks, or before they were there.
            job = self._recorder.start(self._queue(prompt).id)
        if job is not None:
            self._announce.progressed(job, 0.0)

    def _end(self, event: JobFinished, graph: Mapping[str, Any]) -> Callable[[], None]:
        """Record and announce the end of a job; return a function that announces it again."""
        if event.job.id not in self._ids_with_graph:
            event = replace(event, graph=graph)
        self._ids_with_graph.discard(event.job.id)
        self._recorder.record(event)
        job_verdict = judge(event.state, graph, summaries(event.reports), event.saved_by)
        announce = partial(self._announce.ended, event.job, event.state, job_verdict)
        announce()
        return announce


def _node_errors_of(prompt: QueueItem) -> Mapping[str, Any]:
    """Return the errors of the nodes that ComfyUI leaves out of a prompt; usually there are none.

    The prompt must be the one that ComfyUI validated last in this context.
    """
    prompt_id, graph, node_errors = _validated.get() or (None, None, {})
    return node_errors if graph is prompt.graph and prompt_id == prompt.prompt_id else {}


def _is_copy(sent: Any, graph: Any) -> bool:
    """Return True if the validated graph is the one that was sent, or has its nodes.

    A handler of another pack may replace the graph by a copy in which it has changed values.
    """
    are_graphs = isinstance(sent, Mapping) and isinstance(graph, Mapping)
    return sent is graph or (are_graphs and sent.keys() == graph.keys())
