"""The shipper's connection to the database, which finds the events that can't be written."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..database.address import without_secrets
from ..database.database import WRITE_SECONDS, Database, NoAnswer
from ..database.unavailable import DatabaseUnavailable, unavailable_reason
from ..provenance.model_hashes import FindFile
from .events import Event
from .ledger import write
from .outbox_rows import StoredEvent

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

# SQLSTATE class of statements that the schema doesn't allow. The statements are the same for all
# events, so the schema is of another version, or was changed by hand.
WRONG_SCHEMA = "42"


@dataclass(frozen=True)
class FailedEvent:
    """An event that can't be written.

    Attributes:
        event: the event.
        reason: error that it fails with, without secrets.
    """

    event: StoredEvent
    reason: str


class EventWriter:
    """A connection that is opened when it is needed, for one thread.

    Attributes:
        find_file: function that finds the model files a graph names, for their hashes; None skips
            the hashes.
    """

    def __init__(self, database: Database) -> None:
        """Store the database; the first call of `run` or `write` connects."""
        self._database = database
        self._connection: Connection | None = None
        self.find_file: FindFile | None = None

    @property
    def is_connected(self) -> bool:
        """True if a connection is open."""
        return self._connection is not None

    def write(self, events: Sequence[StoredEvent]) -> list[FailedEvent]:
        """Write events in one transaction, or one by one if one of them can't be written.

        Args:
            events: events in their order.

        Returns:
            The events that can't be written even alone; all others are in the database.

        Raises:
            DatabaseUnavailable: the database can't be reached, or no event can be written now.
            ImportError: a package is missing.
            MemoryError: the memory is full.
        """

        def write_all(connection: "Connection") -> None:
            with connection.transaction():
                for stored in events:
                    write(connection, Event.from_json(stored.body), self.find_file)

        try:
            self.run(write_all)
        except (DatabaseUnavailable, ImportError, MemoryError):  # they concern all events
            raise
        except Exception as error:  # an event may be wrong in any way
            if len(events) > 1:
                return [failed for event in events for failed in self.write([event])]
            return [FailedEvent(events[0], f"{type(error).__name__}: {without_secrets(error)}")]
        return []

    def run(self, function: "Callable[[Connection], object]") -> None:
        """Call a function with the connection; if it was cut, retry once with a new connection.

        Raises:
            DatabaseUnavailable: the database can't be reached, does not answer in time, or can't be
                written now.
            Exception: the function failed for another reason.
        """
        is_last_try = self._connection is None
        while True:
            if self._connection is None:
                self._connection = self._database.connect(WRITE_SECONDS)
            try:
                with self._database.limit(self._connection, WRITE_SECONDS):
                    function(self._connection)
                return
            except NoAnswer:  # another try would wait as long again
                self.close()
                raise
            except Exception as error:
                reason = _reason_of_database(error)
                if reason is None:
                    raise
                self.close()
                if is_last_try:
                    raise DatabaseUnavailable(f"The database can't be written: {reason}") from None
                is_last_try = True  # the server may have been restarted in the meantime

    def close(self) -> None:
        """Close the connection; the next call opens another one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _reason_of_database(error: Exception) -> str | None:
    """Return why no event can be written now; None if the error may concern one event alone."""
    reason = unavailable_reason(error)
    if reason is None and (getattr(error, "sqlstate", None) or "").startswith(WRONG_SCHEMA):
        schema = "The schema does not fit this version of the pack. Update the pack."
        return f"{schema} ({without_secrets(error)})"
    return reason
