"""The outbox: events on the local disk, until the database has them.

Rendering waits for this and for nothing else. An event that `append` acknowledged survives the
death of the process. One that could not be written is said loudly, rendering goes on, and the
event is kept in memory until it can be written.
"""

import logging
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from .events import Event

log = logging.getLogger(__name__)

# Another process of this machine may be writing; it is done within milliseconds.
PATIENCE = 2.0  # seconds
QUIET_SECONDS = 60.0  # a disk that is nearly full fails now and then: said once a minute

MOST_HELD = 2_000  # events in memory, each as large as its graph: tens of megabytes

MOMENT = 0.02  # seconds between looks whether another process is done shipping
LONGEST_TURN = 30.0

NO_JOB = ""  # in the column of an event that belongs to none

TABLES = """
CREATE TABLE IF NOT EXISTS events (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    job_id TEXT NOT NULL,
    prompt_id TEXT,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS rejected (
    id TEXT PRIMARY KEY,
    body TEXT NOT NULL,
    reason TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Waiting:
    """An event in the outbox, as it was written."""

    position: int
    id: str
    body: str


class Outbox:
    """Events that the database doesn't have yet, oldest first.

    The execution thread appends; the shipper reads and removes. Each has a connection of its own,
    so that neither waits for the other. Several processes may share one file.
    """

    def __init__(self, path: Path) -> None:
        """Touch nothing yet: the file is made by the first append or read."""
        self._path = path
        self._appending, self._reading = threading.Lock(), threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        turn = path.with_name(f"{path.name}.turn")
        self._turn = FileLock(turn, timeout=0, mode=0o600, thread_local=False)
        self._waits_since: float | None = None
        self._closed = False
        self._quiet_until = 0.0
        self._held: deque[tuple[str, str, str | None, str]] = deque()  # not written yet
        self._dropped = 0
        self.failure: str | None = None  # why the last append failed

    def append(self, event: Event) -> bool:
        """Write an event down. Never raises.

        Returns:
            True once the event is on the disk; False where it couldn't be, which is logged.
        """
        try:
            job = event.job_if_any
            of_job = (NO_JOB, None) if job is None else (str(job.id), job.prompt_id)
            row = (str(event.id), *of_job, event.to_json())
        except Exception as error:  # whatever it is, rendering must go on
            self._dropped += 1
            self._say(error)
            return False
        with self._appending:
            self._held.append(row)
            return self._write_held()

    def retry(self) -> bool:
        """Write what could not be written so far. Never raises.

        Returns:
            Whether everything is on the disk.
        """
        if not self._held:
            return True
        with self._appending:
            return self._write_held()

    @property
    def lost(self) -> int:
        """Events that are not on the disk: those in memory, and those that it had no room for."""
        return self._dropped + len(self._held)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Ship alone: two processes that shipped the same events would wait for each other.

        Yields:
            Whether it is this one's turn; False after a moment of another's. One that keeps its
            turn too long may hang, and is waited for no longer: to ship twice does no harm.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._turn.acquire()
            ours = True
        except Timeout:
            ours = False
        except (OSError, NotImplementedError) as error:
            log.debug("No turns at shipping here: %s", error)
            ours = True
        if ours:
            self._waits_since = None
        else:
            now = time.monotonic()
            self._waits_since = self._waits_since or now
            ours = now - self._waits_since > LONGEST_TURN
            time.sleep(0 if ours else MOMENT)
        try:
            yield ours
        finally:
            self._turn.release()

    def oldest(self, most: int) -> list[Waiting]:
        """The events that have waited longest.

        Raises:
            sqlite3.Error: the file can't be read.
        """
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT position, id, body FROM events ORDER BY position LIMIT ?", (most,)
            ).fetchall()
        return [Waiting(*row) for row in rows]

    def forget(self, shipped: Sequence[Waiting]) -> None:
        """Remove what the database has. Raises sqlite3.Error."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.executemany(
                    "DELETE FROM events WHERE position = ?", [(each.position,) for each in shipped]
                )

    def reject(self, event: Waiting, reason: str) -> None:
        """Set aside what the database will never take, so that the rest goes on."""
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)",
                    (event.id, event.body, reason),
                )
                connection.execute("DELETE FROM events WHERE position = ?", (event.position,))

    def backlog(self, wanted: str | None = None) -> int:
        """How many events wait; with a job's or a prompt's id, how many of that one."""
        with self._connection() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM events WHERE ?1 IS NULL OR job_id = ?1 OR prompt_id = ?1",
                (wanted,),
            ).fetchone()
        return int(count)

    def rejected(self) -> int:
        """How many events the database refused."""
        with self._connection() as connection:
            return int(connection.execute("SELECT count(*) FROM rejected").fetchone()[0])

    def tidy(self) -> None:
        """Move what was written from SQLite's log into its file: the shipper's work, as it waits
        for the disk."""
        with self._connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file; nothing can be appended or read afterwards."""
        with self._appending, self._reading:
            self._closed = True
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the outbox is closed")
        give_up = time.monotonic() + PATIENCE
        while True:
            try:
                return self._new_connection()
            except sqlite3.OperationalError as error:
                # SQLite itself doesn't wait where another process is just turning its log on.
                if "locked" not in str(error) or time.monotonic() > give_up:
                    raise
            time.sleep(MOMENT)

    def _new_connection(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # graphs are private
        connection = sqlite3.connect(
            self._path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")  # safe from the death of the process
            connection.execute("PRAGMA wal_autocheckpoint = 0")  # `tidy` does it, off this thread
            connection.executescript(TABLES)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """The shipper's and the readers' side, one at a time."""
        with self._reading:
            if self._reader is None:
                self._reader = self._open()
            yield self._reader

    def _write_held(self) -> bool:
        """Write in order what is held; the caller has the lock."""
        try:
            if self._writer is None:
                self._writer = self._open()
            while self._held:
                self._writer.execute(
                    "INSERT OR IGNORE INTO events (id, job_id, prompt_id, body)"
                    " VALUES (?, ?, ?, ?)",
                    self._held[0],
                )
                self._held.popleft()
        except Exception as error:  # whatever it is, rendering must go on
            if self._writer is not None and isinstance(error, sqlite3.Error | OSError):
                self._writer.close()  # the next append begins anew: the disk may be back
                self._writer = None
            if isinstance(error, sqlite3.DataError) or len(self._held) > MOST_HELD:
                self._held.popleft()  # too large to be written, ever, or too many
                self._dropped += 1
            self._say(error)
            return False
        if self.failure is not None:
            self.failure = None
            log.info("The outbox %s can be written again, and has what waited.", self._path)
        return True

    def _say(self, error: Exception) -> None:
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.error(
                "The outbox %s can't be written (%s): jobs are NOT recorded until it can."
                " Rendering goes on. Is the disk full or read-only?",
                self._path,
                error,
            )
        self.failure = str(error)
