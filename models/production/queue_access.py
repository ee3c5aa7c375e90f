"""Access of this process's procrastinate worker to the queue.

The worker takes only jobs that this process can run, and it waits while the database is
unreachable.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from ..dependency import require
from ..jobs.database.database import DatabaseUnavailable
from ..jobs.queries.rows import rows_of
from .definition import read_definition
from .host import Host
from .phase_queue import SCHEMA
from .queries import sql

if TYPE_CHECKING:
    from psycopg import AsyncConnection, Connection

PAUSE = 1.0  # seconds between two tries to reach the database
POOL_SECONDS = 3.0  # timeout of one try to get a connection
FRESH_SECONDS = 5.0  # time for which a check of this machine's nodes and models is cached

# Methods of procrastinate's connector that send queries to the database.
QUERY_METHODS = (
    *("execute_query_async", "execute_query_one_async", "execute_query_all_async"),
    "listen_notify",
)

Answer = TypeVar("Answer")


class RunnableJobs:
    """Replacement of procrastinate's `fetch_job` that takes only jobs this process can run.

    It takes none while prompts that belong to no production run or wait in this ComfyUI.

    Attributes:
        worker_id: procrastinate's id of this process's worker; None before the first fetch.
    """

    def __init__(self, jobs: Any, host: Host) -> None:
        """Replace the method; no job is taken yet.

        Args:
            jobs: procrastinate's `JobManager`, whose `fetch_job` is replaced.
            host: this ComfyUI process.
        """
        self.worker_id: int | None = None
        self._host = host
        self._fetch_job, jobs.fetch_job = jobs.fetch_job, self.fetch_job
        # By queue: the time until which the check is valid, and its result.
        self._runnable: dict[str, tuple[float, bool]] = {}

    async def fetch_job(self, queues: Any, worker_id: int) -> Any:
        """Return the next job that this process can run; None if there is none."""
        self.worker_id = worker_id
        if self._host.stopping() or self._host.count_other_prompts():
            return None
        try:
            runnable = await in_thread(self._host.database.run, self._runnable_queues)
        except DatabaseUnavailable:
            return None
        return await self._fetch_job(queues=runnable, worker_id=worker_id) if runnable else None

    def _runnable_queues(self, connection: "Connection") -> list[str]:
        """Return the queues whose nodes and models this machine has."""
        rows = rows_of(connection, sql("queues_to_take"), {})
        return [row["queue"] for row in rows if self._can_run(row)]

    def _can_run(self, row: Mapping[str, Any]) -> bool:
        valid_until, runnable = self._runnable.get(row["queue"], (0.0, False))
        if time.monotonic() > valid_until:
            definition = read_definition(row["definition"])
            runnable = not self._host.missing(definition, row["parameters"])
            self._runnable[row["queue"]] = time.monotonic() + FRESH_SECONDS, runnable
        return runnable


def waiting_connector(parameters: Mapping[str, str]) -> Any:
    """Return a connector of procrastinate that waits while the database is unreachable.

    procrastinate's own connector raises an error then, which ends its worker.

    Args:
        parameters: connection parameters, as psycopg takes them.
    """
    connector = require("procrastinate").PsycopgConnector(
        kwargs=dict(parameters),
        configure=_use_schema,
        min_size=1,
        max_size=4,
        timeout=POOL_SECONDS,
        reconnect_timeout=POOL_SECONDS,
        name="anime-productions",
    )
    for name in QUERY_METHODS:
        setattr(connector, name, _waiting(getattr(connector, name)))
    return connector


async def in_thread(function: Callable[..., Answer], *arguments: Any) -> Answer:
    """Run a function in a daemon thread of its own and return its result.

    asyncio's own threads aren't used: Python waits for them when it exits, before the functions
    registered with `atexit` can tell them to stop.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def complete(setter: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            setter(value)

    def run() -> None:
        try:
            completion: tuple[Any, Any] = future.set_result, function(*arguments)
        except BaseException as error:
            completion = future.set_exception, error
        with suppress(RuntimeError):  # the loop has been closed, so nothing awaits the result
            loop.call_soon_threadsafe(complete, *completion)

    threading.Thread(target=run, name="anime-productions-work", daemon=True).start()
    return await future


async def _use_schema(connection: "AsyncConnection") -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}".encode())
    await connection.commit()


def _waiting(query: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """Return a query method that is retried until the database is reachable."""
    psycopg, exceptions = require("psycopg"), require("procrastinate.exceptions")
    connection_errors = psycopg.OperationalError, psycopg.InterfaceError

    async def query_with_retries(*arguments: Any, **named: Any) -> Any:
        while True:
            try:
                return await query(*arguments, **named)
            except exceptions.ConnectorException as error:
                if not isinstance(error.__cause__, connection_errors):
                    raise
            await asyncio.sleep(PAUSE)

    return query_with_retries
