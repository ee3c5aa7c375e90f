"""Rows of the small pictures of a job's reports."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...snapshots.snapshot import Snapshot
from ...snapshots.store import GONE
from . import sql
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

MISSING = "missing"  # code of the reason if the record has a set's id and nothing else of it


@dataclass(frozen=True)
class ReportSnapshots:
    """Small pictures of one report.

    Attributes:
        rows: of each picture `set`, `frame`, `at_seam`, `width`, `height` and `bytes`, in the
            order of the frames, one for each frame; then those of sets apart from the report.
        absent: code of the reason why pictures are missing; None if none is, or none was taken.
    """

    rows: tuple[dict[str, Any], ...]
    absent: str | None


def add_snapshots(
    connection: "Connection",
    job_id: UUID,
    set_id: UUID,
    snapshots: Sequence[Snapshot],
    absent: str | None,
) -> None:
    """Add a set of snapshots to a job, or the reason why there is none.

    Args:
        connection: connection inside a transaction.
        job_id: id of the job.
        set_id: id of the set.
        snapshots: the pictures; empty if there are none.
        absent: code of the reason why there are none. Pictures that are only gone from the memory
            are copied from an earlier job that has them.
    """
    of_set = {"job_id": job_id, "set_id": set_id}
    with connection.cursor() as cursor:
        rows = [{**of_set, "number": at, **vars(each)} for at, each in enumerate(snapshots)]
        cursor.executemany(sql("add_snapshot"), rows)
    if absent == GONE and connection.execute(sql("copy_snapshots"), of_set).rowcount:
        absent = None
    if absent is not None:
        connection.execute(sql("note_absent_snapshots"), {**of_set, "absent": absent})


def snapshots_of_reports(
    connection: "Connection", job_id: UUID, apart: Collection[UUID] = ()
) -> list[ReportSnapshots]:
    """Return the small pictures of each report of a job, in the order of the reports.

    Args:
        connection: connection to the database.
        job_id: id of the job.
        apart: ids of sets whose frames are not those of the report, such as those of the attempts
            of a retry that were not chosen. Their pictures follow those of the report.
    """
    by_set: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows_of(connection, sql("snapshots_of_job"), {"job_id": job_id}):
        by_set.setdefault(row["set"], []).append(row)
    sets = connection.execute(sql("snapshot_sets_of_job"), {"job_id": job_id}).fetchall()
    snapshots = []
    for set_ids, absent in sets:
        own = [each for each in set_ids or [] if each not in apart]
        of_report = _of_report(by_set, own, absent)
        separate = (row for each in set_ids or [] if each in apart for row in by_set.get(each, ()))
        snapshots.append(replace(of_report, rows=(*of_report.rows, *separate)))
    return snapshots


def snapshot_of(connection: "Connection", job_id: UUID, set_id: UUID, frame: int) -> bytes | None:
    """Return a small picture as WebP; None if the job has no such picture."""
    values = {"job_id": job_id, "set_id": set_id, "frame": frame}
    row = connection.execute(sql("snapshot_of_job"), values).fetchone()
    return None if row is None else bytes(row[0])


def _of_report(
    by_set: dict[UUID, list[dict[str, Any]]], set_ids: Sequence[UUID], absent: str | None
) -> ReportSnapshots:
    by_frame: dict[int, dict[str, Any]] = {}
    for row in (row for set_id in set_ids for row in by_set.get(set_id, ())):
        other = by_frame.get(row["frame"], row)
        larger = max(other, row, key=lambda each: each["width"])
        at_seam = other["at_seam"] or row["at_seam"]
        by_frame[row["frame"]] = {**larger, "at_seam": at_seam}
    if absent is None and any(set_id not in by_set for set_id in set_ids):
        absent = MISSING
    return ReportSnapshots(tuple(by_frame[frame] for frame in sorted(by_frame)), absent)
