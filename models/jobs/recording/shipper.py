"""The shipper: a thread that brings what the outbox holds to the database."""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ...dependency import require
from ..database.address import without_secrets
from ..database.database import Database, DatabaseAway
from ..provenance.model_hashes import FindFile
from .events import Event, EventError
from .ledger import write
from .outbox import Outbox, Waiting
from .processes import BEAT_SECONDS, Presence
from .retention import Retention

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

THREAD = "anime-job-shipper"
BATCH = 100  # events in a transaction, at most
LONGEST_BATCH = 3.0  # seconds: a slow database gets smaller ones, as heartbeats come between them
# What is said in quick succession goes together, unless somebody waits for it: the thread that runs
# prompts would have to share Python's lock with this one all the time.
TOGETHER = 0.1  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds between tries while the database is away

# SQLSTATE classes of errors that come again however often the event is sent: its data is
# invalid, breaks a constraint, or is too large.
FAULTS_OF_THE_EVENT = ("22", "23", "54")


class Shipper:
    """Ships each event once in effect, in order, as long as it runs.

    Idle, it wakes at once on a new event. While the database is away it tries again after pauses
    that grow, and when `settle` asks. `stop` ends it; what is left ships at the next start.
    """

    def __init__(
        self,
        outbox: Outbox,
        database: Database,
        longest_pause: float = LONGEST_PAUSE,
        presence: Presence | None = None,
        retention: Retention | None = None,
    ) -> None:
        """Start nothing yet; `wake` starts the thread.

        Args:
            outbox: where the events come from.
            database: where they go.
            longest_pause: seconds between tries while the database is away.
            presence: whose heartbeat the thread gives, None where no job is this process's.
            retention: what the thread deletes after some days, None where nothing is.
        """
        self._outbox, self._database, self._longest_pause = outbox, database, longest_pause
        self._presence, self._retention, self._batch = presence, retention, BATCH
        self._new, self._now = threading.Event(), threading.Event()
        self._rounds = threading.Condition()
        self._begun = self._ended = 0
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self.away: str | None = None  # why the last round failed
        self.find_file: FindFile | None = None  # where a graph's model files lie

    def wake(self) -> None:
        """There is something to ship. Starts the thread, the first time; cheap afterwards."""
        self._new.set()
        if self._thread is None:
            with self._rounds:
                if self._thread is None and not self._stopping:
                    self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                    self._thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait until everything that is in the outbox now has been tried.

        Args:
            seconds: how long at most.

        Returns:
            Whether it is all in the database.
        """
        with self._rounds:
            wanted = self._begun + 1
            self._now.set()
        self.wake()
        with self._rounds:
            tried = self._rounds.wait_for(
                lambda: self._ended >= wanted or self._stopping, timeout=seconds
            )
        return tried and self.away is None

    def stop(self, seconds: float) -> None:
        """End the thread after the batch it is at.

        Args:
            seconds: how long to wait for that; the thread is a daemon and holds nothing up.
        """
        with self._rounds:
            self._stopping = True
            self._rounds.notify_all()
        self._now.set()
        self._new.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping:
            self._new.wait(BEAT_SECONDS if self._presence else None)
            self._now.wait(TOGETHER)
            self._now.clear()
            self._new.clear()
            pause = FIRST_PAUSE
            while not self._round() and not self._stopping:  # when stopped: a last round
                self._now.wait(min(pause, self._longest_pause))
                self._now.clear()
                pause *= 2
                if self._stopping:
                    break
        self._leave()
        self._disconnect()

    def _round(self) -> bool:
        """Ship everything; False where the database is away."""
        with self._rounds:
            self._begun += 1
        away: str | None = None
        self._outbox.retry()
        try:
            while self._ship_next():
                self._beat()
            self._beat()
            self._outbox.tidy()
        except DatabaseAway as error:
            away = str(error)
            self._batch = max(self._batch // 4, 1)  # what is cut again and again gets on so
        except sqlite3.Error as error:
            away = f"The outbox can't be read: {error}."
        except Exception as error:  # a thread that dies would keep every later job back
            away = f"Shipping failed ({type(error).__name__}: {without_secrets(error)})."
        self._tell(away)
        with self._rounds:
            self.away = away
            self._ended += 1
            self._rounds.notify_all()
        return away is None

    def _tell(self, away: str | None) -> None:
        if away is not None and self.away is None:
            log.warning("%s Jobs wait in the outbox; rendering goes on.", away)
        elif away is None and self.away is not None:
            log.info("The database is back; what waited in the outbox is in it.")

    def _ship_next(self) -> bool:
        """Ship a batch, or see to it that another process does; False where nothing waits."""
        with self._outbox.turn() as ours:
            batch = self._outbox.oldest(self._batch)
            if batch and ours:
                start = time.monotonic()
                self._ship(batch)
                self._outbox.forget(batch)
                quick = time.monotonic() - start < LONGEST_BATCH
                self._batch = min(2 * self._batch, BATCH) if quick else max(self._batch // 4, 1)
        return bool(batch)

    def _ship(self, batch: Sequence[Waiting]) -> None:
        """Write a batch in one transaction; one by one where the database refuses an event."""

        def write_all(connection: "Connection") -> None:
            with connection.transaction():
                for each in batch:
                    write(connection, Event.from_json(each.body), self.find_file)

        try:
            self._do(write_all)
        except (require("psycopg").Error, EventError) as error:
            if len(batch) == 1:
                self._refuse(batch[0], error)
                return
            for each in batch:
                self._ship([each])

    def _beat(self) -> None:
        presence = self._presence
        if presence is not None and presence.is_due():
            settled = self._outbox.backlog() == 0
            self._do(lambda connection: presence.beat(connection, settled))
            if self._retention is not None and self._retention.is_due():
                self._do(self._retention.run)

    def _leave(self) -> None:
        """Say in the database that this process ends, where it can be said without waiting."""
        if self._presence is None:
            return
        try:
            if self._connection is not None and self.away is None:
                self._do(self._presence.leave)
        except Exception as error:
            log.debug("The database can't be told the end: %s", without_secrets(error))
        self._presence.release()

    def _do(self, work: "Callable[[Connection], object]") -> None:
        """Do something with the database; once more, anew, where the connection was cut.

        Raises:
            DatabaseAway: it can't be reached, or takes nothing now.
            psycopg.Error, EventError: what is to be written is at fault.
        """
        psycopg = require("psycopg")
        was_known_dead = self._connection is None
        while True:
            if self._connection is None:
                self._connection = self._database.connect()
            try:
                work(self._connection)
                return
            except (psycopg.Error, EventError) as error:
                if _is_fault_of_the_event(error):
                    raise
                self._disconnect()
                if was_known_dead:
                    why = without_secrets(error)
                    raise DatabaseAway(f"The database can't be written: {why}") from None
                was_known_dead = True  # it may only have been restarted

    def _refuse(self, event: Waiting, error: Exception) -> None:
        why = without_secrets(error)
        log.error("The database refuses event %s (%s); the outbox sets it aside.", event.id, why)
        self._outbox.reject(event, why)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _is_fault_of_the_event(error: Exception) -> bool:
    state = getattr(error, "sqlstate", None) or ""
    return isinstance(error, EventError) or state.startswith(FAULTS_OF_THE_EVENT)
