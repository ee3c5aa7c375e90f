"""Locks by which the processes of one machine see each other live.

A process that merely sleeps keeps its lock. Beside it lies a file with the name of its host, as
locks of another host say nothing here; a lock's own file may go with the lock.
"""

import platform
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout

HOST, LOCK = ".host", ".lock"


class Life(Enum):
    """What the lock of a process says of it."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"  # another host's, or a file system without locks


class ProcessLock:
    """The lock of this process, and the file with its host."""

    def __init__(self, folder: Path, process_id: UUID) -> None:
        """Touch nothing yet."""
        self._host = folder / f"{process_id}{HOST}"
        self._lock = _lock_beside(self._host)
        self._held = False

    def hold(self) -> None:
        """Take the lock, and keep it as long as this process lives.

        Raises:
            OSError: the folder can't be written, or its file system has no locks.
        """
        if self._held:
            return
        self._host.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()  # only one who looks may have it, for a moment
        except NotImplementedError as error:
            raise OSError(str(error)) from error
        # Without a lock there is nothing to be seen, so that it comes first.
        self._host.write_text(platform.node(), encoding="utf-8")
        self._held = True

    def release(self, remove: bool) -> None:
        """Let the lock go.

        Args:
            remove: the files too; those that stay tell the next process that this one is gone.
        """
        if self._held and remove:
            self._host.unlink(missing_ok=True)  # before anybody can take it for a dead one's
        self._lock.release(force=True)
        if self._held and remove:
            forget(self._host)
        self._held = False


def lives(folder: Path) -> Iterator[tuple[UUID, Life, Path]]:
    """What the locks of a folder say, each with its process and the file with its host."""
    for path in sorted(folder.glob(f"*{HOST}")):
        try:
            yield UUID(path.stem), _life(path), path
        except (ValueError, OSError):
            continue  # not one of ours, or just removed


def forget(host: Path) -> None:
    """Remove the files of a process that is gone.

    Args:
        host: the file with its host.
    """
    for path in (host, host.with_suffix(LOCK)):
        path.unlink(missing_ok=True)


def _life(host: Path) -> Life:
    if host.read_text(encoding="utf-8", errors="replace") != platform.node():
        return Life.UNKNOWN  # of another host, or empty: it is just being made
    try:
        with _lock_beside(host).acquire(timeout=0):
            return Life.DEAD
    except Timeout:
        return Life.ALIVE
    except NotImplementedError:
        return Life.UNKNOWN


def _lock_beside(host: Path) -> FileLock:
    return FileLock(host.with_suffix(LOCK), mode=0o600, thread_local=False)
