"""Access to the database; no other module opens a connection."""

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

Result = TypeVar("Result")

OLDEST_SERVER = 14  # major version of PostgreSQL
CONNECT_SECONDS = 5
# TCP closes a connection whose data stays unacknowledged for this long. Without it, a network that
# drops all packets would block a query for many minutes.
UNACKNOWLEDGED_MS = 20_000


class DatabaseUnavailable(ConnectionError):
    """The database can't be used now; the message gives the reason, without secrets."""


class Database:
    """The database of a private folder: an external one if configured, else the embedded one."""

    def __init__(self, directory: Path, only_embedded: bool = False) -> None:
        """Store the settings; the first query connects.

        Args:
            directory: the pack's private folder.
            only_embedded: True to use the embedded database even if an external one is configured.
        """
        self._directory, self._only_embedded = directory, only_embedded
        self._mutex = threading.Lock()
        self._embedded: EmbeddedServer | None = None
        self._connections = PooledConnections()

    def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """Call `function(connection, *arguments)` and return its result.

        Args:
            function: function that queries or changes the database, on a connection in autocommit
                mode; errors that aren't about the connection are passed on.
            arguments: arguments of the function after the connection.

        Raises:
            DatabaseUnavailable: the database can't be used.
        """
        with self.connection() as connection:
            try:
                return function(connection, *arguments)
            except connection_errors() as error:
                reason = without_secrets(error)
                raise DatabaseUnavailable(
                    f"The connection to the database failed: {reason}"
                ) from None

    @contextmanager
    def connection(self) -> "Iterator[Connection]":
        """Lend a connection in autocommit mode; afterwards it returns to the pool.

        Raises:
            DatabaseUnavailable: the database can't be reached or used.
        """
        with self._connections.connection() as pooled:
            if pooled is not None:
                yield pooled
                return
        try:
            connection = self.connect()
        except DatabaseUnavailable:
            self._connections.close()
            raise
        with connection:
            self._connections.open(connection)
            yield connection

    def connect(self) -> "Connection":
        """Open a connection in autocommit mode and update the schema; the caller closes it.

        Raises:
            DatabaseUnavailable: the database can't be reached or used.
        """
        try:
            # The driver is loaded first: without it, starting the embedded server would be useless.
            psycopg = require("psycopg")
            hide_secrets_in_logs()
            source, connection_string = self._address()
        except (SettingsError, EmbeddedFailure, MissingDependency, OSError) as error:
            raise DatabaseUnavailable(str(error)) from None
        conninfo = require("psycopg.conninfo")
        parameters: dict[str, Any] = {
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "anime-production",
            "tcp_user_timeout": UNACKNOWLEDGED_MS,
        }
        parameters.update(conninfo.conninfo_to_dict(connection_string))
        try:
            connection: Connection = psycopg.connect(**parameters, autocommit=True)
        except (psycopg.Error, OSError) as error:
            reason = without_secrets(error)
            raise DatabaseUnavailable(
                f"The database ({source}) can't be reached: {reason}"
            ) from None
        try:
            version = connection.info.server_version // 10000
            if version < OLDEST_SERVER:
                raise DatabaseUnavailable(
                    f"The database ({source}) is PostgreSQL {version}, but this pack needs"
                    f" PostgreSQL {OLDEST_SERVER} or newer. Update the server or use another one."
                )
            migrate(connection)
        except SchemaTooNew as error:
            connection.close()
            raise DatabaseUnavailable(str(error)) from None
        except psycopg.Error as error:
            connection.close()
            reason = without_secrets(error)
            raise DatabaseUnavailable(f"The database ({source}) can't be used: {reason}") from None
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the connections and leave the embedded server, which the last process stops."""
        self._connections.close()
        with self._mutex:
            if self._embedded is not None:
                self._embedded.leave()
                self._embedded = None

    def _address(self) -> tuple[str, str]:
        """Return the source of the address, which is safe to show, and the connection string."""
        external = None if self._only_embedded else external_address(self._directory)
        if external is not None:
            return external.source, external.url
        with self._mutex:
            if self._embedded is None:
                self._embedded = EmbeddedServer(place_below(self._directory))
            return "embedded", self._embedded.connection_string()


def connection_errors() -> tuple[type[Exception], ...]:
    """Return the driver's errors that mean a failed connection, not a wrong query."""
    from psycopg import InterfaceError, OperationalError
    from psycopg.errors import IdleInTransactionSessionTimeout

    return OperationalError, InterfaceError, IdleInTransactionSessionTimeout
