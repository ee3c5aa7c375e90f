"""The event `anime.job`, sent to every browser as a job changes."""

import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ....models.jobs.job import Job, JobState
from ....models.jobs.provenance.judgement import JobVerdict

EVENT = "anime.job"

Send = Callable[[str, dict[str, Any]], None]


class Announcements:
    """Says what became of jobs.

    ComfyUI's `send_sync` takes a message from any thread, and its loop dies of one that is no
    JSON: what is sent is made of texts and finite numbers alone.
    """

    def __init__(self, send: Send) -> None:
        """Send nothing yet.

        Args:
            send: ComfyUI's `send_sync`; without a client's id a message goes to all.
        """
        self._send = send

    def queued(self, job: Job) -> None:
        """A job waits."""
        self._say(job, JobState.PENDING, 0.0)

    def progressed(self, job: Job, progress: float) -> None:
        """A job's prompt runs, and is so far, 0 to 1."""
        self._say(job, JobState.IN_PROGRESS, progress)

    def ended(self, job: Job, state: JobState, judged: JobVerdict) -> None:
        """Announce that a job ended with this verdict."""
        progress = 1.0 if state is JobState.COMPLETED else None
        verdict = judged.verdict and judged.verdict.value
        self._say(job, state, progress, verdict, judged.score)

    def _say(
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
            "progress": _finite(progress),
            "verdict": verdict,
            "score": _finite(score),
        }
        # ComfyUI's loop is closed while it ends, and whoever watched is gone.
        with suppress(RuntimeError):
            self._send(EVENT, message)


def _finite(number: float | None) -> float | None:
    return round(float(number), 4) if number is not None and math.isfinite(number) else None
