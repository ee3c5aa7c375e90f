"""Forgetting a job: its rows go, and a stone stays that keeps late events from bringing it back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from . import sql

if TYPE_CHECKING:
    from psycopg import Connection


class StillRunning(RuntimeError):
    """A job that hasn't ended can't be deleted."""


@dataclass(frozen=True)
class WrittenFile:
    """A file that a deleted job wrote.

    Attributes:
        path: relative to the output folder.
        sha256: of its content when it was written.
        machine: that wrote it.
    """

    path: str
    sha256: str
    machine: str


def delete_job(connection: "Connection", job_id: UUID) -> tuple[WrittenFile, ...] | None:
    """Delete a job with everything that hangs on it.

    Returns:
        The files that it wrote, which are still there; None where there is no such job.

    Raises:
        StillRunning: it hasn't ended.
    """
    of_job = {"id": job_id}
    with connection.transaction():
        row = connection.execute(sql("lock_state_of_job"), of_job).fetchone()
        if row is None:
            return None
        if row[0] in ("pending", "in_progress"):
            raise StillRunning(row[0])
        files = tuple(
            WrittenFile(*each) for each in connection.execute(sql("files_of_job"), of_job)
        )
        connection.execute(sql("remember_deleted_job"), of_job)
        connection.execute(sql("delete_job"), of_job)
    return files
