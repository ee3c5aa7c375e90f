"""The pool of open connections to the database."""

import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ...dependency import require

if TYPE_CHECKING:
    from psycopg import Connection

MOST_CONNECTIONS = 8  # unused ones; more can be in use
LONGEST_IDLE = 600.0  # seconds until an unused connection is closed


@dataclass(frozen=True)
class PooledConnection:
    """An open connection in autocommit mode.

    Attributes:
        connection: the connection.
        seconds: longest duration of a statement that the server was told; None for no limit.
        idle_since: time at which it came back, of `time.monotonic`.
    """

    connection: "Connection"
    seconds: float | None
    idle_since: float = 0.0


class ConnectionPool:
    """Connections that are open and unused now.

    It has no threads of its own, and none of its methods waits for the server: psycopg's pool
    tests and resets connections without a deadline.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._idle: list[PooledConnection] = []

    def take(self) -> PooledConnection | None:
        """Remove the connection that was used last and return it; None if there is none."""
        with self._mutex:
            return self._idle.pop() if self._idle else None

    def give_back(self, pooled: PooledConnection) -> None:
        """Keep a connection for the next use, or close it if it is broken or one too many."""
        status = require("psycopg").pq.TransactionStatus.IDLE
        now = time.monotonic()
        kept = pooled.connection.info.transaction_status == status
        with self._mutex:
            expired = [each for each in self._idle if now - each.idle_since > LONGEST_IDLE]
            self._idle = [each for each in self._idle if each not in expired]
            kept = kept and len(self._idle) < MOST_CONNECTIONS
            if kept:
                self._idle.append(replace(pooled, idle_since=now))
        for closed in expired if kept else [*expired, pooled]:
            closed.connection.close()

    def close(self) -> None:
        """Close all unused connections."""
        with self._mutex:
            unused, self._idle = self._idle, []
        for pooled in unused:
            pooled.connection.close()
