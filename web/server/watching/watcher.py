"""The listener that records the jobs of prompts, called by the hooks."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from typing import Any
from uuid import UUID

from ....models.jobs.job import Job, JobState
from ....models.jobs.provenance.judgement import judge, summaries
from ....models.jobs.recording.events import JobFinished
from ....models.jobs.recording.recorder import Recorder
from . import endings, prompts
from .announcements import Announcements
from .progress import Progress, nodes_that_run

CACHED = "execution_cached"

# The request that ComfyUI is handling. The validation of a prompt does not receive it, but a
# refused prompt needs its `extra_data`.
_request: ContextVar[Mapping[str, Any] | None] = ContextVar("anime_request", default=None)


class Watcher:
    """Listener of `hooks` that records jobs in the local outbox; it never waits for a database."""

    def __init__(
        self,
        get_recorder: Callable[[], Recorder],
        announcements: Announcements,
        add_node_handler: Callable[[], None],
        every_prompt: Callable[[], bool] = lambda: False,
    ) -> None:
        """Store the arguments; the first job opens the recorder.

        Args:
            get_recorder: function that returns the recorder of this process's jobs.
            announcements: sender of each change to the browsers.
            add_node_handler: function that makes the hooks call `node_done` for each node of the
                running prompt.
            every_prompt: function that returns True if prompts without an `AnimeJob` are jobs too.
        """
        self._get_recorder, self._every_prompt = get_recorder, every_prompt
        self._announce, self._add_node_handler = announcements, add_node_handler
        self._opened_recorder: Recorder | None = None
        self._progress: Progress | None = None  # of the running prompt, if it has a job
        self._ids_without_graph: set[UUID] = set()  # jobs whose graph their end still has to record

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

    def put(self, queue: Any, item: Any) -> None:
        """Record the job of a prompt that is about to be queued."""
        _, prompt_id, graph, extra_data, *_ = item
        prompts.remove_marks(extra_data)
        own = prompts.own_prompt(prompt_id)
        if own is not None and own.production is not None:
            extra_data[prompts.PRODUCTION_MARK] = dict(own.production)
        if self._is_job(graph):
            self._queue(prompt_id, graph, extra_data)

    def removed(self, queue: Any, items: list[Any]) -> None:
        """Record the jobs of removed prompts as cancelled."""
        for item in items:
            job_id = self._job_id_of(item)
            job = None if job_id is None else self._recorder.end(job_id)
            if job is not None:
                self._end(endings.unstarted_event(job, JobState.CANCELLED), item[2])

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
        queued_job = self._queue(str(prompt_id), graph, extra_data)
        job = self._recorder.end(queued_job.id) or queued_job
        job_error = endings.validation_error(error, node_errors)
        self._end(endings.unstarted_event(job, JobState.FAILED, job_error), graph)

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """Record the start of a prompt, and begin its progress when its cached nodes are known."""
        if event not in (endings.START, CACHED):
            return
        running = executor.server.prompt_queue.currently_running.values()
        item = next((each for each in running if each[1] == data["prompt_id"]), None)
        if item is None:
            return
        if event == endings.START:
            self._progress = None
            if self._is_job(item[2]):
                self._start(item)
        elif (job_id := self._job_id_of(item)) is not None:
            needed = nodes_that_run(item[2], item[4], data["nodes"])
            self._progress = Progress(job_id, needed, data["nodes"])
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
        item = queue.currently_running[item_id]
        _, prompt_id, graph, *_ = item
        job_id = self._job_id_of(item)
        if job_id is None:  # A node expansion may have added an AnimeJob while the prompt ran.
            running_job = self._recorder.running(prompt_id)
            if running_job is None:
                return
            job_id = running_job.id
            self._ids_without_graph.add(job_id)
        self._progress = None
        job = self._recorder.end(job_id)
        if job is not None:
            self._end(endings.finished_event(job, graph, result, status), graph)

    def _job_id_of(self, item: Any) -> UUID | None:
        """Return the id of a prompt's job; None if the mark isn't ours or the job has ended.

        A prompt that another pack put into the queue past our hooks may hold a mark of a client.
        """
        job_id = prompts.job_id_of(item)
        job = None if job_id is None else self._recorder.find_open(job_id)
        return job_id if job is not None and job.prompt_id == item[1] else None

    def _is_job(self, graph: Any) -> bool:
        return self._every_prompt() or prompts.has_job_node(graph)

    def _queue(self, prompt_id: str, graph: Mapping[str, Any], extra_data: dict[str, Any]) -> Job:
        submission = prompts.read_submission(extra_data, prompts.own_prompt(prompt_id))
        job = prompts.job_of_prompt(prompt_id, graph, submission)
        if not self._recorder.queue(job, graph, submission.workflow):
            self._ids_without_graph.add(job.id)
        prompts.mark(extra_data, job.id)
        self._announce.queued(job)
        return job

    def _start(self, item: Any) -> None:
        job_id = self._job_id_of(item)
        job = None if job_id is None else self._recorder.start(job_id)
        if job is None:  # The prompt was queued before the hooks were attached.
            job = self._recorder.start(self._queue(item[1], item[2], item[3]).id)
        if job is not None:
            self._announce.progressed(job, 0.0)

    def _end(self, event: JobFinished, graph: Mapping[str, Any]) -> None:
        if event.job.id in self._ids_without_graph:
            self._ids_without_graph.discard(event.job.id)
            event = replace(event, graph=graph)
        self._recorder.record(event)
        job_verdict = judge(event.state, graph, summaries(event.reports), event.saved_by)
        self._announce.ended(event.job, event.state, job_verdict)


def _is_copy(sent: Any, graph: Any) -> bool:
    """Return True if the validated graph is the one that was sent, or has its nodes.

    A handler of another pack may replace the graph by a copy in which it has changed values.
    """
    are_graphs = isinstance(sent, Mapping) and isinstance(graph, Mapping)
    return sent is graph or (are_graphs and sent.keys() == graph.keys())
