"""procrastinate on this machine: it waits for the database, and takes what can run here."""

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

PAUSE = 1.0  # seconds between two tries
POOL_SECONDS = 3.0  # to wait for a connection in a try
FRESH_SECONDS = 5.0  # for which it stands what this machine has

# What of the connector asks the database.
ASKED = (
    *("execute_query_async", "execute_query_one_async", "execute_query_all_async"),
    "listen_notify",
)

Answer = TypeVar("Answer")


class LocalJobs:
    """Takes jobs only while nobody else wants this ComfyUI, and only those that it can run."""

    def __init__(self, jobs: Any, host: Host) -> None:
        """Take nothing yet.

        Args:
            jobs: procrastinate's `JobManager`, which fetches by this from now on.
            host: this ComfyUI.
        """
        self.worker_id: int | None = None
        self._host = host
        self._fetch, jobs.fetch_job = jobs.fetch_job, self.fetch
        self._runnable: dict[str, tuple[float, bool]] = {}  # by queue: until when, and whether

    async def fetch(self, queues: Any, worker_id: int) -> Any:
        """The next job for this machine, None where there is none: `JobManager.fetch_job`."""
        self.worker_id = worker_id
        if self._host.stopping() or self._host.others_prompts():
            return None
        try:
            found = await in_thread(self._host.database.run, self._queues)
        except DatabaseUnavailable:
            return None
        return await self._fetch(queues=found, worker_id=worker_id) if found else None

    def _queues(self, connection: "Connection") -> list[str]:
        """The queues whose nodes and models are here."""
        rows = rows_of(connection, sql("queues_to_take"), {})
        return [row["queue"] for row in rows if self._can_run(row)]

    def _can_run(self, row: Mapping[str, Any]) -> bool:
        until, runnable = self._runnable.get(row["queue"], (0.0, False))
        if time.monotonic() > until:
            definition = read_definition(row["definition"])
            runnable = not self._host.missing(definition, row["parameters"])
            self._runnable[row["queue"]] = time.monotonic() + FRESH_SECONDS, runnable
        return runnable


def patient_connector(parameters: Mapping[str, str]) -> Any:
    """procrastinate's connector, which waits while the database is away: its worker would end.

    Args:
        parameters: of the connections, as psycopg takes them.
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
    for name in ASKED:
        setattr(connector, name, _patient(getattr(connector, name)))
    return connector


async def in_thread(function: Callable[..., Answer], *arguments: Any) -> Answer:
    """What a function answers in a thread of its own, which holds no process up at its end.

    asyncio's own threads are waited for when Python ends, before anybody is told to stop.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def tell(done: Callable[[Any], None], what: Any) -> None:
        if not future.done():
            done(what)

    def run() -> None:
        try:
            told: tuple[Any, Any] = future.set_result, function(*arguments)
        except BaseException as error:
            told = future.set_exception, error
        with suppress(RuntimeError):  # the loop ended meanwhile, and nobody waits
            loop.call_soon_threadsafe(tell, *told)

    threading.Thread(target=run, name="anime-productions-work", daemon=True).start()
    return await future


async def _use_schema(connection: "AsyncConnection") -> None:
    await connection.execute(f"SET search_path TO {SCHEMA}".encode())
    await connection.commit()


def _patient(ask: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    psycopg, exceptions = require("psycopg"), require("procrastinate.exceptions")
    away = psycopg.OperationalError, psycopg.InterfaceError

    async def patiently(*arguments: Any, **named: Any) -> Any:
        while True:
            try:
                return await ask(*arguments, **named)
            except exceptions.ConnectorException as error:
                if not isinstance(error.__cause__, away):
                    raise
            await asyncio.sleep(PAUSE)

    return patiently
