"""The outbox, which keeps events on the local disk until they are in the database.

Rendering waits only for a write to the outbox, never for the database. An event for which `append`
returned True survives the death of the process. If an event can't be written, an error is logged,
rendering goes on, and the event stays in memory until it can be written or shipped.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path

from .events import Event
from .outbox_file import Checkpoints, open_file
from .outbox_rows import ADD_EVENT, OutboxRow, StoredEvent, row_of
from .set_aside import SET_ASIDE
from .shipping_turn import ShippingTurn
from .unwritten_events import UnwrittenEvents

log = logging.getLogger(__name__)

QUIET_SECONDS = 60.0  # between error messages: a disk that is nearly full fails again and again
STOP_SECONDS = 0.5  # longest wait for the thread of the checkpoints, which takes milliseconds


class Outbox:
    """An SQLite file of events that the database doesn't have yet, oldest first.

    ComfyUI's execution thread appends events; the shipper's thread reads and deletes them. Each
    thread has its own connection, so that neither waits for the other. Several processes may share
    one file.
    """

    def __init__(self, path: Path) -> None:
        """Store the path; the first append or read creates the file."""
        self._path = path
        self._appending, self._reading = threading.Lock(), threading.Lock()
        self._writer: sqlite3.Connection | None = None
        self._reader: sqlite3.Connection | None = None
        self._turn, self._checkpoints = ShippingTurn(path), Checkpoints(path)
        self._closed = False
        self._quiet_until = 0.0
        self._unwritten = UnwrittenEvents()
        # Events up to this position are shipped; on a full disk their rows can't be deleted yet.
        self._shipped_position = 0
        self._set_aside: dict[str, tuple[StoredEvent, str]] = {}  # not written yet, by event id
        self._append_failure: str | None = None
        self._delete_failure: str | None = None

    @property
    def failure(self) -> str | None:
        """Error of the last write; None if it succeeded."""
        return self._append_failure or self._delete_failure

    def append(self, event: Event) -> bool:
        """Write an event to the disk. It never raises.

        Returns:
            True if the event is on the disk. After a failure, which is logged, it is False.
        """
        try:
            row = row_of(event)
        except Exception as error:  # no error here may stop rendering
            is_deep = isinstance(error, RecursionError)
            self._drop(event.kind, "its graph is nested too deeply" if is_deep else repr(error))
            return False
        self._unwritten.add(row)
        return self._write_rows()

    def retry(self) -> bool:
        """Write the events that are still in memory, and what `delete` could not write.

        It never raises.

        Returns:
            True if all events are on the disk.
        """
        if self._delete_failure is not None:
            self.delete(())
        is_well = not len(self._unwritten) and self._append_failure is None
        return is_well or self._write_rows()

    @property
    def lost(self) -> int:
        """Number of events that are not on the disk: those in memory, and those dropped."""
        return self.dropped + len(self._unwritten)

    @property
    def dropped(self) -> int:
        """Number of events since the start that are neither on the disk nor in memory."""
        return self._unwritten.dropped

    def turn(self) -> AbstractContextManager[bool]:
        """Take the turn to ship; see `ShippingTurn.take`."""
        return self._turn.take()

    def oldest(self, most: int) -> list[StoredEvent]:
        """Return up to `most` events that aren't shipped: those on the disk, then those in memory.

        Raises:
            sqlite3.Error, OSError: the file can't be read, and no event is in memory.
        """
        # While the disk can be written, an event is in memory only for the moment of its append.
        in_memory = self._unwritten.oldest(most) if self._append_failure else []
        try:
            with self._connection() as connection:
                rows = connection.execute(
                    "SELECT position, id, body FROM events WHERE position > ?"
                    " ORDER BY position LIMIT ?",
                    (self._shipped_position, most),
                ).fetchall()
        except (sqlite3.Error, OSError):
            if not in_memory:
                raise
            rows = []
        stored = [StoredEvent(*row) for row in rows]
        # A row may have been written since the memory was read; then it is in both.
        ids = {each.id for each in stored}
        stored += [StoredEvent(None, row.id, row.body) for row in in_memory if row.id not in ids]
        return stored[:most]

    def delete(self, shipped: Sequence[StoredEvent]) -> None:
        """Delete the oldest events after they were written into the database or set aside.

        If the disk is full, the events are remembered as shipped, and the rows are deleted with the
        next call that succeeds. Until then another process may ship them again, which has no
        effect.

        Args:
            shipped: result of `oldest`, or its first events.
        """
        self._unwritten.remove([each.id for each in shipped if each.position is None])
        positions = [each.position for each in shipped if each.position is not None]
        self._shipped_position = max([self._shipped_position, *positions])
        try:
            with self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                with connection:
                    set_aside = list(self._set_aside.values())
                    rows = [(event.id, event.body, reason) for event, reason in set_aside]
                    connection.executemany(SET_ASIDE, rows)
                    connection.execute(
                        "DELETE FROM events WHERE position <= ?", (self._shipped_position,)
                    )
        except (sqlite3.Error, OSError) as error:
            self._delete_failure = str(error)
            log.debug("Shipped events can't be deleted from the outbox yet: %s", error)
            return
        for event, _ in set_aside:
            del self._set_aside[event.id]
        self._delete_failure = None
        self._checkpoints.notice_write()

    def set_aside(self, event: StoredEvent, reason: str) -> None:
        """Set aside an event that can't be written into the database, so that later ones are.

        The next `delete` writes it into the file, and the list of events that wait loses it.

        Args:
            event: event that failed.
            reason: error message, without secrets.
        """
        self._set_aside[event.id] = (event, reason)

    def backlog(self, job_or_prompt_id: str | None = None) -> int:
        """Return the number of events that wait, either of all jobs or of one job or prompt.

        Raises:
            sqlite3.Error, OSError: the file can't be read.
        """
        with self._connection() as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM events"
                " WHERE position > ?2 AND (?1 IS NULL OR job_id = ?1 OR prompt_id = ?1)",
                (job_or_prompt_id, self._shipped_position),
            ).fetchone()
        in_memory = self._unwritten.count(job_or_prompt_id) if self._append_failure else 0
        return int(count) + in_memory

    def bytes(self) -> int:
        """Return the bytes of the file that hold anything: events that wait or are set aside.

        Raises:
            sqlite3.Error, OSError: the file can't be read.
        """
        with self._connection() as connection:
            pages, free, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        return int((pages - free) * size)

    def positions(self) -> tuple[int, int] | None:
        """Return the positions of the oldest and the newest event on the disk that wait.

        It is None if no event on the disk waits.

        Raises:
            sqlite3.Error, OSError: the file can't be read.
        """
        with self._connection() as connection:
            oldest, newest = connection.execute(
                "SELECT min(position), max(position) FROM events WHERE position > ?",
                (self._shipped_position,),
            ).fetchone()
        return None if oldest is None else (oldest, newest)

    def oldest_time(self) -> datetime | None:
        """Return when the oldest event that waits happened; None if none waits.

        Raises:
            sqlite3.Error, OSError: the file can't be read.
        """
        events = self.oldest(1)
        return events[0].happened_at() if events else None

    def rejected(self) -> int:
        """Return the number of events that are set aside.

        Raises:
            sqlite3.Error, OSError: the file can't be read.
        """
        with self._connection() as connection:
            count = int(connection.execute("SELECT count(*) FROM rejected").fetchone()[0])
        return count + len(self._set_aside)

    def close(self) -> None:
        """Close the file for good; later appends and reads fail."""
        self._checkpoints.stop(STOP_SECONDS)
        with self._appending, self._reading:
            self._closed = True
            for connection in (self._writer, self._reader):
                if connection is not None:
                    connection.close()
            self._writer = self._reader = None

    def _open(self) -> sqlite3.Connection:
        if self._closed:
            raise sqlite3.ProgrammingError("the outbox is closed")
        return open_file(self._path)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection for reading and deleting to one thread at a time."""
        with self._reading:
            if self._reader is None:
                self._reader = self._open()
            yield self._reader

    def _write_rows(self) -> bool:
        """Write the events in memory in their order; return True if all are on the disk."""
        with self._appending:
            try:
                if not len(self._unwritten):  # they were shipped from memory after a failure
                    self._check_disk()
                self._unwritten.write(self._write_row)
            except Exception as error:  # no error here may stop rendering
                if self._writer is not None and isinstance(error, sqlite3.Error | OSError):
                    self._writer.close()  # the next append opens the file again
                    self._writer = None
                self._unwritten.drop_excess()
                self._report_failure(error)
                return False
            if self._append_failure is not None:
                self._append_failure = None
                log.info("The outbox %s can be written again.", self._path)
        self._checkpoints.notice_write()
        return True

    def _write_row(self, row: OutboxRow) -> None:
        if self._writer is None:
            self._writer = self._open()
        try:
            self._writer.execute(ADD_EVENT, (row.id, row.job_id, row.prompt_id, row.body))
        except sqlite3.DataError as error:  # its JSON is larger than SQLite's limit of a text
            self._drop(row.id, str(error))

    def _check_disk(self) -> None:
        """Write a page, whose content has no meaning, to see if the disk can be written."""
        if self._writer is None:
            self._writer = self._open()
        (number,) = self._writer.execute("PRAGMA user_version").fetchone()
        self._writer.execute(f"PRAGMA user_version = {1 - number}")

    def _drop(self, event: str, reason: str) -> None:
        self._unwritten.count_dropped()
        log.error("Event %s can't be kept in the outbox: %s. It is NOT recorded.", event, reason)

    def _report_failure(self, error: Exception) -> None:
        self._append_failure = str(error)
        if time.monotonic() < self._quiet_until:
            return
        self._quiet_until = time.monotonic() + QUIET_SECONDS
        log.error(
            "The outbox %s can't be written (%s): new events are only in memory, and are lost if"
            " ComfyUI ends. Rendering goes on. Is the disk full or read-only?",
            self._path,
            error,
        )
        if self.dropped:
            log.error("%s events are lost so far: the memory for them is full.", self.dropped)
