"""The queue of phases: procrastinate, in a schema of its own beside the pack's tables."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..dependency import require
from ..jobs.database.migrations import LOCK
from .definition import PhaseDefinition, as_json
from .queries import sql

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = "anime_queue"
TASK = "run_phase"
PHASE = "phase_id"  # the task's argument


def queue_of(definition: PhaseDefinition, given: Mapping[str, Any]) -> str:
    """The queue of a phase: one for each definition and what its request adds to it.

    A machine takes of those queues only whose nodes and models it has.

    Args:
        definition: of the phase.
        parameters: values that the request names for this phase alone; they may choose another
            model.
    """
    # PostgreSQL's channels, which hold a queue's name, have at most 63 letters.
    return (
        "phase-" + hashlib.sha256((definition.version + as_json(given)).encode()).hexdigest()[:32]
    )


def prepare(connection: "Connection") -> None:
    """Make the queue's tables, once; any number of processes may do it at a time.

    Args:
        connection: to a database with the pack's schema.
    """
    there = connection.execute(sql("is_queue_there")).fetchone()
    if there is not None and there[0]:
        return
    schema = require("procrastinate.schema").SchemaManager.get_schema()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        there = connection.execute(sql("is_queue_there")).fetchone()
        if there is None or not there[0]:
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
            connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
            connection.execute(schema.encode())
            connection.execute("SET LOCAL search_path TO DEFAULT")


def defer(connection: "Connection", phase_id: UUID, queue: str) -> None:
    """Queue a phase, together with whatever else the caller's transaction does.

    Args:
        connection: inside a transaction.
        phase_id: of the phase.
        queue: its queue.
    """
    with _within_schema(connection):
        if connection.execute(sql("waiting_queue_job"), {"lock": str(phase_id)}).fetchone() is None:
            task = _app().configure_task(
                TASK, queue=queue, lock=str(phase_id), connection=connection
            )
            task.defer(**{PHASE: str(phase_id)})


def withdraw(connection: "Connection", phase_id: UUID) -> None:
    """Take a phase out of the queue; the machine that runs it is told at once.

    Args:
        connection: inside a transaction.
        phase_id: of the phase.
    """
    with _within_schema(connection):
        for (job_id,) in connection.execute(
            sql("open_queue_jobs"), {"lock": str(phase_id)}
        ).fetchall():
            _app().job_manager.cancel_job_by_id(job_id, abort=True, connection=connection)


@contextmanager
def _within_schema(connection: "Connection") -> Iterator[None]:
    """procrastinate finds its tables; its errors are the driver's own, as everybody else's."""
    connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
    try:
        yield
    except require("procrastinate.exceptions").ConnectorException as error:
        raise error.__cause__ or error from None
    connection.execute("SET LOCAL search_path TO DEFAULT")


@cache
def _app() -> Any:
    """An app that only writes, on connections of others."""
    procrastinate = require("procrastinate")
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
