"""Lock files by which the processes of one machine see each other live.

A process that merely sleeps keeps its lock.
"""

import platform
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from uuid import UUID

from .file_lock import FileLock

SUFFIX = ".lock"


class Life(Enum):
    """What a lock file says of its process."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"  # another machine's, or a file system without locks


class ProcessLock:
    """This process's lock file."""

    def __init__(self, folder: Path, process_id: UUID) -> None:
        """Touch nothing yet."""
        self._lock = FileLock(folder / f"{process_id}{SUFFIX}")
        self._held = False

    def hold(self) -> None:
        """Take the lock, and keep it as long as this process lives.

        Raises:
            OSError: the folder can't be written, or its file system has no locks.
        """
        if not self._held:
            self._lock.hold(wait=True)  # only one who looks may have it, for a moment
            self._lock.write(platform.node())  # written by a holder only
            self._held = True

    def release(self, remove: bool) -> None:
        """Let the lock go.

        Args:
            remove: the file too; one that stays tells the next process that this one is gone.
        """
        self._lock.release()
        if self._held and remove:
            self._lock.path.unlink(missing_ok=True)
        self._held = False


def lives(folder: Path) -> Iterator[tuple[UUID, Life, Path]]:
    """What the lock files of a folder say, each with its process and its path."""
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            yield UUID(path.stem), _life(path), path
        except (ValueError, OSError):
            continue  # not one of ours, or just removed


def _life(path: Path) -> Life:
    if path.read_text(encoding="utf-8", errors="replace") != platform.node():
        return Life.UNKNOWN  # of another machine, or empty: it is just being made
    lock = FileLock(path)
    try:
        return Life.DEAD if lock.hold(wait=False) else Life.ALIVE
    finally:
        lock.release()
