"""The jobs of this process that have not ended, and which prompt is whose."""

import threading
from dataclasses import dataclass, replace
from uuid import UUID

from ..job import Job


class SecondJob(ValueError):
    """A prompt has two AnimeJob nodes."""


@dataclass
class _Open:
    job: Job
    named: bool = False  # its AnimeJob ran


class OpenJobs:
    """Jobs from the moment they are queued until they end. May be asked by any thread."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._open: dict[UUID, _Open] = {}
        self._running: dict[str, UUID] = {}  # by prompt id; ComfyUI may queue the same id twice

    def add(self, job: Job) -> None:
        """A job was queued."""
        with self._mutex:
            self._open[job.id] = _Open(job)

    def start(self, job_id: UUID) -> Job | None:
        """A job's prompt runs from now on; None where the job isn't open."""
        with self._mutex:
            found = self._open.get(job_id)
            if found is None:
                return None
            if found.job.prompt_id is not None:
                self._running[found.job.prompt_id] = job_id
            return found.job

    def name(self, named: Job) -> tuple[Job, bool]:
        """The running job of a prompt, with the names that its AnimeJob was given.

        Args:
            named: with the prompt's id and the names; where nobody saw the prompt start, this is
                its job from now on.

        Returns:
            The job, and whether anything of it is new.

        Raises:
            SecondJob: the prompt's AnimeJob ran before.
        """
        if named.prompt_id is None:
            return named, True
        with self._mutex:
            running = self._running.get(named.prompt_id)
            found = None if running is None else self._open.get(running)
            if found is not None and found.named:
                raise SecondJob(
                    "AnimeJob: this prompt has an AnimeJob already; a prompt is one job."
                    " Remove one of them, or connect this one's outputs to the other."
                )
            known = None if found is None else found.job
            job = named if known is None else _with_names(known, named)
            self._open[job.id] = _Open(job, named=True)
            self._running[named.prompt_id] = job.id
            return job, job != known

    def find(self, job_id: UUID) -> Job | None:
        """An open job, as it is known now."""
        with self._mutex:
            found = self._open.get(job_id)
            return None if found is None else found.job

    def running(self, prompt_id: str) -> Job | None:
        """The job of a prompt that runs."""
        with self._mutex:
            found = self._open.get(self._running[prompt_id]) if prompt_id in self._running else None
            return None if found is None else found.job

    def close(self, job_id: UUID) -> Job | None:
        """A job ended: forgotten here. None where it isn't open, so that it ends only once."""
        with self._mutex:
            found = self._open.pop(job_id, None)
            if found is None:
                return None
            prompt_id = found.job.prompt_id
            if prompt_id is not None and self._running.get(prompt_id) == job_id:
                del self._running[prompt_id]
            return found.job


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
