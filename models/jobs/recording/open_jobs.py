"""The jobs of this process that have not ended, by job id and by the id of the running prompt."""

import threading
from dataclasses import dataclass, replace
from uuid import UUID

from ..job import Job, JobError


class SecondJob(ValueError):
    """A prompt contains two AnimeJob nodes."""


@dataclass
class _OpenJob:
    job: Job
    named: bool = False  # True once its AnimeJob node ran
    left_out: JobError | None = None  # what ComfyUI leaves out of the prompt


class OpenJobs:
    """Jobs from the moment they are queued until they end; all methods are thread-safe."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._open: dict[UUID, _OpenJob] = {}
        # Prompt id → job id. Only running prompts are in it, as ComfyUI may queue an id twice.
        self._running: dict[str, UUID] = {}

    def add(self, job: Job, left_out: JobError | None = None) -> None:
        """Add a job that was queued, with the error that names what its prompt leaves out."""
        with self._mutex:
            self._open[job.id] = _OpenJob(job, left_out=left_out)

    def start(self, job_id: UUID) -> Job | None:
        """Note that a job's prompt runs, and return the job; None if the job isn't open."""
        with self._mutex:
            entry = self._open.get(job_id)
            if entry is None:
                return None
            if entry.job.prompt_id is not None:
                self._running[entry.job.prompt_id] = job_id
            return entry.job

    def name(self, named: Job) -> tuple[Job, bool]:
        """Give the running job of a prompt the names that its AnimeJob node received.

        Args:
            named: job with the prompt's id and the names. It becomes the prompt's job if the start
                of the prompt was not recorded.

        Returns:
            The prompt's job, and True if it differs from the job recorded so far.

        Raises:
            SecondJob: an AnimeJob node of this prompt ran before.
        """
        if named.prompt_id is None:
            return named, True
        with self._mutex:
            running = self._running.get(named.prompt_id)
            entry = None if running is None else self._open.get(running)
            if entry is not None and entry.named:
                raise SecondJob(
                    "AnimeJob: this prompt has an AnimeJob already, and a prompt can have only one."
                    " Remove one of the two nodes, and connect its links to the other one."
                )
            before = None if entry is None else entry.job
            job = named if before is None else _with_names(before, named)
            left_out = None if entry is None else entry.left_out
            self._open[job.id] = _OpenJob(job, named=True, left_out=left_out)
            self._running[named.prompt_id] = job.id
            return job, job != before

    def find(self, job_id: UUID) -> Job | None:
        """Return an open job with its current names; None if the job isn't open."""
        with self._mutex:
            entry = self._open.get(job_id)
            return None if entry is None else entry.job

    def left_out(self, job_id: UUID) -> JobError | None:
        """Return what an open job's prompt leaves out; None if it runs as a whole."""
        with self._mutex:
            entry = self._open.get(job_id)
            return None if entry is None else entry.left_out

    def running(self, prompt_id: str) -> Job | None:
        """Return the job of a running prompt; None if no job with this prompt id runs."""
        with self._mutex:
            entry = self._open.get(self._running[prompt_id]) if prompt_id in self._running else None
            return None if entry is None else entry.job

    def close(self, job_id: UUID) -> Job | None:
        """Remove a job that ended, and return it; None if it isn't open, so it ends only once."""
        with self._mutex:
            entry = self._open.pop(job_id, None)
            if entry is None:
                return None
            prompt_id = entry.job.prompt_id
            if prompt_id is not None and self._running.get(prompt_id) == job_id:
                del self._running[prompt_id]
            return entry.job


def _with_names(job: Job, named: Job) -> Job:
    return replace(
        job,
        project=named.project,
        episode=named.episode,
        scene=named.scene,
        shot=named.shot,
        character=named.character,
        tags=named.tags,
    )
