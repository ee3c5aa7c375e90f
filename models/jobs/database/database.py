"""The one place that opens the database."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ...dependency import MissingDependency, require
from ...settings import SettingsError
from .address import external_address, hide_secrets_in_logs, without_secrets
from .connections import PooledConnections
from .embedded import EmbeddedFailure, EmbeddedServer
from .migrations import SchemaTooNew, migrate
from .place import place_below

if TYPE_CHECKING:
    from psycopg import Connection

Answer = TypeVar("Answer")

OLDEST_SERVER = 14
CONNECT_SECONDS = 5
UNANSWERED_MS = 20_000  # until a connection into a network that swallows everything counts as cut


class DatabaseAway(ConnectionError):
    """The database can't be used now; the message says why, without a connection string."""


class Database:
    """The database of a private folder: the one that the user named, else the embedded one."""

    def __init__(self, directory: Path, only_embedded: bool = False) -> None:
        """Touch nothing yet.

        Args:
            directory: the pack's private folder.
            only_embedded: the embedded one, whatever the user named.
        """
        self._directory, self._only_embedded = directory, only_embedded
        self._mutex = threading.Lock()
        self._embedded: EmbeddedServer | None = None
        self._connections = PooledConnections()

    def run(self, function: Callable[..., Answer], *arguments: Any) -> Answer:
        """Return what `function(connection, *arguments)` returns.

        Args:
            function: a query or a change, on a connection in autocommit mode; its own errors pass
                through.
            arguments: further ones of its.

        Raises:
            DatabaseAway: the database can't be used.
        """
        with self.connection() as connection:
            try:
                return function(connection, *arguments)
            except connection_errors() as error:
                reason = without_secrets(error)
                raise DatabaseAway(f"The database can't be read: {reason}") from None

    @contextmanager
    def connection(self) -> "Iterator[Connection]":
        """A connection for reading, in autocommit mode, from a pool: given back at the end.

        Raises:
            DatabaseAway: the database can't be reached or used.
        """
        with self._connections.connection() as pooled:
            if pooled is not None:
                yield pooled
                return
        try:
            connection = self.connect()
        except DatabaseAway:
            self._connections.close()
            raise
        with connection:
            self._connections.open(connection)
            yield connection

    def connect(self) -> "Connection":
        """A new connection in autocommit mode, the schema up to date; the caller closes it.

        Raises:
            DatabaseAway: the database can't be reached or used.
        """
        try:
            psycopg = require("psycopg")  # before a server is started that nothing could talk to
            hide_secrets_in_logs()
            source, text = self._address()
        except (SettingsError, EmbeddedFailure, MissingDependency, OSError) as error:
            raise DatabaseAway(str(error)) from None
        conninfo = require("psycopg.conninfo")
        asked: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "anime-production",
            "tcp_user_timeout": UNANSWERED_MS,
        }
        asked.update(conninfo.conninfo_to_dict(text))
        try:
            connection: Connection = psycopg.connect(**asked, autocommit=True)
        except (psycopg.Error, OSError) as error:
            why = without_secrets(error)
            raise DatabaseAway(f"The database ({source}) can't be reached: {why}") from None
        try:
            version = connection.info.server_version // 10000
            if version < OLDEST_SERVER:
                raise DatabaseAway(
                    f"The database ({source}) is PostgreSQL {version};"
                    f" {OLDEST_SERVER} or newer is needed."
                )
            migrate(connection)
        except SchemaTooNew as error:
            connection.close()
            raise DatabaseAway(str(error)) from None
        except psycopg.Error as error:
            connection.close()
            why = without_secrets(error)
            raise DatabaseAway(f"The database ({source}) can't be used: {why}") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Leave the embedded server, if it was used; the last process stops it."""
        self._connections.close()
        with self._mutex:
            if self._embedded is not None:
                self._embedded.leave()
                self._embedded = None

    def _address(self) -> tuple[str, str]:
        """Where the database is, to be shown; and its connection string, which is not."""
        external = None if self._only_embedded else external_address(self._directory)
        if external is not None:
            return external.source, external.url
        with self._mutex:
            if self._embedded is None:
                self._embedded = EmbeddedServer(place_below(self._directory))
            return "embedded", self._embedded.connection_string()


def connection_errors() -> tuple[type[Exception], ...]:
    """The driver's errors that say nothing about the query: the database is away."""
    from psycopg import InterfaceError, OperationalError

    return OperationalError, InterfaceError
