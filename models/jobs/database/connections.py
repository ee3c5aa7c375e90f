"""Connections that are kept open for reading."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ...dependency import require

if TYPE_CHECKING:
    from psycopg import Connection

NAME = "anime-production"
MOST = 8  # connections; a reader who finds none free within a second opens one of its own
WAIT_SECONDS = 1.0


class PooledConnections:
    """A pool of connections to the database that was last reached."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._pool: Any = None
        self._parameters: dict[str, str] = {}

    @contextmanager
    def connection(self) -> "Iterator[Connection | None]":
        """A connection that answered just now; None where there is no pool, or none is free."""
        pool = self._pool
        taken = None
        if pool is not None:
            try:
                taken = pool.getconn(timeout=WAIT_SECONDS)
            except require("psycopg_pool").PoolTimeout:
                pass  # all in use, or the server is gone: a new connection will tell
            except require("psycopg_pool").PoolClosed:
                pass  # by another reader, who found the database away
        try:
            yield taken
        finally:
            if taken is not None:
                pool.putconn(taken)

    def open(self, connection: "Connection") -> None:
        """Have a pool to where this connection goes."""
        info = connection.info
        parameters = {**info.get_parameters(), "password": info.password}
        with self._mutex:
            if self._pool is not None and parameters == self._parameters:
                return
            self._close()
            pool = require("psycopg_pool")
            self._parameters = parameters
            self._pool = pool.ConnectionPool(
                kwargs={**parameters, "autocommit": True},
                min_size=0,
                max_size=MOST,
                num_workers=1,
                reconnect_timeout=WAIT_SECONDS,
                check=pool.ConnectionPool.check_connection,
                name=NAME,
                open=True,
            )

    def close(self) -> None:
        """Close them all."""
        with self._mutex:
            self._close()

    def _close(self) -> None:
        if self._pool is not None:
            self._pool.close(timeout=WAIT_SECONDS)
            self._pool = None
