"""The outbox, which keeps events on the local disk until they are in the database.

Rendering waits only for a write to the outbox, never for the database. An event for which `append`
returned True survives the death of the process. If an event can't be written, an error is logged,
rendering goes on, and the event stays in memory until it can be written.
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

LOCK_SECONDS = 2.0  # longest wait for another process that is writing, which takes milliseconds
QUIET_SECONDS = 60.0  # between error messages: a disk that is nearly full fails again and again

# Events in memory while the disk can't be written: some tens of megabytes, as each has its graph.
MOST_UNWRITTEN = 2_000

POLL_SECONDS = 0.02  # between two checks if another process has finished
LONGEST_TURN = 30.0  # seconds; a process that ships for longer probably hangs

NO_JOB = ""  # value of the column job_id for an event without a job

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
class StoredEvent:
    """An event in the outbox.

    Attributes:
        position: number that grows with each event.
        id: id of the event.
        body: JSON of the event, from `Event.to_json`.
    """

    position: int
    id: str
    body: str


class Outbox:
    """An SQLite file of events that the database doesn't have yet, oldest first.

    ComfyUI's execution thread appends events; the shipper's thread reads and deletes them. Each
    thread has its own connection, so that neither waits for the other. Several processes may share
    one file.

    Attributes:
        failure: error of the last `append` or `retry`; None if it succeeded.
    """

    def __init__(self, path: Path) -> None:
        """Store the path; the first append or read creates the file."""
        self._path = path
        self._appending, self._reading = threading.Lock(), threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        turn = path.with_name(f"{path.name}.turn")
        self._turn = FileLock(turn, timeout=0, mode=0o600, thread_local=False)
        self._waits_since: float | None = None
        self._closed = False
        self._quiet_until = 0.0
        # Rows that could not be written to the disk yet.
        self._unwritten: deque[tuple[str, str, str | None, str]] = deque()
        self._dropped = 0
        self.failure: str | None = None

    def append(self, event: Event) -> bool:
        """Write an event to the disk. It never raises.

        Returns:
            True if the event is on the disk. After a failure, which is logged, it is False.
        """
        try:
            job = event.job_if_any
            job_ids = (NO_JOB, None) if job is None else (str(job.id), job.prompt_id)
            row = (str(event.id), *job_ids, event.to_json())
        except Exception as error:  # no error here may stop rendering
            self._dropped += 1
            self._report_failure(error)
            return False
        with self._appending:
            self._unwritten.append(row)
            return self._write_rows()

    def retry(self) -> bool:
        """Write the events that are still in memory. It never raises.

        Returns:
            True if all events are on the disk.
        """
        if not self._unwritten:
            return True
        with self._appending:
            return self._write_rows()

    @property
    def lost(self) -> int:
        """Number of events that are not on the disk: those in memory, and those dropped."""
        return self._dropped + len(self._unwritten)

    @contextmanager
    def turn(self) -> Iterator[bool]:
        """Let one process at a time ship: two that wrote the same rows would block each other.

        Yields:
            True if this process may ship; False, after a short wait, if another process ships. A
            process that ships for longer than `LONGEST_TURN` may hang, so others then ship as
            well; shipping an event twice does no harm.
        """
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._turn.acquire()
            may_ship = True
        except Timeout:
            may_ship = False
        except (OSError, NotImplementedError) as error:
            log.debug("This file system has no locks, so processes may ship together: %s", error)
            may_ship = True
        if may_ship:
            self._waits_since = None
        else:
            now = time.monotonic()
            self._waits_since = self._waits_since or now
            may_ship = now - self._waits_since > LONGEST_TURN
            time.sleep(0 if may_ship else POLL_SECONDS)
        try:
            yield may_ship
        finally:
            self._turn.release()

    def oldest(self, most: int) -> list[StoredEvent]:
        """Return up to `most` events, the oldest first.

        Raises:
            sqlite3.Error: the file can't be read.
        """
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT position, id, body FROM events ORDER BY position LIMIT ?", (most,)
            ).fetchall()
        return [StoredEvent(*row) for row in rows]

    def delete(self, shipped: Sequence[StoredEvent]) -> None:
        """Delete events from the outbox after they were written into the database.

        Raises:
            sqlite3.Error: the file can't be written.
        """
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.executemany(
                    "DELETE FROM events WHERE position = ?", [(each.position,) for each in shipped]
                )

    def reject(self, event: StoredEvent, reason: str) -> None:
        """Set aside an event that the database will never accept, so that later ones are shipped.

        Args:
            event: event that was refused.
            reason: error message of the database, without secrets.

        Raises:
            sqlite3.Error: the file can't be written.
        """
        with self._connection() as connection:
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                connection.execute(
                    "INSERT OR REPLACE INTO rejected VALUES (?, ?, ?)",
                    (event.id, event.body, reason),
                )
                connection.execute("DELETE FROM events WHERE position = ?", (event.position,))

    def backlog(self, job_or_prompt_id: str | None = None) -> int:
        """Return the number of events that wait, either of all jobs or of one job or prompt."""
        with self._connection() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM events WHERE ?1 IS NULL OR job_id = ?1 OR prompt_id = ?1",
                (job_or_prompt_id,),
            ).fetchone()
        return int(count)

    def rejected(self) -> int:
        """Return the number of events that the database refused."""
        with self._connection() as connection:
            return int(connection.execute("SELECT count(*) FROM rejected").fetchone()[0])

    def checkpoint(self) -> None:
        """Move SQLite's write-ahead log into its file; it waits for the disk."""
        with self._connection() as connection:
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def close(self) -> None:
        """Close the file for good; later appends and reads fail."""
        with self._appending, self._reading:
            self._closed = True
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the outbox is closed")
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                return self._new_connection()
            except sqlite3.OperationalError as error:
                # SQLite's own timeout doesn't apply while another process switches to WAL mode.
                if "locked" not in str(error) or time.monotonic() > deadline:
                    raise
            time.sleep(POLL_SECONDS)

    def _new_connection(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))  # graphs are private
        connection = sqlite3.connect(
            self._path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            # With NORMAL, written events survive a crash of the process, not always of the system.
            connection.execute("PRAGMA synchronous = NORMAL")
            # The shipper calls `checkpoint`, so that the execution thread never waits for it.
            connection.execute("PRAGMA wal_autocheckpoint = 0")
            connection.executescript(TABLES)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for reading and deleting to one thread at a time."""
        with self._reading:
            if self._reader is None:
                self._reader = self._open()
            yield self._reader

    def _write_rows(self) -> bool:
        """Write the rows in memory in their order; the caller holds the lock."""
        try:
            if self._writer is None:
                self._writer = self._open()
            while self._unwritten:
                self._writer.execute(
                    "INSERT OR IGNORE INTO events (id, job_id, prompt_id, body)"
                    " VALUES (?, ?, ?, ?)",
                    self._unwritten[0],
                )
                self._unwritten.popleft()
        except Exception as error:  # no error here may stop rendering
            if self._writer is not None and isinstance(error, sqlite3.Error | OSError):
                self._writer.close()  # the next append opens the file again
                self._writer = None
            if isinstance(error, sqlite3.DataError) or len(self._unwritten) > MOST_UNWRITTEN:
                self._unwritten.popleft()  # it is too large for SQLite, or there are too many
                self._dropped += 1
            self._report_failure(error)
            return False
        if self.failure is not None:
            self.failure = None
            log.info("The outbox %s can be written again and holds all waiting events.", self._path)
        return True

    def _report_failure(self, error: Exception) -> None:
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + QUIET_SECONDS
            log.error(
                "The outbox %s can't be written (%s): jobs are NOT recorded until it can."
                " Rendering goes on. Is the disk full or read-only?",
                self._path,
                error,
            )
        self.failure = str(error)
