"""Wake-up calls for every phase that may run now and that no living process runs."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from ..jobs.recording.processes import HeartbeatMonitor
from . import phase_queue
from .production_states import PhaseState
from .queries import sql
from .state_changes import NO_REASON, StateReason, lock_phase, move_phase

if TYPE_CHECKING:
    from psycopg import Connection


class WakeUps:
    """Maker of the wake-up calls that the queue lacks; every worker runs one every few seconds.

    A phase lacks its call after a restore from a backup, which contains no queue, and after the end
    of the process that ran it. A process has ended if its end is in the database, or if its
    heartbeat hasn't changed for some time.
    """

    def __init__(
        self, process_id: UUID, timeout: float, clock: Callable[[], float] = monotonic
    ) -> None:
        """Begin without any heartbeats of other processes.

        Args:
            process_id: id of this ComfyUI process.
            timeout: seconds without a heartbeat after which a process counts as dead.
            clock: function that returns seconds and never goes backwards.
        """
        self._process_id = process_id
        self._monitor = HeartbeatMonitor(clock, timeout)

    def make(self, connection: "Connection", running_job_id: int | None = None) -> int:
        """Write a heartbeat of this process, and make the wake-up calls that are missing.

        Args:
            connection: connection in autocommit mode.
            running_job_id: id of the job with which this process took the phase that it runs; None
                if it runs none.

        Returns:
            The number of calls that were made.
        """
        own_id = self._process_id
        connection.execute(sql("beat"), {"id": own_id})
        rows = connection.execute(sql("heartbeats_of_holders"), {"own_id": own_id}).fetchall()
        columns = {
            "own_id": own_id,
            "running_job_id": running_job_id,
            "dead": list(self._monitor.timed_out(dict(rows))),
            "phase_id": None,
        }
        statement, count = sql("phases_without_wake_up"), 0
        for (phase_id,) in connection.execute(statement, columns).fetchall():
            with connection.transaction():
                locked = lock_phase(connection, phase_id)
                # Another process may have made the call before this one had the lock.
                still_without = connection.execute(statement, {**columns, "phase_id": phase_id})
                if locked is None or still_without.fetchone() is None:
                    continue
                record, phase = locked
                if phase.state is PhaseState.RUNNING:
                    is_own = phase.process_id == own_id
                    reason = NO_REASON if is_own else StateReason.of("production_taken_over")
                    move_phase(connection, phase, PhaseState.QUEUED, reason, record.id)
                phase_queue.defer(connection, phase_id, phase.queue)
                count += 1
        return count
