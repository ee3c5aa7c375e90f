"""The shipper, a thread that writes the events of the outbox into the database."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...dependency import require
from ..database.address import without_secrets
from ..database.database import Database, DatabaseUnavailable
from ..provenance.model_hashes import FindFile
from .events import Event, EventError
from .ledger import write
from .outbox import Outbox, StoredEvent
from .processes import BEAT_SECONDS, Presence
from .retention import Retention

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

THREAD = "anime-job-shipper"
BATCH = 100  # largest number of events in a transaction
# Seconds. After a slower transaction the batches get smaller, because heartbeats are only sent
# between two batches.
LONGEST_BATCH = 3.0
# Seconds in which new events are collected into one batch, unless `settle` is called. Otherwise
# this thread would hold Python's GIL too often while ComfyUI's execution thread works.
COLLECT_SECONDS = 0.1
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between retries while the database is unavailable

# SQLSTATE classes of errors for which a retry is useless: invalid data (22), a violated constraint
# (23), and data that is too large (54).
PERMANENT_ERRORS = ("22", "23", "54")


class Shipper:
    """A thread that ships the events in their order; a repeated event has no second effect.

    A new event wakes the thread at once. While the database is unavailable, it retries after pauses
    that grow, and whenever `settle` is called. `stop` ends the thread; the events that remain are
    shipped after the next start of ComfyUI.

    Attributes:
        failure: reason why the last round failed; None if it succeeded.
        find_file: function that finds the model files a graph names, for their hashes; None skips
            the hashes.
    """

    def __init__(
        self,
        outbox: Outbox,
        database: Database,
        longest_pause: float = LONGEST_PAUSE,
        presence: Presence | None = None,
        retention: Retention | None = None,
    ) -> None:
        """Store the parts; `wake` starts the thread.

        Args:
            outbox: source of the events.
            database: database that the events are written to.
            longest_pause: longest pause in seconds between retries.
            presence: registration whose heartbeat the thread sends; None sends no heartbeat.
            retention: deletion of old jobs that the thread runs; None deletes nothing.
        """
        self._outbox, self._database, self._longest_pause = outbox, database, longest_pause
        self._presence, self._retention, self._batch = presence, retention, BATCH
        self._new_event, self._at_once = threading.Event(), threading.Event()
        self._rounds = threading.Condition()
        self._rounds_begun = self._rounds_ended = 0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self.failure: str | None = None
        self.find_file: FindFile | None = None

    def wake(self) -> None:
        """Wake the thread to ship new events; the first call starts it. Later calls are fast."""
        self._new_event.set()
        if self._thread is None:
            with self._rounds:
                if self._thread is None and not self._stopping:
                    self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                    self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until the thread has tried to ship all events that are in the outbox now.

        Args:
            seconds: longest time to wait.

        Returns:
            True if all these events are in the database.
        """
        with self._rounds:
            next_round = self._rounds_begun + 1
            self._at_once.set()
        self.wake()
        with self._rounds:
            finished = self._rounds.wait_for(
                lambda: self._rounds_ended >= next_round or self._stopping, timeout=seconds
            )
        return finished and self.failure is None

    def stop(self, seconds: float) -> None:
        """End the thread after its present batch.

        Args:
            seconds: longest time to wait for the end. The thread is a daemon, so Python can exit
                earlier.
        """
        with self._rounds:
            self._stopping = True
            self._rounds.notify_all()
        self._at_once.set()
        self._new_event.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping:
            self._new_event.wait(BEAT_SECONDS if self._presence else None)
            self._at_once.wait(COLLECT_SECONDS)
            self._at_once.clear()
            self._new_event.clear()
            pause = FIRST_PAUSE
            # If `stop` ended the wait above, one last round is tried.
            while not self._round() and not self._stopping:
                self._at_once.wait(min(pause, self._longest_pause))
                self._at_once.clear()
                pause *= 2
                if self._stopping:
                    break
        self._leave()
        self._disconnect()

    def _round(self) -> bool:
        """Ship all events and send the heartbeat; return False if that failed."""
        with self._rounds:
            self._rounds_begun += 1
        failure: str | None = None
        self._outbox.retry()
        try:
            while self._ship_next():
                self._beat()
            self._beat()
            self._outbox.checkpoint()
        except DatabaseUnavailable as error:
            failure = str(error)
            # A connection that is cut again and again still carries small batches.
            self._batch = max(self._batch // 4, 1)
        except sqlite3.Error as error:
            failure = f"The outbox can't be read: {error}."
        except Exception as error:  # if the thread ended here, no later job would be shipped
            failure = f"Shipping failed ({type(error).__name__}: {without_secrets(error)})."
        self._log_change(failure)
        with self._rounds:
            self.failure = failure
            self._rounds_ended += 1
            self._rounds.notify_all()
        return failure is None

    def _log_change(self, failure: str | None) -> None:
        """Log that shipping began to fail or works again."""
        if failure is not None and self.failure is None:
            log.warning("%s Jobs wait in the outbox; rendering goes on.", failure)
        elif failure is None and self.failure is not None:
            log.info("The database can be used again and has all events of the outbox.")

    def _ship_next(self) -> bool:
        """Ship a batch, unless another process does; return False if no events wait."""
        with self._outbox.turn() as may_ship:
            batch = self._outbox.oldest(self._batch)
            if batch and may_ship:
                start = time.monotonic()
                self._ship(batch)
                self._outbox.delete(batch)
                quick = time.monotonic() - start < LONGEST_BATCH
                self._batch = min(2 * self._batch, BATCH) if quick else max(self._batch // 4, 1)
        return bool(batch)

    def _ship(self, batch: Sequence[StoredEvent]) -> None:
        """Write a batch in one transaction, or event by event if the database refuses one."""

        def write_all(connection: "Connection") -> None:
            with connection.transaction():
                for stored in batch:
                    write(connection, Event.from_json(stored.body), self.find_file)

        try:
            self._with_connection(write_all)
        except (require("psycopg").Error, EventError) as error:
            if len(batch) == 1:
                self._reject(batch[0], error)
                return
            for stored in batch:
                self._ship([stored])

    def _beat(self) -> None:
        """Send a heartbeat if it is due; after it, delete old jobs if that is due."""
        presence = self._presence
        if presence is not None and presence.is_due():
            settled = self._outbox.backlog() == 0
            self._with_connection(lambda connection: presence.beat(connection, settled))
            if self._retention is not None and self._retention.is_due():
                self._with_connection(self._retention.run)

    def _leave(self) -> None:
        """Write the end of this process into the database if it can be reached without a wait."""
        if self._presence is None:
            return
        try:
            if self._connection is not None and self.failure is None:
                self._with_connection(self._presence.leave)
        except Exception as error:
            log.debug("The end of this process was not written: %s", without_secrets(error))
        self._presence.release()

    def _with_connection(self, function: "Callable[[Connection], object]") -> None:
        """Call a function with the connection; if it was cut, retry once with a new connection.

        Raises:
            DatabaseUnavailable: the database can't be reached, or can't be written now.
            psycopg.Error, EventError: the event itself can't be written, now or later.
        """
        psycopg = require("psycopg")
        is_last_try = self._connection is None
        while True:
            if self._connection is None:
                self._connection = self._database.connect()
            try:
                function(self._connection)
                return
            except (psycopg.Error, EventError) as error:
                if _is_permanent(error):
                    raise
                self._disconnect()
                if is_last_try:
                    reason = without_secrets(error)
                    raise DatabaseUnavailable(f"The database can't be written: {reason}") from None
                is_last_try = True  # the server may have been restarted in the meantime

    def _reject(self, event: StoredEvent, error: Exception) -> None:
        reason = without_secrets(error)
        log.error("The database refused event %s (%s); the outbox sets it aside.", event.id, reason)
        self._outbox.reject(event, reason)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_permanent(error: Exception) -> bool:
    """Return True if the same event would fail again on every retry."""
    state = getattr(error, "sqlstate", None) or ""
    return isinstance(error, EventError) or state.startswith(PERMANENT_ERRORS)
