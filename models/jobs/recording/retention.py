"""Deletion of old jobs, if the user set a number of days in `models.settings.KEEP_DAYS`.

It concerns all jobs of the database. Jobs that a person approved are kept, and no files are
deleted.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ...settings import KEEP_DAYS
from ..queries import sql
from ..queries.deletion import StillRunning, WrittenFile, delete_job

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

DAY_SECONDS = 86_400.0
MOST_AT_ONCE = 200  # jobs; between two such rounds the shipper sends events and a heartbeat


def delete_old_jobs(
    connection: "Connection",
    days: int,
    approved: bool = False,
    delete_file: Callable[[WrittenFile], None] | None = None,
    most: int = MOST_AT_ONCE,
) -> int:
    """Delete jobs that ended more than a number of days ago, the oldest first.

    Args:
        connection: connection in autocommit mode.
        days: days that a job is kept after its end.
        approved: True to delete approved jobs as well.
        delete_file: function that is called with each file that the jobs wrote; None keeps them.
        most: largest number of jobs to delete.

    Returns:
        The number of deleted jobs.

    Raises:
        psycopg.Error: the database refused a statement.
    """
    values = {"days": days, "approved": approved, "most": most}
    deleted = 0
    for (job_id,) in connection.execute(sql("old_jobs"), values).fetchall():
        try:
            files = delete_job(connection, job_id)
        except StillRunning:  # a late event of its process made the job unfinished again
            continue
        deleted += files is not None
        if delete_file is not None:
            for file in files or ():
                delete_file(file)
    return deleted


class Retention:
    """The daily deletion of old jobs."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Store the folder; `run` reads the setting.

        Args:
            directory: the pack's private folder.
            clock: function that returns seconds and never goes backwards.
        """
        self._directory, self._clock = directory, clock
        self._next = -float("inf")

    def is_due(self) -> bool:
        """Return True if old jobs should be deleted now."""
        return self._clock() >= self._next

    def run(self, connection: "Connection") -> None:
        """Delete up to `MOST_AT_ONCE` old jobs; if it deleted as many, it is due again at once.

        Raises:
            psycopg.Error: the database refused a statement.
        """
        days = KEEP_DAYS.read(self._directory)
        deleted = 0 if days is None else delete_old_jobs(connection, days)
        if deleted:
            log.info("Deleted %s jobs that ended more than %s days ago.", deleted, days)
        if deleted < MOST_AT_ONCE:
            self._next = self._clock() + DAY_SECONDS
