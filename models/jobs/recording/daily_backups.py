"""Daily backups of the embedded database, on a thread that gives way to rendering."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from ...dependency import MissingDependency
from ...settings import BACKUP_DAYS, SettingsError
from ..database.address import external_address, without_secrets
from ..database.database import Database, DatabaseUnavailable
from ..database.transfer import DatabaseSource, TransferFailed
from .backup import snapshot
from .backup_archive import write_file
from .backup_folder import BackupFile, BackupFolder, backup_folder

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

THREAD = "anime-daily-backups"
FIRST_LOOK_SECONDS = 10.0  # until then health knows of no backups
LOOK_SECONDS = 600.0
RETRY_SECONDS = 3600.0  # after a backup that failed
STOP_SECONDS = 1.0  # ComfyUI's exit waits no longer; the next start deletes a half file
LOCK = 0x616E696D6562  # "animeb" in ASCII; this lock lets one process at a time make a backup
ACTIVITY_KEY = "activity"  # in the manifest of a backup

# The thread works for this long at a time and then rests for so many times as long. Working, it
# competes with ComfyUI's execution thread for a core and for Python's GIL.
WORK_SECONDS, REST_FACTOR = 0.005, 4.0

# Each embedded server has an identifier of its own since its initdb.
DATABASE_ID = "SELECT lpad(to_hex(system_identifier), 16, '0') FROM pg_control_system()"
# Changes with every row that is written, but not with a heartbeat. After a crash the server counts
# anew, which makes one more backup.
ACTIVITY = """
SELECT md5(string_agg(
    concat_ws(' ', relname, n_tup_ins, n_tup_upd, n_tup_del), ',' ORDER BY relname
))
FROM pg_stat_user_tables WHERE schemaname = 'anime' AND relname NOT IN ('processes', 'machines')
"""
IS_USED = """
SELECT EXISTS (SELECT FROM anime.jobs) OR EXISTS (SELECT FROM anime.character_versions)
    OR EXISTS (SELECT FROM anime.deleted_jobs) OR EXISTS (SELECT FROM anime.productions)
"""


class BackupState(Enum):
    """State of the daily backups."""

    OFF = "off"  # the user turned them off
    EXTERNAL = "external"  # the owner of the external database backs it up
    NONE = "none"  # none was made yet, or nothing is recorded yet
    KEPT = "kept"


@dataclass(frozen=True)
class BackupStatus:
    """Status of the daily backups at the last look.

    Attributes:
        state: state of the backups.
        days: days between two backups.
        since: time of the start of this process's thread.
        newest: newest backup; None if there is none.
        count: number of backups.
        is_unchanged: True if nothing was recorded since the newest backup.
        failure: reason why the last backup failed; None if it didn't.
    """

    state: BackupState
    days: int
    since: datetime
    newest: BackupFile | None = None
    count: int = 0
    is_unchanged: bool = False
    failure: str | None = None

    def is_late(self, now: datetime) -> bool:
        """Return True if the newest backup is older than two periods, though jobs were recorded.

        ComfyUI may have been off for longer, so the time before its start does not count.
        """
        if self.state not in (BackupState.NONE, BackupState.KEPT) or self.is_unchanged:
            return False
        newest = self.newest.made_at if self.newest else self.since
        return now - max(newest, self.since) > 2 * timedelta(days=self.days)


class _Stopped(Exception):
    """The process ends, so the backup is given up."""


class DailyBackups:
    """A thread that backs up the embedded database once a day, while jobs are recorded.

    `start` starts it; the recorder owns it. Of several processes on one database one makes the
    backup.
    """

    def __init__(
        self,
        directory: Path,
        database: Database,
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        """Store the parts, and read the setting of the days.

        Args:
            directory: the pack's private folder.
            database: database of that folder.
            clock: function that returns the present time.
        """
        self._directory, self._database, self._clock = directory, database, clock
        self._stop, self._mutex = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._status = BackupStatus(BackupState.NONE, BACKUP_DAYS.read(directory), clock())

    def start(self) -> None:
        """Start the thread, unless it runs; later calls are fast."""
        if self._thread is None:
            with self._mutex:
                if self._thread is None and not self._stop.is_set():
                    self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                    self._thread.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Give up a backup that is being made, and end the thread.

        Args:
            seconds: longest wait for the thread.
        """
        with self._mutex:
            self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def status(self) -> BackupStatus:
        """Return the status at the last look; it is fast, and it never raises."""
        state = self._state()
        has_backups = state in (BackupState.NONE, BackupState.KEPT)
        return self._status if has_backups else replace(self._status, state=state, failure=None)

    def look(self) -> bool:
        """Make a backup if one is due and the database answers; return False if that failed."""
        if self._state() is not BackupState.NONE:
            return True
        failure: str | None = None
        try:
            self._make_if_due()
        except _Stopped:
            return True
        # The health says so of the database itself, and of a driver that is not installed.
        except (DatabaseUnavailable, ImportError) as error:
            log.debug("No look for a due backup: %s", error)
            return True
        except TransferFailed as error:
            failure = str(error)
        except Exception as error:  # if the thread ended here, no later backup would be made
            if self._stop.is_set():  # the recorder has stopped the server meanwhile
                return True
            failure = without_secrets(error) or type(error).__name__
        if failure is not None and self._status.failure is None:
            log.warning("The daily backup failed: %s It is tried again each hour.", failure)
        self._status = replace(self._status, failure=failure)
        return failure is None

    def _run(self) -> None:
        pause = FIRST_LOOK_SECONDS
        while not self._stop.wait(pause):
            pause = LOOK_SECONDS if self.look() else RETRY_SECONDS

    def _state(self) -> BackupState:
        """Return `OFF`, `EXTERNAL`, or `NONE` if this process has backups to make."""
        if self._status.days == 0:
            return BackupState.OFF
        try:
            is_embedded = external_address(self._directory) is None
        except (SettingsError, MissingDependency):  # the health says so of the database itself
            is_embedded = False
        return BackupState.NONE if is_embedded else BackupState.EXTERNAL

    def _make_if_due(self) -> None:
        if self._stop.is_set():
            raise _Stopped
        with snapshot(self._database, before=_activity) as (connection, activity):
            row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()
            folder = BackupFolder(backup_folder(self._directory), _one(connection, DATABASE_ID))
            files = folder.list_files()
            newest, now = files[-1] if files else None, self._clock()
            self._set_status(files, is_unchanged=False)
            if not (row and row[0]):  # another process makes the backup now
                return
            folder.delete_unfinished(now)
            # A file of the future was made before the clock was put right, so it says nothing.
            if newest and timedelta(0) <= now - newest.made_at < timedelta(days=self._status.days):
                return
            if newest and newest.manifest().get(ACTIVITY_KEY) == activity:
                self._set_status(files, is_unchanged=True)
                return
            if not _one(connection, IS_USED):
                return
            file = folder.new_file(now)
            write_file(
                file,
                DatabaseSource(connection),
                print_line=lambda line: None,
                pace=_Pace(self._stop),
                more={ACTIVITY_KEY: activity},
            )
        folder.delete_old(file)
        files = folder.list_files()
        self._set_status(files, is_unchanged=False)
        log.info("Backed up the jobs into %s (%.1f MB).", file, file.stat().st_size / 1e6)

    def _set_status(self, files: list[BackupFile], is_unchanged: bool) -> None:
        self._status = replace(
            self._status,
            state=BackupState.KEPT if files else BackupState.NONE,
            newest=files[-1] if files else None,
            count=len(files),
            is_unchanged=is_unchanged,
        )


class _Pace:
    """Function that is called between two pieces of work, and rests after some of them."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop, self._since = stop, time.monotonic()

    def __call__(self) -> None:
        worked = time.monotonic() - self._since
        if worked >= WORK_SECONDS:
            if self._stop.wait(worked * REST_FACTOR):
                raise _Stopped
            self._since = time.monotonic()


def _activity(connection: "Connection") -> str:
    """Return a text that changes with every row that is written.

    It is read before the snapshot: what is written in between is in the backup and makes another
    one due, and nothing is taken for backed up that isn't.
    """
    return str(_one(connection, ACTIVITY))


def _one(connection: "Connection", query: str) -> str:
    row = connection.execute(query.encode()).fetchone()
    assert row is not None
    value: str = row[0]
    return value
