"""The phase that a runner holds: reads and writes that wait while the database is unreachable."""

import time
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from ..jobs.database.database import WRITE_SECONDS, DatabaseUnavailable
from ..jobs.job import JobState
from ..jobs.job_states import UNFINISHED
from ..jobs.queries.history import JobRecord, find_job
from . import attempts
from .attempts import ClaimedPhase, Hold, NewAttempt, Outcome
from .host import Host, Stopped
from .production_states import AttemptState, PhaseState
from .state_changes import StateReason

Answer = TypeVar("Answer")

PAUSE_SECONDS = 1.0  # between two tries while the database is unreachable
JOB_SECONDS = 30.0  # timeout for the job of a prompt that ended; without a job the attempt is lost


class HeldPhase:
    """Phase that this process claimed with a hold; nothing is written after the hold has ended.

    Every method that uses the database raises `Stopped` if this process stops while it waits.
    """

    def __init__(self, hold: Hold, host: Host) -> None:
        """Store the arguments.

        Args:
            hold: hold of this process, with which it claimed the phase.
            host: this ComfyUI process.
        """
        self._hold, self._host = hold, host

    def reload(self) -> ClaimedPhase | None:
        """Return the current state of the phase; None if the hold has ended."""
        return self.query(attempts.reload_phase, self._hold)

    def begin_attempt(self, attempt: NewAttempt) -> bool:
        """Insert an attempt before its prompt is queued; return False if the hold has ended."""
        return self.query(attempts.begin_attempt, self._hold, attempt)

    def end_attempt(self, attempt_id: UUID, outcome: Outcome) -> AttemptState | None:
        """Write the outcome of an attempt; return its state, or None if the hold has ended."""
        return self.query(attempts.end_attempt, self._hold, attempt_id, outcome)

    def attempt_runs(self, attempt_id: UUID) -> bool:
        """Return True if an attempt still runs, and the hold hasn't ended."""
        try:
            return self._host.database.run(attempts.attempt_runs, self._hold, attempt_id)
        except DatabaseUnavailable:
            # Every write checks it again, and without the database no process takes the phase over.
            return True

    def release(
        self,
        state: PhaseState,
        reason: StateReason,
        chosen: UUID | None = None,
        seconds: float = 0,
    ) -> None:
        """End the hold and write the phase's next state, as `attempts.release_phase` says."""
        self.query(attempts.release_phase, self._hold, state, reason, chosen, seconds)

    def announce(self) -> None:
        """Send the state of the phase's production to the browsers."""
        production = self.query(attempts.production_of, self._hold.phase_id)
        if production is not None:
            self._host.announce(production)

    def find_job(self, prompt_id: str) -> JobRecord | None:
        """Return the job of a prompt as it is now, or None."""
        return self.query(find_job, prompt_id, settle=True)

    def ended_job(self, prompt_id: str) -> JobRecord | None:
        """Wait until the end of a prompt's job is in the database and return the job.

        It is None if that takes longer than `JOB_SECONDS`.
        """
        start = time.monotonic()
        while True:
            job = self.find_job(prompt_id)
            if job is not None and JobState(job.state) not in UNFINISHED | {JobState.LOST}:
                return job
            if time.monotonic() - start > JOB_SECONDS:
                return None
            self._pause()

    def query(
        self, function: Callable[..., Answer], *arguments: object, settle: bool = False
    ) -> Answer:
        """Return a function's result from the database; wait while the database is unreachable.

        Args:
            function: function of a connection and the arguments, which may be called again.
            arguments: arguments of the function after the connection.
            settle: True to ship the events of the outbox first.
        """
        while True:
            try:
                if settle:
                    self._host.settle()
                return self._host.database.run(function, *arguments, seconds=WRITE_SECONDS)
            except DatabaseUnavailable:
                self._pause()

    def _pause(self) -> None:
        if self._host.stopping():
            raise Stopped
        self._host.pause(PAUSE_SECONDS)
