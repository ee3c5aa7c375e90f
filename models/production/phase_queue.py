"""Queue of phases: procrastinate's tables, in a schema of their own beside the pack's tables.

A job of procrastinate is a wake-up call and nothing more: it ends as soon as a worker has taken its
phase. The row of the phase is the truth. It names the one job that may act on the phase.
"""

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
from .records import PhaseRecord

if TYPE_CHECKING:
    from psycopg import Connection

SCHEMA = "anime_queue"
TASK = "run_phase"


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


def defer(
    connection: "Connection", phase_id: UUID, queue: str, seconds: float = 0, failures: int = 0
) -> None:
    """Make the wake-up call of a phase, as part of the caller's transaction.

    From then on no earlier call, and no process that took the phase with one, may act on it.

    Args:
        connection: connection inside a transaction.
        phase_id: id of the phase.
        queue: name of the phase's queue.
        seconds: seconds until the call is due, by the database's clock.
        failures: number of unexpected errors, one after the other, that the phase ended with.
    """
    due = (
        connection.execute(sql("time_after"), {"seconds": seconds}).fetchone() if seconds else None
    )
    with _within_schema(connection):
        task = _app().configure_task(
            TASK, queue=queue, schedule_at=due and due[0], connection=connection
        )
        job_id = task.defer(phase_id=str(phase_id), failures=failures)
    connection.execute(sql("name_queue_job"), {"id": phase_id, "queue_job_id": job_id})


def withdraw(connection: "Connection", phase: PhaseRecord) -> None:
    """Delete the wake-up call of a phase, and notify the worker that runs the phase at once.

    Args:
        connection: connection inside a transaction, in which the phase's state has changed.
        phase: phase as it was before the change.
    """
    with _within_schema(connection):
        # PostgreSQL notifies the workers of every new job. A worker that runs a phase then reads
        # the state of that phase. This job is deleted before any worker can see it.
        task = _app().configure_task(TASK, queue=phase.queue, connection=connection)
        notice = task.defer(phase_id=str(phase.id), failures=0)
        for job_id in {notice, phase.queue_job_id} - {None}:
            _app().job_manager.cancel_job_by_id(job_id, delete_job=True, connection=connection)


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
