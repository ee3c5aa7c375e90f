"""Forgets jobs after so many days, where the user wants that.

The setting is `models.settings.KEEP_DAYS`. It holds for all jobs of the database. What a person
approved stays, and so do the files.
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
MOST_AT_ONCE = 200  # heartbeats come between: the rest follows a moment later


def delete_old_jobs(
    connection: "Connection",
    days: int,
    approved: bool = False,
    delete_file: Callable[[WrittenFile], None] | None = None,
    most: int = MOST_AT_ONCE,
) -> int:
    """Delete jobs that ended longer ago, the oldest first.

    Args:
        connection: in autocommit mode.
        days: how long a job is kept.
        approved: delete those too whose newest review approves them.
        delete_file: what becomes of each file that they wrote; None keeps them.
        most: stop after so many.

    Returns:
        How many jobs were deleted.

    Raises:
        psycopg.Error: the database refuses.
    """
    values = {"days": days, "approved": approved, "most": most}
    deleted = 0
    for (job_id,) in connection.execute(sql("old_jobs"), values).fetchall():
        try:
            files = delete_job(connection, job_id)
        except StillRunning:  # its process spoke again
            continue
        deleted += files is not None
        if delete_file is not None:
            for file in files or ():
                delete_file(file)
    return deleted


class Retention:
    """Deletes old jobs once a day."""

    def __init__(self, directory: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Read nothing yet.

        Args:
            directory: the pack's private folder.
            clock: seconds.
        """
        self._directory, self._clock = directory, clock
        self._next = -float("inf")

    def is_due(self) -> bool:
        """Whether there is something to do."""
        return self._clock() >= self._next

    def run(self, connection: "Connection") -> None:
        """Delete some of what is too old.

        Raises:
            psycopg.Error: the database refuses.
        """
        days = KEEP_DAYS.read(self._directory)
        deleted = 0 if days is None else delete_old_jobs(connection, days)
        if deleted:
            log.info("%s jobs ended more than %s days ago and were deleted.", deleted, days)
        if deleted < MOST_AT_ONCE:
            self._next = self._clock() + DAY_SECONDS
