"""Rows of the flipbooks of a job's loops."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...snapshots.flipbook import Flipbook
from ...snapshots.store import GONE
from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


def add_flipbook(
    connection: "Connection",
    job_id: UUID,
    set_id: UUID,
    flipbook: Flipbook | None,
    absent: str | None,
) -> None:
    """Add the flipbook of a set of snapshots to a job, or the reason why there is none.

    Args:
        connection: connection inside a transaction.
        job_id: id of the job.
        set_id: id of the set.
        flipbook: the flipbook; None if there is none.
        absent: code of the reason why there is none. One that is only gone from the memory is
            copied from an earlier job that has it. Reports on other things than a loop get no
            reason.
    """
    of_set = {"job_id": job_id, "set_id": set_id}
    if flipbook is not None:
        values = {**vars(flipbook), "numbers": list(flipbook.numbers)}
        connection.execute(sql("add_flipbook"), {**of_set, **values})
    if absent == GONE and connection.execute(sql("copy_flipbook"), of_set).rowcount:
        absent = None
    if absent is not None:
        connection.execute(sql("note_absent_flipbook"), {**of_set, "absent": absent})


def flipbooks_of_reports(
    connection: "Connection", job_id: UUID
) -> list[tuple[dict[str, Any] | None, str | None]]:
    """Return the flipbook of each report of a job, in the order of the reports.

    Args:
        connection: connection to the database.
        job_id: id of the job.

    Returns:
        Of each report a row with `set`, `frames`, `numbers`, `columns` and `bytes`, or None, and
        the code of the reason why there is none, or None if there is no reason.
    """
    rows = rows_of(connection, sql("flipbooks_of_job"), {"job_id": job_id})
    by_set = {row["set"]: row for row in rows}
    sets = connection.execute(sql("flipbook_sets_of_job"), {"job_id": job_id}).fetchall()
    return [
        (next((by_set[each] for each in set_ids or () if each in by_set), None), absent)
        for set_ids, absent in sets
    ]


def flipbook_of(connection: "Connection", set_id: UUID) -> bytes | None:
    """Return the flipbook of a set as WebP, from any job that has it; None if none has."""
    row = connection.execute(sql("flipbook_of_set"), {"set_id": set_id}).fetchone()
    return None if row is None else bytes(row[0])
