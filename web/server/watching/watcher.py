"""Records what becomes of prompts that are jobs, as the hooks tell it."""

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

# What the request that is being answered holds: the check of a prompt isn't told who asks.
_request: ContextVar[Mapping[str, Any] | None] = ContextVar("anime_request", default=None)


class Watcher:
    """The listener of `hooks`. It waits for the local outbox, and for nothing else."""

    def __init__(
        self,
        get_recorder: Callable[[], Recorder],
        announcements: Announcements,
        hear_nodes: Callable[[], None],
        every_prompt: Callable[[], bool] = lambda: False,
    ) -> None:
        """Open nothing yet.

        Args:
            get_recorder: gives the recorder; called when a prompt is a job.
            announcements: told of every change.
            hear_nodes: has `node_done` called for the prompt that runs.
            every_prompt: whether those without an `AnimeJob` are jobs too, now.
        """
        self._get_recorder, self._every_prompt = get_recorder, every_prompt
        self._announce, self._hear_nodes = announcements, hear_nodes
        self._opened: Recorder | None = None
        self._progress: Progress | None = None  # of the prompt that runs, if it is a job's
        self._graphless: set[UUID] = set()  # jobs whose graph could not be recorded yet

    @property
    def _recorder(self) -> Recorder:
        if self._opened is None:
            self._opened = self._get_recorder()
        return self._opened

    def asked(self, request: dict[str, Any]) -> dict[str, Any]:
        """A prompt is asked for over HTTP: ComfyUI's `on_prompt` handler. Changes nothing."""
        _request.set(request)
        return request

    def put(self, queue: Any, item: Any) -> None:
        """A prompt is about to be queued: it has a job from now on."""
        _, prompt_id, graph, extra_data, *_ = item
        if self._is_job(graph):
            self._queue(prompt_id, graph, extra_data)

    def removed(self, queue: Any, items: list[Any]) -> None:
        """Prompts were taken from the queue before they ran."""
        for item in items:
            job_id = prompts.marked(item)
            job = None if job_id is None else self._recorder.end(job_id)
            if job is not None:
                self._end(endings.unstarted(job, JobState.CANCELLED), item[2])

    def refused(self, prompt_id: Any, graph: Any, error: Any, node_errors: Any) -> None:
        """A prompt failed validation: a job that failed before it could wait."""
        if not self._is_job(graph):
            return
        request = _request.get() or {}
        if request.get("prompt") is not graph:  # somebody else had it checked
            request = {}
        extra_data = dict(request.get("extra_data") or {})
        if "client_id" in request:
            extra_data["client_id"] = request["client_id"]
        queued = self._queue(str(prompt_id), graph, extra_data)
        job = self._recorder.end(queued.id) or queued
        why = endings.refusal(error, node_errors)
        self._end(endings.unstarted(job, JobState.FAILED, why), graph)

    def message(self, executor: Any, event: Any, data: Any) -> None:
        """The thread that runs prompts says that one starts, or what of it is cached."""
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
        elif (job_id := prompts.marked(item)) is not None:
            needed = nodes_that_run(item[2], item[4], data["nodes"])
            self._progress = Progress(job_id, needed, data["nodes"])
            self._hear_nodes()

    def node_done(self, node_id: str) -> None:
        """A node of the prompt that runs is done."""
        progress = self._progress
        if progress is None or not progress.is_worth_saying(node_id):
            return
        job = self._recorder.progress(progress.job_id, progress.share, node_id)
        if job is not None:
            self._announce.progressed(job, progress.share)

    def done(self, queue: Any, item_id: Any, result: Any, status: Any) -> None:
        """A prompt ended, and nobody was told yet."""
        item = queue.currently_running[item_id]
        _, prompt_id, graph, *_ = item
        job_id = prompts.marked(item)
        if job_id is None:  # its AnimeJob, if any, came to be while it ran
            running = self._recorder.running(prompt_id)
            if running is None:
                return
            job_id = running.id
            self._graphless.add(job_id)
        self._progress = None
        job = self._recorder.end(job_id)
        if job is not None:
            self._end(endings.finished(job, graph, result, status), graph)

    def _is_job(self, graph: Mapping[str, Any]) -> bool:
        return self._every_prompt() or prompts.has_job_node(graph)

    def _queue(self, prompt_id: str, graph: Mapping[str, Any], extra_data: dict[str, Any]) -> Job:
        asked = prompts.asked_by(extra_data)
        job = prompts.job_of_prompt(prompt_id, graph, asked)
        if not self._recorder.queue(job, graph, asked.workflow):
            self._graphless.add(job.id)
        prompts.mark(extra_data, job.id)
        self._announce.queued(job)
        return job

    def _start(self, item: Any) -> None:
        job_id = prompts.marked(item)
        job = None if job_id is None else self._recorder.start(job_id)
        if job is None:  # it was queued before anybody watched
            job = self._recorder.start(self._queue(item[1], item[2], item[3]).id)
        if job is not None:
            self._announce.progressed(job, 0.0)

    def _end(self, event: JobFinished, graph: Mapping[str, Any]) -> None:
        if event.job.id in self._graphless:
            self._graphless.discard(event.job.id)
            event = replace(event, graph=graph)
        self._recorder.record(event)
        judged = judge(event.state, graph, summaries(event.reports), event.saved_by)
        self._announce.ended(event.job, event.state, judged)
