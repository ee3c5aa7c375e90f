"""Forgets jobs after so many days, where the user wants that.

`ANIME_KEEP_DAYS`, else `keep_days` in the private config file; else everything is kept. It holds
for all jobs of the database. What a person approved stays, and so do the files.
"""

import logging
import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ..database.settings import said_of
from ..queries import sql
from ..queries.deletion import StillRunning, WrittenFile, delete_job

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

ENVIRONMENT = "ANIME_KEEP_DAYS"
SETTING = "keep_days"
DAY_SECONDS = 86_400.0
MOST_AT_ONCE = 200  # heartbeats come between: the rest follows a moment later
MOST_DAYS = 36_500


def keep_days(directory: Path, environment: Mapping[str, str] = os.environ) -> int | None:
    """For how many days jobs are kept; None where they are kept for ever.

    Args:
        directory: the pack's private folder.
        environment: where `ANIME_KEEP_DAYS` may stand.
    """
    said, place = said_of(ENVIRONMENT, SETTING, directory, environment)
    if not said:
        return None
    if said.isdecimal() and 1 <= int(said) <= MOST_DAYS:
        return int(said)
    log.warning(
        "%s should be a number of days from 1 to %s; it is not, and all jobs are kept.",
        place,
        MOST_DAYS,
    )
    return None


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
        days = keep_days(self._directory)
        deleted = 0 if days is None else delete_old_jobs(connection, days)
        if deleted:
            log.info("%s jobs ended more than %s days ago and were deleted.", deleted, days)
        if deleted < MOST_AT_ONCE:
            self._next = self._clock() + DAY_SECONDS
