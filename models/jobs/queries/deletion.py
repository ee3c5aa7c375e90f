"""Forgetting a job: its rows go, and a stone stays that keeps late events from bringing it back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from psycopg import Connection

STATE = "SELECT state FROM anime.jobs WHERE id = %(id)s FOR UPDATE"
FILES = """
SELECT artifacts.path, artifacts.sha256, machines.name AS machine
FROM anime.artifacts
JOIN anime.jobs ON jobs.id = artifacts.job_id
JOIN anime.machines ON machines.id = jobs.machine_id
WHERE artifacts.job_id = %(id)s ORDER BY artifacts.written_at, artifacts.path
"""
# First, so that an event that comes meanwhile finds it as soon as the job is gone.
REMEMBER = "INSERT INTO anime.deleted_jobs (id) VALUES (%(id)s) ON CONFLICT DO NOTHING"
DELETE = "DELETE FROM anime.jobs WHERE id = %(id)s"


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
        row = connection.execute(STATE, of_job).fetchone()
        if row is None:
            return None
        if row[0] in ("pending", "in_progress"):
            raise StillRunning(row[0])
        files = tuple(WrittenFile(*each) for each in connection.execute(FILES, of_job))
        connection.execute(REMEMBER, of_job)
        connection.execute(DELETE, of_job)
    return files
