"""The worker: a thread with a loop of its own that takes phases from the queue, one at a time."""

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
from .patience import LocalJobs, in_thread, patient_connector
from .production_states import PhaseState
from .queries import sql
from .runner import run_phase
from .state_changes import StateReason

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

THREAD = "anime-productions"
PAUSE = 2.0  # seconds until the next try, where nothing works
POLL_SECONDS = 1.0  # between two looks at the queue, where nobody tells of a new phase
STOP_SECONDS = 5.0
MOST_FAILURES = 3  # of the engine itself in one phase
FAILURE_PAUSE = 5  # seconds


class Worker:
    """Works at productions as long as its ComfyUI runs. Idle, it waits for the database's word."""

    def __init__(self, host: Host, beat: float | None = None) -> None:
        """Start nothing yet.

        Args:
            host: this ComfyUI.
            beat: seconds until a worker that isn't seen is taken for dead.
        """
        self._host = host
        self._beat = HEARTBEAT.read() if beat is None else beat
        self._mutex = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._serving: asyncio.Task[None] | None = None
        self._away: str | None = None
        self._failures: dict[UUID, int] = {}  # of the engine itself, by phase

    def start(self) -> None:
        """Start the thread, once; returns at once."""
        with self._mutex:
            if self._thread is None and not self._host.stopping():
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()

    @property
    def runs(self) -> bool:
        """Whether it was started and is there."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def problem(self) -> str | None:
        """Why it takes no phases now, though it was started; None where it does."""
        if self._thread is not None and not self.runs and not self._host.stopping():
            return "What works at productions has ended; the log says why. Restart ComfyUI."
        return self._away

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End the thread: the phase goes back into the queue. The host must be stopping by now.

        Args:
            seconds: to wait for that; the thread is a daemon and holds nothing up.
        """
        loop, serving = self._loop, self._serving
        self._host.nudge()
        if loop is not None and serving is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(serving.cancel)
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        # Async psycopg refuses the loop that is usual on Windows.
        self._loop = asyncio.SelectorEventLoop()
        try:
            self._serving = self._loop.create_task(self._serve())
            self._loop.run_until_complete(self._serving)
        except asyncio.CancelledError:
            pass
        except Exception as error:
            log.error("Productions don't run: %s", without_secrets(error))
        finally:
            self._end_tasks(self._loop)
            self._loop.close()

    @staticmethod
    def _end_tasks(loop: asyncio.AbstractEventLoop) -> None:
        """Those that a pool of connections left behind: they would complain in the log."""
        left = asyncio.all_tasks(loop)
        for each in left:
            each.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left, timeout=1.0))

    async def _serve(self) -> None:
        while not self._host.stopping():
            try:
                parameters = await in_thread(self._prepare)
                self._tell(None)
                await self._work(parameters)
            except asyncio.CancelledError:
                raise
            except DatabaseUnavailable as error:
                self._tell(str(error))
            except Exception as error:
                self._tell(f"{type(error).__name__}: {without_secrets(error)}")
            await asyncio.sleep(PAUSE)

    def _prepare(self) -> dict[str, str]:
        self._host.settle()
        return self._host.database.run(_open)

    def _tell(self, away: str | None) -> None:
        if away is not None and self._away is None:
            log.warning("Productions wait: %s", away)
        self._away = away

    async def _work(self, parameters: dict[str, str]) -> None:
        """Take phases until told to end, or until procrastinate's worker gives up."""
        procrastinate = require("procrastinate")
        # It logs every job, and in its errors where the database is.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        app = procrastinate.App(connector=patient_connector(parameters))
        local = LocalJobs(app.job_manager, self._host)

        async def run(phase_id: str) -> None:
            await self._run_phase(UUID(phase_id))

        app.task(name=phase_queue.TASK, retry=_retry_strategy())(run)

        async with app.open_async():
            looking = asyncio.create_task(self._look_after(app.job_manager, local))
            try:
                await app.run_worker_async(
                    name=THREAD,
                    concurrency=1,
                    install_signal_handlers=False,
                    delete_jobs="always",  # what became of a phase is in the pack's own tables
                    fetch_job_polling_interval=POLL_SECONDS,
                    shutdown_graceful_timeout=STOP_SECONDS,
                    update_heartbeat_interval=self._beat / 4,
                    stalled_worker_timeout=self._beat,
                )
            finally:
                looking.cancel()

    async def _run_phase(self, phase_id: UUID) -> None:
        running = asyncio.ensure_future(in_thread(run_phase, phase_id, self._host))
        while True:
            try:
                await asyncio.shield(running)
                self._failures.pop(phase_id, None)
                return
            except asyncio.CancelledError:
                # Somebody cancelled it, or this ComfyUI ends: the phase sees for itself.
                self._host.nudge()
            except (Stopped, Postponed):
                raise
            except Exception as error:
                log.error("A production's phase could not go on: %s", _told(error))
                self._failures[phase_id] = self._failures.get(phase_id, 0) + 1
                if self._failures[phase_id] < MOST_FAILURES:
                    raise
                del self._failures[phase_id]
                await in_thread(self._fail, phase_id, error)
                return

    def _fail(self, phase_id: UUID, error: Exception) -> None:
        reason = StateReason.of("production_engine", {"error": _told(error)})
        own = self._host.process_id
        with contextlib.suppress(DatabaseUnavailable):
            self._host.database.run(attempts.leave_phase, phase_id, own, PhaseState.FAILED, reason)

    async def _look_after(self, jobs: Any, local: LocalJobs) -> None:
        """Put back into the queue what a machine that died had taken, and what was forgotten."""
        while True:
            try:
                stalled = list(await jobs.get_stalled_jobs(seconds_since_heartbeat=self._beat))
                own = self._host.process_id
                for phase_id in await in_thread(self._host.database.run, _orphans, own):
                    held = await jobs.list_jobs_async(lock=str(phase_id), status="doing")
                    stalled += [each for each in held if each.worker_id != local.worker_id]
                for job in {each.id: each for each in stalled}.values():
                    with contextlib.suppress(
                        require("procrastinate").exceptions.ConnectorException
                    ):
                        await jobs.retry_job(job)  # where another worker was faster, it is done
                await in_thread(self._host.database.run, _put_right)
            except asyncio.CancelledError:
                raise
            except DatabaseUnavailable:
                pass
            except Exception as error:
                log.warning("The queue can't be looked after: %s", without_secrets(error))
            await asyncio.sleep(min(self._beat / 4, 5.0))


def _told(error: Exception) -> str:
    """What broke and where, without what a connection string may have in it."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    name = f"{os.path.basename(place.filename)}:{place.lineno}"
    return f"{type(error).__name__} in {name}: {without_secrets(error)}"


def _open(connection: "Connection") -> dict[str, str]:
    """Make the queue's tables; how to get more connections like this one."""
    phase_queue.prepare(connection)
    return {**connection.info.get_parameters(), "password": connection.info.password}


def _orphans(connection: "Connection", own: UUID) -> list[UUID]:
    return [phase_id for (phase_id,) in connection.execute(sql("orphaned_phases"), {"own": own})]


def _put_right(connection: "Connection") -> None:
    attempts.supersede(connection)
    handover.forget(connection)
    for phase_id, name in connection.execute(sql("forgotten_phases")).fetchall():
        with connection.transaction():
            phase_queue.defer(connection, phase_id, name)


def _retry_strategy() -> Any:
    """When a phase that could not go on is tried again."""
    procrastinate = require("procrastinate")

    class Again(procrastinate.BaseRetryStrategy):  # type: ignore[name-defined]
        """At once where this ComfyUI ends, later where it may help to wait."""

        def get_retry_decision(self, *, exception: BaseException, job: Any) -> Any:
            if isinstance(exception, Stopped):
                return procrastinate.RetryDecision(retry_at=None)
            seconds = exception.seconds if isinstance(exception, Postponed) else FAILURE_PAUSE
            return procrastinate.RetryDecision(retry_in={"seconds": seconds})

    return Again()
