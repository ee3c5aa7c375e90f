"""Deadlines for the use of connections, which hold even if the server hangs.

The server's own `statement_timeout` is useless against a server that doesn't run: a stopped
process, or an address that accepts connections and never answers. So a thread shuts the socket of
the connection down when its deadline passes. The thread that waits for an answer then gets an
error of the driver at once.
"""

import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from .unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from psycopg import Connection

THREAD = "anime-database-deadlines"


class NoAnswer(DatabaseUnavailable):
    """The database did not answer in time."""

    @classmethod
    def within(cls, seconds: float) -> "NoAnswer":
        """Return the error for a wait of some seconds."""
        return cls(
            f"It did not answer within {seconds:g} s. Check that the server runs, isn't suspended,"
            " and that the network reaches it. The pack keeps trying."
        )


class Limit:
    """The deadline of one use of a connection.

    Attributes:
        is_cut: True if the connection was cut, so that it can't be used any more.
    """

    def __init__(self, connection: "Connection", seconds: float | None) -> None:
        # The copy of the descriptor stays valid if the connection is closed meanwhile. Otherwise
        # its number could belong to another file by the time of the deadline. Windows copies
        # sockets in the same way. The address family has no meaning for a shutdown.
        self._socket = socket.fromfd(connection.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        self.deadline = math.inf if seconds is None else time.monotonic() + seconds
        self.is_cut = False

    def cut(self) -> None:
        """Shut the socket down, for both connections that share it."""
        self.is_cut, self.deadline = True, math.inf
        with suppress(OSError):  # the server has closed it
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the copy of the descriptor."""
        self._socket.close()


class DeadlineWatch:
    """Thread that cuts connections when their deadline passes; it starts with the first use."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limits: set[Limit] = set()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(
        self, connection: "Connection", seconds: float | None, is_used_later: bool = False
    ) -> Iterator[None]:
        """Cut a connection if the `with` block takes longer than some seconds.

        A block can end without an error although its connection was cut: on a busy machine the
        thread may read an answer that has come in time only after the deadline.

        Args:
            connection: connection that the block uses, and no other thread.
            seconds: longest duration of the block; None for no deadline, so that only `cut_all`
                ends it.
            is_used_later: True if the connection is needed after the block.

        Raises:
            NoAnswer: the deadline passed, and the driver raised an error because of that, or the
                connection is needed after the block.
        """
        limit = Limit(connection, seconds)
        with self._changed:
            self._limits.add(limit)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=THREAD, daemon=True)
                self._thread.start()
            self._changed.notify_all()
        try:
            yield
        except Exception as error:
            if limit.is_cut and _is_of_the_driver(error):
                raise NoAnswer.within(seconds or 0.0) from None
            raise
        finally:
            with self._changed:
                self._limits.discard(limit)
                limit.close()
            if limit.is_cut:
                connection.close()
        if limit.is_cut and is_used_later:
            raise NoAnswer.within(seconds or 0.0)

    def cut_all(self) -> None:
        """Cut all connections that are in use, and end the thread until the next use."""
        with self._changed:
            for limit in self._limits:
                limit.cut()
            self._thread = None
            self._changed.notify_all()

    def _run(self) -> None:
        own_thread = threading.current_thread()
        with self._changed:
            while self._thread is own_thread:
                now = time.monotonic()
                for limit in self._limits:
                    if limit.deadline <= now:
                        limit.cut()
                earliest = min((limit.deadline for limit in self._limits), default=math.inf)
                self._changed.wait(None if earliest == math.inf else earliest - now)


def _is_of_the_driver(error: Exception) -> bool:
    from psycopg import Error

    return isinstance(error, Error | DatabaseUnavailable)
