"""Access to the database; no other module opens a connection."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...dependency import MissingDependency, require
from ...settings import SettingsError
from .address import external_address, hide_secrets_in_logs
from .connections import ConnectionPool, PooledConnection
from .deadlines import DeadlineWatch, NoAnswer
from .embedded import EmbeddedFailure, EmbeddedServer
from .opening import limit_statements, open_connection
from .place import place_below
from .server_process import STOP_SECONDS
from .silence import Silence
from .unavailable import DatabaseUnavailable, unavailable_reason

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = ["READ_SECONDS", "WRITE_SECONDS", "Database", "DatabaseUnavailable", "NoAnswer"]

Result = TypeVar("Result")

READ_SECONDS = 5.0  # a person waits for the answer
WRITE_SECONDS = 30.0  # for work in the background, and for deletions
# Longest wait for another thread that starts the embedded server; its first start takes seconds.
STARTING_SECONDS = 20.0
CHECK_SECONDS = 1.0  # longest wait for the answer of an unused connection
# The server cancels a statement itself this long before the connection is cut. Then the connection
# stays usable, and the error says that the server is slow, not that it hangs.
GRACE_SECONDS = 1.0


class Database:
    """The database of a private folder: an external one if configured, else the embedded one.

    Every use of it has a deadline, so that no thread waits for a server that hangs.
    """

    def __init__(self, directory: Path, only_embedded: bool = False) -> None:
        """Store the settings; the first query connects.

        Args:
            directory: the pack's private folder.
            only_embedded: True to use the embedded database even if an external one is configured.
        """
        self._directory, self._only_embedded = directory, only_embedded
        self._mutex = threading.Lock()
        self._embedded: EmbeddedServer | None = None
        self._pool, self._silence, self._watch = ConnectionPool(), Silence(), DeadlineWatch()

    def run(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        seconds: float | None = READ_SECONDS,
    ) -> Result:
        """Call `function(connection, *arguments)` and return its result.

        Args:
            function: function that queries or changes the database, on a connection in autocommit
                mode; errors that aren't about the database are passed on.
            arguments: arguments of the function after the connection.
            seconds: longest duration of the function; None for no limit.

        Raises:
            NoAnswer: the database did not answer in time, or a moment ago.
            DatabaseUnavailable: the database can't be used.
        """
        with self.connection(seconds) as connection:
            return function(connection, *arguments)

    @contextmanager
    def connection(self, seconds: float | None = READ_SECONDS) -> "Iterator[Connection]":
        """Lend a connection in autocommit mode; afterwards it returns to the pool.

        Args:
            seconds: longest duration of the `with` block; None for no limit.

        Raises:
            NoAnswer: the database did not answer in time, or a moment ago.
            DatabaseUnavailable: the database can't be reached or used.
        """
        with self._silence.turn():
            pooled = self._take_answering(seconds)
            self._silence.end()
            try:
                with self.limit(pooled.connection, seconds):
                    if pooled.seconds != seconds:
                        limit_statements(pooled.connection, seconds)
                        pooled = PooledConnection(pooled.connection, seconds)
                    yield pooled.connection
            except Exception as error:
                reason = unavailable_reason(error)
                if reason is None:
                    raise
                # A session keeps what it was opened with, such as the setting that made it
                # read-only, or the server before a failover. The next use opens a new one.
                pooled.connection.close()
                self._pool.close()
                if isinstance(error, DatabaseUnavailable):
                    raise
                raise DatabaseUnavailable(reason) from None
            finally:
                self._pool.give_back(pooled)

    def connect(self, seconds: float | None = READ_SECONDS) -> "Connection":
        """Open a connection in autocommit mode and update the schema; the caller closes it.

        Args:
            seconds: longest duration of a statement, which the server ends itself; None for no
                limit. A server that hangs does not: use `limit` for that.

        Raises:
            NoAnswer: the database does not answer.
            DatabaseUnavailable: the database can't be reached or used.
        """
        try:
            connection = self._connect(seconds)
        except NoAnswer as error:
            self._silence.begin(error)
            raise
        self._silence.end()
        return connection

    @contextmanager
    def limit(self, connection: "Connection", seconds: float | None) -> Iterator[None]:
        """Limit the duration of a `with` block, even if the server hangs.

        The connection is closed if the deadline passes.

        Args:
            connection: connection that the block uses.
            seconds: longest duration; None for no limit, so that only `close` ends the block.

        Raises:
            NoAnswer: the deadline passed.
        """
        longest = None if seconds is None else seconds + GRACE_SECONDS
        try:
            with self._watch.limit(connection, longest):
                yield
        except NoAnswer as error:
            self._silence.begin(error)
            raise

    def check(self) -> None:
        """Ask the database for an answer.

        Raises:
            NoAnswer: the database did not answer in time, or a moment ago.
            DatabaseUnavailable: the database can't be used.
        """
        with self.connection():
            pass

    def close(self, seconds: float = STOP_SECONDS) -> None:
        """Close the connections and leave the embedded server, which the last process stops.

        Connections in use are cut, so that no thread goes on waiting for a server that hangs.

        Args:
            seconds: longest wait, for the embedded server and for a thread that starts it.
        """
        deadline = time.monotonic() + seconds
        self._watch.cut_all()
        self._pool.close()
        if self._mutex.acquire(timeout=seconds):
            try:
                embedded, self._embedded = self._embedded, None
            finally:
                self._mutex.release()
            if embedded is not None:
                embedded.leave(max(0.0, deadline - time.monotonic()))

    def _take_answering(self, seconds: float | None) -> PooledConnection:
        """Return a connection that answers: an unused one, else a new one."""
        pooled = self._pool.take()
        if pooled is not None:
            try:
                with self._watch.limit(pooled.connection, CHECK_SECONDS, is_used_later=True):
                    pooled.connection.execute("")
                return pooled
            except (require("psycopg").Error, DatabaseUnavailable):
                # The server was restarted or hangs, or the network fails. Then the other unused
                # connections would fail in the same way.
                pooled.connection.close()
                self._pool.close()
        return PooledConnection(self._connect(seconds), seconds)

    def _connect(self, seconds: float | None) -> "Connection":
        try:
            # The driver is loaded first: without it, starting the embedded server would be useless.
            require("psycopg")
            hide_secrets_in_logs()
            source, connection_string = self._address()
        except NoAnswer:
            raise
        except (SettingsError, EmbeddedFailure, MissingDependency, OSError) as error:
            raise DatabaseUnavailable(str(error)) from None
        return open_connection(self._watch, source, connection_string, seconds)

    def _address(self) -> tuple[str, str]:
        """Return the source of the address, which is safe to show, and the connection string."""
        external = None if self._only_embedded else external_address(self._directory)
        if external is not None:
            return external.source, external.url
        if not self._mutex.acquire(timeout=STARTING_SECONDS):
            raise NoAnswer("The embedded PostgreSQL starts, or hangs. Try again in a moment.")
        try:
            if self._embedded is None:
                self._embedded = EmbeddedServer(place_below(self._directory))
            return "embedded", self._embedded.connection_string()
        finally:
            self._mutex.release()
