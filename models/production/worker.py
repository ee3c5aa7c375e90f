"""Worker of this ComfyUI process: a thread that takes phases from the queue, one at a time."""

import asyncio
import contextlib
import logging
import os
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from ..jobs.database.address import without_secrets
from ..jobs.database.database import WRITE_SECONDS, DatabaseUnavailable
from ..settings import HEARTBEAT
from . import attempts, handover, phase_queue
from .attempts import Hold
from .host import Host, Stopped
from .production_states import PhaseState
from .queue_reader import QueueReader, WakeUp
from .runnable_queues import RunnableQueues
from .runner import run_phase
from .state_changes import NO_REASON, StateReason
from .wake_ups import WakeUps
from .worker_threads import in_thread

if TYPE_CHECKING:
    from psycopg import Connection

Answer = TypeVar("Answer")

log = logging.getLogger(__name__)

THREAD = "anime-productions"
PAUSE = 2.0  # seconds until the worker starts again after an error
# Most seconds between two reads of the queue. PostgreSQL notifies of new phases, so this matters
# only for phases that become due, and after the end of another process.
POLL_SECONDS = 5.0
BUSY_SECONDS = 1.0  # between two looks at ComfyUI's own queue while prompts of people are in it
STOP_SECONDS = 5.0  # timeout for the end of the thread
MOST_FAILURES = 3  # unexpected errors, one after the other, after which a phase fails
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
        self._wake_ups: WakeUps | None = None
        self._queues = RunnableQueues(host)

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
        # procrastinate leaves tasks with errors that nothing awaits, such as when this process was
        # suspended and another one has deleted the job that it took.
        self._loop.set_exception_handler(lambda loop, context: log.debug("%s", context["message"]))
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
        return self._query(_create_queue)

    def _query(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Return a function's result from the database, which may take as long as a write."""
        return self._host.database.run(function, *arguments, seconds=WRITE_SECONDS)

    def _set_problem(self, problem: str | None) -> None:
        if problem is not None and self._problem is None:
            log.warning("Productions wait: %s", problem)
        self._problem = problem

    async def _take_phases(self, parameters: dict[str, str]) -> None:
        """Take phases, one after the other, until the task is cancelled or an error is raised."""
        async with QueueReader(parameters, self._timeout, self._claim, self._host.wake) as reader:
            while not self._host.stopping():
                reader.clear()
                await reader.delete_abandoned_jobs()
                queues = await in_thread(self._query, self._look_after_queue)
                self._set_problem(None)
                busy = self._host.count_other_prompts() > 0
                wake_up = await reader.next_wake_up(queues) if queues and not busy else None
                if wake_up is not None:
                    await self._run_until_end(wake_up)
                else:
                    await reader.wait(min(self._poll, BUSY_SECONDS) if busy else self._poll)

    @property
    def _poll(self) -> float:
        """Seconds between two heartbeats, which a worker sends when it reads the queue."""
        return min(self._timeout / 4, POLL_SECONDS)

    def _look_after_queue(
        self, connection: "Connection", running_job_id: int | None = None
    ) -> list[str]:
        """Write a heartbeat, make missing wake-up calls, and return the queues to take from."""
        if self._wake_ups is None:
            self._wake_ups = WakeUps(self._host.process_id, self._timeout)
        self._wake_ups.make(connection, running_job_id)
        attempts.supersede_attempts(connection)
        handover.delete_unused_files(connection)
        return self._queues.list(connection)

    def _hold(self, wake_up: WakeUp) -> Hold:
        return Hold(wake_up.phase_id, self._host.process_id, wake_up.job_id)

    def _claim(self, wake_up: WakeUp) -> bool:
        return self._query(attempts.claim_phase, self._hold(wake_up))

    async def _run_until_end(self, wake_up: WakeUp) -> None:
        """Run a claimed phase in a thread, and look after the queue in the meantime."""
        running = asyncio.ensure_future(in_thread(self._run_phase, wake_up))
        try:
            while not (await asyncio.wait({running}, timeout=self._poll))[0]:
                try:
                    await in_thread(self._query, self._look_after_queue, wake_up.job_id)
                    self._set_problem(None)
                except DatabaseUnavailable as error:
                    self._set_problem(str(error))
                except Exception as error:
                    log.warning("The queue can't be looked after: %s", without_secrets(error))
        except asyncio.CancelledError:  # this process stops, which the runner sees when it wakes
            self._host.wake()
            await asyncio.wait({running}, timeout=STOP_SECONDS)
            raise
        running.result()  # raises its error

    def _run_phase(self, wake_up: WakeUp) -> None:
        """Run a claimed phase; put it back into the queue if an error ends its run."""
        hold, failures = self._hold(wake_up), wake_up.failures + 1
        try:
            run_phase(hold, self._host)
            return
        except Stopped:
            release: tuple[Any, ...] = (PhaseState.QUEUED,)
        except Exception as error:
            text = _error_text(error)
            log.error("A phase of a production stopped with an error: %s", text)
            if failures < MOST_FAILURES:
                release = PhaseState.QUEUED, NO_REASON, None, FAILURE_PAUSE, failures
            else:
                reason = StateReason.of("production_engine", {"error": text})
                release = PhaseState.FAILED, reason
        # Without the database, the next look after the queue puts the phase back.
        with contextlib.suppress(DatabaseUnavailable):
            self._query(attempts.release_phase, hold, *release)


def _error_text(error: Exception) -> str:
    """Return an error's type, source line and message, without secrets of a connection string."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    line = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return f"{type(error).__name__} in {line}: {without_secrets(error)}"


def _create_queue(connection: "Connection") -> dict[str, str]:
    """Create the queue's tables and return the parameters for more connections like this one."""
    phase_queue.create_tables(connection)
    return {**connection.info.get_parameters(), "password": connection.info.password}
