"""Worker of this ComfyUI process: a thread that takes phases from the queue, one at a time."""

import asyncio
import contextlib
import logging
import os
import threading
import traceback
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..dependency import require
from ..jobs.database.address import without_secrets
from ..jobs.database.database import DatabaseUnavailable
from ..settings import HEARTBEAT
from . import attempts, handover, phase_queue
from .host import Host, Postponed, Stopped
from .production_states import PhaseState
from .queries import sql
from .queue_access import RunnableJobs, in_thread, waiting_connector
from .runner import run_phase
from .state_changes import StateReason

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

THREAD = "anime-productions"
PAUSE = 2.0  # seconds until the worker starts again after an error
POLL_SECONDS = 1.0  # between two reads of the queue when no notification of a new phase comes
STOP_SECONDS = 5.0  # timeout for the end of the thread
MOST_FAILURES = 3  # unexpected errors after which a phase fails
FAILURE_PAUSE = 5  # seconds until a phase is retried after an unexpected error


class Worker:
    """Thread that runs phases of productions for as long as its ComfyUI process runs.

    While the queue is empty the thread waits for a notification of PostgreSQL.
    """

    def __init__(self, host: Host, heartbeat_timeout: float | None = None) -> None:
        """Create the worker; no thread is started yet.

        Args:
            host: this ComfyUI process.
            heartbeat_timeout: seconds without a heartbeat after which another worker is declared
                dead; None for the setting `HEARTBEAT`.
        """
        self._host = host
        self._timeout = HEARTBEAT.read() if heartbeat_timeout is None else heartbeat_timeout
        self._mutex = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._main_task: asyncio.Task[None] | None = None
        self._problem: str | None = None
        self._failures: dict[UUID, int] = {}  # number of unexpected errors, by phase

    def start(self) -> None:
        """Start the thread unless it was started before, and return without waiting."""
        with self._mutex:
            if self._thread is None and not self._host.stopping():
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()

    @property
    def runs(self) -> bool:
        """True if the thread was started and has not ended."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def problem(self) -> str | None:
        """Reason in English why a started worker takes no phases now; None if it takes them."""
        if self._thread is not None and not self.runs and not self._host.stopping():
            return "The worker for productions has ended; the log says why. Restart ComfyUI."
        return self._problem

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the thread; the phase that runs goes back into the queue.

        The host must be stopping already.

        Args:
            seconds: most seconds to wait; the thread is a daemon and doesn't keep Python running.
        """
        loop, main_task = self._loop, self._main_task
        self._host.wake()
        if loop is not None and main_task is not None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(main_task.cancel)
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        # Async psycopg refuses asyncio's default event loop on Windows.
        self._loop = asyncio.SelectorEventLoop()
        try:
            self._main_task = self._loop.create_task(self._serve())
            self._loop.run_until_complete(self._main_task)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            log.error("The worker for productions ended with an error: %s", without_secrets(error))
        finally:
            self._end_tasks(self._loop)
            self._loop.close()

    @staticmethod
    def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
        """Cancel the tasks that a connection pool left running, which would log errors."""
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        if tasks:
            loop.run_until_complete(asyncio.wait(tasks, timeout=1.0))

    async def _serve(self) -> None:
        while not self._host.stopping():
            try:
                parameters = await in_thread(self._prepare)
                self._set_problem(None)
                await self._take_phases(parameters)
            except asyncio.CancelledError:
                raise
            except DatabaseUnavailable as error:
                self._set_problem(str(error))
            except Exception as error:
                self._set_problem(f"{type(error).__name__}: {without_secrets(error)}")
            await asyncio.sleep(PAUSE)

    def _prepare(self) -> dict[str, str]:
        self._host.settle()
        return self._host.database.run(_create_queue)

    def _set_problem(self, problem: str | None) -> None:
        if problem is not None and self._problem is None:
            log.warning("Productions wait: %s", problem)
        self._problem = problem

    async def _take_phases(self, parameters: dict[str, str]) -> None:
        """Take phases until the task is cancelled or procrastinate's worker ends."""
        procrastinate = require("procrastinate")
        # procrastinate logs every job, and its errors contain the address of the database.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        app = procrastinate.App(connector=waiting_connector(parameters))
        runnable_jobs = RunnableJobs(app.job_manager, self._host)

        async def run(phase_id: str) -> None:
            await self._run_phase(UUID(phase_id))

        app.task(name=phase_queue.TASK, retry=_retry_strategy())(run)

        async with app.open_async():
            repairs = asyncio.create_task(self._repair_queue(app.job_manager, runnable_jobs))
            try:
                await app.run_worker_async(
                    name=THREAD,
                    concurrency=1,
                    install_signal_handlers=False,
                    delete_jobs="always",  # the pack's own tables hold the results of phases
                    fetch_job_polling_interval=POLL_SECONDS,
                    shutdown_graceful_timeout=STOP_SECONDS,
                    update_heartbeat_interval=self._timeout / 4,
                    stalled_worker_timeout=self._timeout,
                )
            finally:
                repairs.cancel()

    async def _run_phase(self, phase_id: UUID) -> None:
        running = asyncio.ensure_future(in_thread(run_phase, phase_id, self._host))
        while True:
            try:
                await asyncio.shield(running)
                self._failures.pop(phase_id, None)
                return
            except asyncio.CancelledError:
                # The phase was cancelled or this process stops. The runner checks which of the two
                # happened, and ends.
                self._host.wake()
            except (Stopped, Postponed):
                raise
            except Exception as error:
                log.error("A phase of a production stopped with an error: %s", _error_text(error))
                self._failures[phase_id] = self._failures.get(phase_id, 0) + 1
                if self._failures[phase_id] < MOST_FAILURES:
                    raise
                del self._failures[phase_id]
                await in_thread(self._fail, phase_id, error)
                return

    def _fail(self, phase_id: UUID, error: Exception) -> None:
        reason = StateReason.of("production_engine", {"error": _error_text(error)})
        own_id = self._host.process_id
        with contextlib.suppress(DatabaseUnavailable):
            self._host.database.run(
                attempts.release_phase, phase_id, own_id, PhaseState.FAILED, reason
            )

    async def _repair_queue(self, jobs: Any, runnable_jobs: RunnableJobs) -> None:
        """Put lost phases back into the queue, at the start and then every few seconds.

        These are phases of dead processes, and open phases without a job in procrastinate's queue.
        """
        while True:
            try:
                stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=self._timeout))
                own_id = self._host.process_id
                for phase_id in await in_thread(self._host.database.run, _orphans, own_id):
                    running = await jobs.list_jobs_async(lock=str(phase_id), status="doing")
                    stalled += [
                        each for each in running if each.worker_id != runnable_jobs.worker_id
                    ]
                for job in {each.id: each for each in stalled}.values():
                    # The error means that another worker has queued the job again already.
                    with contextlib.suppress(
                        require("procrastinate").exceptions.ConnectorException
                    ):
                        await jobs.retry_job(job)
                await in_thread(self._host.database.run, _repair_tables)
            except asyncio.CancelledError:
                raise
            except DatabaseUnavailable:
                pass
            except Exception as error:
                log.warning("The queue of phases can't be repaired: %s", without_secrets(error))
            await asyncio.sleep(min(self._timeout / 4, 5.0))


def _error_text(error: Exception) -> str:
    """Return an error's type, source line and message, without secrets of a connection string."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"{type(error).__name__} in {line}: {without_secrets(error)}"


def _create_queue(connection: "Connection") -> dict[str, str]:
    """Create the queue's tables and return the parameters for more connections like this one."""
    phase_queue.create_tables(connection)
    return {**connection.info.get_parameters(), "password": connection.info.password}


def _orphans(connection: "Connection", own_id: UUID) -> list[UUID]:
    """Return the ids of running phases whose process has ended."""
    rows = connection.execute(sql("orphaned_phases"), {"own": own_id})
    return [phase_id for (phase_id,) in rows]


def _repair_tables(connection: "Connection") -> None:
    attempts.supersede_attempts(connection)
    handover.delete_unused_files(connection)
    for phase_id, name in connection.execute(sql("phases_without_job")).fetchall():
        with connection.transaction():
            phase_queue.defer(connection, phase_id, name)


def _retry_strategy() -> Any:
    """Return the rule by which procrastinate retries a phase whose run ended with an error."""
    procrastinate = require("procrastinate")

    class RetryByError(procrastinate.BaseRetryStrategy):  # type: ignore[name-defined]
        """Retry at once after `Stopped`, and after a pause for every other error."""

        def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:
            if isinstance(exception, Stopped):
                return procrastinate.RetryDecision(retry_at=None)
            seconds = exception.seconds if isinstance(exception, Postponed) else FAILURE_PAUSE
            return procrastinate.RetryDecision(retry_in={"seconds": seconds})

    return RetryByError()
