"""Reader of procrastinate's queue: waits for wake-up calls and takes one at a time.

procrastinate is used by its public interface: its worker runs with the queues that this machine can
run, and ends after one call; its notifications wake the reader.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..dependency import require
from ..jobs.database.opening import IDLE_MILLISECONDS
from .phase_queue import SCHEMA, TASK
from .worker_threads import in_thread

if TYPE_CHECKING:
    from psycopg import AsyncConnection

POOL_SECONDS = 3.0  # timeout of one try to get a connection


@dataclass(frozen=True)
class WakeUp:
    """Wake-up call of a phase: a job in procrastinate's queue.

    Attributes:
        phase_id: id of the phase.
        job_id: id of the job, which the phase's row names.
        failures: number of unexpected errors, one after the other, that the phase ended with.
    """

    phase_id: UUID
    job_id: int
    failures: int


class QueueReader:
    """Connection to the queue, to be used in an `async with`."""

    def __init__(
        self,
        parameters: Mapping[str, str],
        timeout: float,
        claim: Callable[[WakeUp], bool],
        notify: Callable[[], None],
    ) -> None:
        """Create the reader; entering it connects.

        Args:
            parameters: connection parameters, as psycopg takes them.
            timeout: seconds without a heartbeat after which a worker of procrastinate counts as
                dead. Such a worker holds a job for an instant only.
            claim: function that takes the phase of a call and returns True, or returns False if
                the call is no longer valid. It runs in a thread of its own and may block.
            notify: function that is called at every change of the queue.
        """
        procrastinate = require("procrastinate")
        # procrastinate logs every job, and its errors contain the address of the database.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        connector = procrastinate.PsycopgConnector(
            kwargs=dict(parameters),
            configure=_configure,
            min_size=1,
            max_size=4,
            timeout=POOL_SECONDS,
            reconnect_timeout=POOL_SECONDS,
            name="anime-productions",
        )
        self._app = procrastinate.App(connector=connector)
        self._app.task(name=TASK, pass_context=True)(self._accept)
        self._timeout, self._claim, self._notify = timeout, claim, notify
        self._stack = AsyncExitStack()
        self._notified = asyncio.Event()
        self._accepted: WakeUp | None = None
        self._worker: asyncio.Future[None] | None = None
        self._listener: asyncio.Future[None] | None = None

    async def __aenter__(self) -> "QueueReader":
        await self._stack.enter_async_context(self._app.open_async())
        listening = self._app.job_manager.listen_for_jobs(on_notification=self._on_notification)
        self._listener = asyncio.ensure_future(listening)
        self._stack.callback(self._listener.cancel)
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._stack.aclose()

    def clear(self) -> None:
        """Forget the notifications that came until now.

        Raises:
            procrastinate.exceptions.ConnectorException: the connection that receives notifications
                is lost.
        """
        if self._listener is not None and self._listener.done():
            self._listener.result()
        self._notified.clear()

    async def wait(self, seconds: float) -> None:
        """Wait for a notification of a change of the queue, at most some seconds."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._notified.wait(), seconds)

    async def delete_abandoned_jobs(self) -> None:
        """Delete the jobs of processes that ended between taking a job and its end."""
        jobs, exceptions = self._app.job_manager, require("procrastinate.exceptions")
        aborted = require("procrastinate.jobs").Status.ABORTED
        for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=self._timeout):
            with suppress(exceptions.ConnectorException):  # another process has deleted it
                await jobs.finish_job_by_id_async(job.id, aborted, delete_job=True)

    async def next_wake_up(self, queues: Sequence[str]) -> WakeUp | None:
        """Return the next call whose phase was claimed; None if there is none now.

        Args:
            queues: names of the queues from which this machine takes phases.
        """
        self._accepted = None
        self._worker = asyncio.ensure_future(
            self._app.run_worker_async(
                queues=list(queues),
                name="anime-productions",
                concurrency=1,
                wait=False,  # it ends when the queues are empty
                listen_notify=False,
                install_signal_handlers=False,
                delete_jobs="always",  # the pack's own tables hold the states of phases
                update_heartbeat_interval=self._timeout / 4,
                stalled_worker_timeout=self._timeout,
            )
        )
        try:
            await asyncio.wait({self._worker})
        finally:
            self._worker.cancel()
        if not self._worker.cancelled():
            self._worker.result()  # raises its error
        return self._accepted

    async def _accept(self, context: Any, phase_id: str, failures: int = 0) -> None:
        """Claim the phase of a call; procrastinate runs this function for each job."""
        wake_up = WakeUp(UUID(phase_id), context.job.id, failures)
        if await in_thread(self._claim, wake_up):
            self._accepted = wake_up
            if self._worker is not None:
                # procrastinate's worker then finishes this job, takes no other one, and ends.
                self._worker.cancel()

    async def _on_notification(self, **notification: Any) -> None:
        self._notified.set()
        self._notify()


async def _configure(connection: "AsyncConnection") -> None:
    idle = f"SET idle_in_transaction_session_timeout = {IDLE_MILLISECONDS}"
    await connection.execute(f"SET search_path TO {SCHEMA}; {idle}".encode())
    await connection.commit()
