"""Queue of phases: procrastinate's tables, in a schema of their own beside the pack's tables."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..dependency import require
from ..jobs.database.migrations import LOCK
from .definition import PhaseDefinition, canonical_json
from .queries import sql

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = "anime_queue"
TASK = "run_phase"
PHASE = "phase_id"  # argument of the task


def queue_of(definition: PhaseDefinition, parameters: Mapping[str, Any]) -> str:
    """Return the name of a phase's queue.

    Phases with the same definition and the same parameters of their own share a queue, because
    they need the same nodes and models. A machine takes phases only from queues that it can run.

    Args:
        definition: definition of the phase.
        parameters: values that the request sets for this phase alone; they may choose another
            model.
    """
    content = definition.version + canonical_json(parameters)
    # 32 digits: a channel of PostgreSQL, which contains the queue's name, has at most 63 bytes.
    return "phase-" + hashlib.sha256(content.encode()).hexdigest()[:32]


def create_tables(connection: "Connection") -> None:
    """Create the queue's tables unless they exist; several processes may do this at once.

    Args:
        connection: connection to a database with the pack's schema.
    """
    if _tables_exist(connection):
        return
    schema = require("procrastinate.schema").SchemaManager.get_schema()
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        if not _tables_exist(connection):
            connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}".encode())
            connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
            connection.execute(schema.encode())
            connection.execute("SET LOCAL search_path TO DEFAULT")


def defer(connection: "Connection", phase_id: UUID, queue: str) -> None:
    """Queue a phase, as part of the caller's transaction.

    Args:
        connection: connection inside a transaction.
        phase_id: id of the phase.
        queue: name of the phase's queue.
    """
    with _within_schema(connection):
        if connection.execute(sql("waiting_queue_job"), {"lock": str(phase_id)}).fetchone() is None:
            task = _app().configure_task(
                TASK, queue=queue, lock=str(phase_id), connection=connection
            )
            task.defer(**{PHASE: str(phase_id)})


def withdraw(connection: "Connection", phase_id: UUID) -> None:
    """Remove a phase from the queue; the worker that runs it is notified at once.

    Args:
        connection: connection inside a transaction.
        phase_id: id of the phase.
    """
    with _within_schema(connection):
        for (job_id,) in connection.execute(
            sql("open_queue_jobs"), {"lock": str(phase_id)}
        ).fetchall():
            _app().job_manager.cancel_job_by_id(job_id, abort=True, connection=connection)


@contextmanager
def _within_schema(connection: "Connection") -> Iterator[None]:
    """Make procrastinate's tables visible, and raise psycopg's errors instead of procrastinate's.

    Callers then handle one kind of database error.
    """
    connection.execute(f"SET LOCAL search_path TO {SCHEMA}".encode())
    try:
        yield
    except require("procrastinate.exceptions").ConnectorException as error:
        raise error.__cause__ or error from None
    connection.execute("SET LOCAL search_path TO DEFAULT")


@cache
def _app() -> Any:
    """Return an app of procrastinate that opens no connection and uses the callers' ones."""
    procrastinate = require("procrastinate")
    return procrastinate.App(connector=procrastinate.SyncPsycopgConnector())


def _tables_exist(connection: "Connection") -> bool:
    row = connection.execute(sql("queue_exists")).fetchone()
    return row is not None and row[0]
