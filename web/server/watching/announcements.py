"""Sending of the event `anime.job` to every browser when a job changes."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ....models.jobs.job import Job, JobState
from ....models.jobs.provenance.judgement import JobVerdict

EVENT = "anime.job"

Send = Callable[[str, dict[str, Any]], None]


class Announcements:
    """Sender of the changes of jobs to all browsers.

    ComfyUI's `send_sync` accepts a message from any thread. A message that can't be written as JSON
    would end the loop that sends all messages, so these contain only texts and finite numbers.
    """

    def __init__(self, send: Send) -> None:
        """Store the function that sends.

        Args:
            send: ComfyUI's `send_sync`, which sends a message without a client id to all browsers.
        """
        self._send = send

    def queued(self, job: Job) -> None:
        """Announce that a job waits in the queue."""
        self._announce(job, JobState.PENDING, 0.0)

    def progressed(self, job: Job, progress: float) -> None:
        """Announce the progress of a running job, 0 to 1."""
        self._announce(job, JobState.IN_PROGRESS, progress)

    def ended(self, job: Job, state: JobState, job_verdict: JobVerdict) -> None:
        """Announce the state, the verdict and the score with which a job ended."""
        progress = 1.0 if state is JobState.COMPLETED else None
        verdict = job_verdict.verdict and job_verdict.verdict.value
        self._announce(job, state, progress, verdict, job_verdict.score)

    def _announce(
        self,
        job: Job,
        state: JobState,
        progress: float | None = None,
        verdict: str | None = None,
        score: float | None = None,
    ) -> None:
        message = {
            "id": str(job.id),
            "prompt_id": job.prompt_id,
            "state": state.value,
            "progress": None if progress is None else _finite(round(progress, 4)),
            "verdict": verdict,
            "score": _finite(score),
        }
        # ComfyUI closes its event loop as it ends; no browser is connected then.
        with suppress(RuntimeError):
            self._send(EVENT, message)


def _finite(number: float | None) -> float | None:
    return float(number) if number is not None and math.isfinite(number) else None
