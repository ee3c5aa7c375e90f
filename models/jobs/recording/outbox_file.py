"""The SQLite file of the outbox: its tables, its connections, and its write-ahead log."""

import logging
import os
import sqlite3
import threading
import time
from pathlib import Path

log = logging.getLogger(__name__)

THREAD = "anime-outbox-checkpoint"
LOCK_SECONDS = 2.0  # longest wait for another process that is writing, which takes milliseconds
POLL_SECONDS = 0.02  # between two tries to open a file that is locked

# Each small event takes several pages of 4 KB in the write-ahead log, so the log is moved into the
# file whenever it reaches this size. It grows a little further while it is moved.
MOST_LOG_BYTES = 1_000_000
# Longest wait for other readers while the log is truncated: writers wait for the same time.
TRUNCATE_MILLISECONDS = 50
# Pauses after a checkpoint that could not truncate the log: another connection was using it, or it
# failed, as on a full disk.
BUSY_SECONDS, FAILED_SECONDS = 0.05, 1.0

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
CREATE TABLE IF NOT EXISTS reported_files (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    body TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0
);
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Return a connection in autocommit mode to an outbox, which is created if it is absent.

    Raises:
        sqlite3.Error, OSError: the file can't be opened or created.
    """
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            return _connect(path)
        except sqlite3.OperationalError as error:
            # SQLite's own timeout doesn't apply while another process switches to WAL mode.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
        time.sleep(POLL_SECONDS)


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # graphs are private
    connection = sqlite3.connect(
        path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # With NORMAL, written events survive a crash of the process, not always of the system.
        connection.execute("PRAGMA synchronous = NORMAL")
        # `Checkpoints` moves the log, so that the execution thread never waits for it.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.executescript(TABLES)
    except BaseException:
        connection.close()
        raise
    return connection


class Checkpoints:
    """A thread that moves the write-ahead log into the file and truncates it.

    It depends neither on the database nor on the shipper, so that the log stays small while the
    database is away, hangs, or is busy. It starts when the log first reaches `MOST_LOG_BYTES`.
    """

    def __init__(self, path: Path) -> None:
        """Store the path of the outbox; `notice_write` starts the thread."""
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        self._due, self._stopping = threading.Event(), threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def notice_write(self) -> None:
        """Wake the thread if the log has become large. It is fast and never raises."""
        if self._due.is_set() or self._log_bytes() < MOST_LOG_BYTES:
            return
        self._due.set()
        with self._starting:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()

    def stop(self, seconds: float) -> None:
        """End the thread, and wait for its end for so many seconds at most."""
        with self._starting:
            self._stopping.set()
        self._due.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _log_bytes(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def _run(self) -> None:
        while self._due.wait() and not self._stopping.is_set():
            try:
                if not self._truncate():
                    self._stopping.wait(BUSY_SECONDS)
            except (sqlite3.Error, OSError) as error:
                log.debug("The outbox's log could not be moved into its file: %s", error)
                self._stopping.wait(FAILED_SECONDS)
            self._due.clear()
            if self._stopping.is_set():  # `stop` may have woken it before the line above
                return
            self.notice_write()

    def _truncate(self) -> bool:
        """Move the log into the file; return True if the log was truncated.

        A passive checkpoint moves most of it without locking writers out. So they wait only while
        the second one moves what they wrote in the meantime.
        """
        connection = open_file(self._path)
        try:
            connection.execute(f"PRAGMA busy_timeout = {TRUNCATE_MILLISECONDS}")
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            (is_busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
        return not is_busy
