"""The shipper, a thread that writes the events of the outbox into the database."""

import logging
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timezone

from ..database.address import without_secrets
from ..database.database import Database
from ..database.unavailable import DatabaseUnavailable
from ..provenance.model_hashes import FindFile
from .event_writer import EventWriter, FailedEvent
from .outbox import Outbox
from .processes import BEAT_SECONDS, Presence
from .retention import Retention

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

# Positions of the events that wait in an outbox that can't be read.
ANY_POSITIONS = (0, sys.maxsize)


@dataclass(frozen=True)
class ShippingStatus:
    """Result of the shipper's last round.

    Attributes:
        failure: reason why the round failed, with what to do; None if it succeeded.
        since: time of the first of the rounds that failed one after the other; None if the last
            one succeeded.
    """

    failure: str | None = None
    since: datetime | None = None


class Shipper:
    """A thread that ships the events in their order; a repeated event has no second effect.

    A new event wakes the thread at once. While the database is unavailable, it retries after pauses
    that grow, and whenever `settle` is called. `stop` ends the thread; the events that remain are
    shipped after the next start of ComfyUI.

    Attributes:
        status: result of the last round.
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
        self._outbox, self._writer = outbox, EventWriter(database)
        self._longest_pause = longest_pause
        self._presence, self._retention, self._batch = presence, retention, BATCH
        self._new_event, self._at_once = threading.Event(), threading.Event()
        self._rounds = threading.Condition()
        self._rounds_begun = self._rounds_ended = 0
        self._stopping, self._stop_time = False, float("inf")
        self._thread: threading.Thread | None = None
        self.status = ShippingStatus()

    @property
    def failure(self) -> str | None:
        """Reason why the last round failed; None if it succeeded."""
        return self.status.failure

    def look_for_models(self, find_file: FindFile) -> None:
        """Write the hashes of the model files that a graph names, found by a function."""
        self._writer.find_file = find_file

    def wake(self) -> None:
        """Wake the thread to ship new events, and start it if it does not run. It is fast."""
        self._new_event.set()
        if not self._runs:
            with self._rounds:
                if not self._runs and not self._stopping:
                    self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                    self._thread.start()

    @property
    def _runs(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

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
        """End the thread when it has shipped what it can in a few seconds.

        Args:
            seconds: longest time for it. The thread is a daemon, so Python can exit even if the
                database hangs; the next process ships the rest.
        """
        with self._rounds:
            self._stopping, self._stop_time = True, time.monotonic() + seconds
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
        self._writer.close()

    def _round(self) -> bool:
        """Ship all events and send the heartbeat; return False if that failed."""
        with self._rounds:
            self._rounds_begun += 1
        failure: str | None = None
        try:
            self._outbox.retry()
            self._beat()  # other machines must know of this process before they see old jobs
            failure = self._ship_all()
            self._beat(all_shipped=failure is None)
            self._delete_old_jobs()
        except DatabaseUnavailable as error:
            failure = str(error)
            # A connection that is cut again and again still carries small batches.
            self._batch = max(self._batch // 4, 1)
        except Exception as error:  # if the thread ended here, no later job would be shipped
            failure = f"Shipping failed ({type(error).__name__}: {without_secrets(error)})."
        self._log_change(failure)
        since = None if failure is None else self.status.since or datetime.now(timezone.utc)
        with self._rounds:
            self.status = ShippingStatus(failure, since)
            self._rounds_ended += 1
            self._rounds.notify_all()
        return failure is None

    def _ship_all(self) -> str | None:
        """Ship all events, with heartbeats between.

        Returns:
            Reason why the outbox can't be read; None if it can.
        """
        try:
            while self._ship_next() and time.monotonic() < self._stop_time:
                self._beat()
        except DatabaseUnavailable:  # it is an OSError
            raise
        except (sqlite3.Error, OSError) as error:
            return f"The outbox can't be read: {error}."
        return None

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
                for failed in self._writer.write(batch):
                    self._set_aside(failed)
                self._outbox.delete(batch)
                quick = time.monotonic() - start < LONGEST_BATCH
                self._batch = min(2 * self._batch, BATCH) if quick else max(self._batch // 4, 1)
        return bool(batch)

    def _set_aside(self, failed: FailedEvent) -> None:
        log.error(
            "Event %s can't be written into the database (%s); the outbox sets it aside."
            " See: python quickstart.py jobs set-aside",
            failed.event.id,
            failed.reason,
        )
        self._outbox.set_aside(failed.event, failed.reason)

    def _beat(self, all_shipped: bool = False) -> None:
        """Send a heartbeat if it is due, or if jobs of an ended process may be lost only now."""
        presence = self._presence
        if presence is None:
            return
        if presence.is_due() or (all_shipped and presence.has_unshipped):
            self._writer.run(lambda connection: presence.beat(connection, self._waiting))

    def _delete_old_jobs(self) -> None:
        if self._retention is not None and self._retention.is_due():
            self._writer.run(self._retention.run)

    def _waiting(self) -> tuple[int, int] | None:
        try:
            return self._outbox.positions()
        except (sqlite3.Error, OSError):
            return ANY_POSITIONS

    def _leave(self) -> None:
        """Write the end of this process into the database if it can be reached without a wait."""
        if self._presence is None:
            return
        try:
            is_settled = self.failure is None and self._waiting() is None
            if self._writer.is_connected and is_settled:
                self._writer.run(self._presence.leave)
        except Exception as error:
            log.debug("The end of this process was not written: %s", without_secrets(error))
        self._presence.release()
