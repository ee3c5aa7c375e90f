"""Deletion of a job's rows; its id is kept, so that late events don't create the job again."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from . import sql

if TYPE_CHECKING:
    from psycopg import Connection


class StillRunning(RuntimeError):
    """The job hasn't ended, so it can't be deleted."""


@dataclass(frozen=True)
class WrittenFile:
    """A file that a deleted job wrote.

    Attributes:
        path: path relative to ComfyUI's output folder.
        sha256: hexadecimal SHA-256 of the content when the file was written.
        machine: host name of the machine that wrote the file.
    """

    path: str
    sha256: str
    machine: str


def delete_job(connection: "Connection", job_id: UUID) -> tuple[WrittenFile, ...] | None:
    """Delete a job with all rows that belong to it; its files are not deleted.

    Returns:
        The files that the job wrote; None if there is no such job.

    Raises:
        StillRunning: the job hasn't ended.
    """
    job = {"id": job_id}
    with connection.transaction():
        row = connection.execute(sql("lock_state_of_job"), job).fetchone()
        if row is None:
            return None
        if row[0] in ("pending", "in_progress"):
            raise StillRunning(row[0])
        files = tuple(WrittenFile(*each) for each in connection.execute(sql("files_of_job"), job))
        connection.execute(sql("add_deleted_job"), job)
        connection.execute(sql("delete_job"), job)
    return files
