"""The connection pool of the database."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...dependency import require

if TYPE_CHECKING:
    from psycopg import Connection

NAME = "anime-production"
# Connections in the pool. A thread that gets none within `WAIT_SECONDS` opens a connection of its
# own.
MOST_CONNECTIONS = 8
WAIT_SECONDS = 1.0


class PooledConnections:
    """A pool of connections to the database that was reached last."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._pool: Any = None
        self._parameters: dict[str, str] = {}

    @contextmanager
    def connection(self) -> "Iterator[Connection | None]":
        """Lend a connection of the pool, which was tested just now.

        It is None if there is no pool or no free connection.
        """
        pool = self._pool
        connection = None
        if pool is not None:
            try:
                connection = pool.getconn(timeout=WAIT_SECONDS)
            except require("psycopg_pool").PoolTimeout:
                # All connections are in use, or the server is down. The caller opens a new
                # connection, which fails only if the server is down.
                pass
            except require("psycopg_pool").PoolClosed:
                pass  # another thread could not reach the database and closed the pool
        try:
            yield connection
        finally:
            if connection is not None:
                pool.putconn(connection)

    def open(self, connection: "Connection") -> None:
        """Open a pool to the database of this connection, unless it is open already."""
        info = connection.info
        parameters = {**info.get_parameters(), "password": info.password}
        with self._mutex:
            if self._pool is not None and parameters == self._parameters:
                return
            self._close()
            psycopg_pool = require("psycopg_pool")
            self._parameters = parameters
            self._pool = psycopg_pool.ConnectionPool(
                kwargs={**parameters, "autocommit": True},
                min_size=0,
                max_size=MOST_CONNECTIONS,
                num_workers=1,
                reconnect_timeout=WAIT_SECONDS,
                check=psycopg_pool.ConnectionPool.check_connection,
                name=NAME,
                open=True,
            )

    def close(self) -> None:
        """Close all connections."""
        with self._mutex:
            self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close(timeout=WAIT_SECONDS)
            self._pool = None
