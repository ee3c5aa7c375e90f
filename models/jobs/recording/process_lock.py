"""Lock files that show which ComfyUI processes of this machine are running.

A suspended process keeps its lock. Beside each lock file is a file with the name of its host,
because a lock of another host can't be checked here. The host's name has a file of its own because
the lock file may be deleted when the lock is released.
"""

import platform
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from uuid import UUID

from filelock import FileLock, Timeout

HOST, LOCK = ".host", ".lock"


class Life(Enum):
    """State of a process, as its lock shows it."""

    ALIVE = "alive"
    DEAD = "dead"
    UNKNOWN = "unknown"  # the process is on another host, or the file system has no locks


class ProcessLock:
    """The lock of this process, with the file that names its host."""

    def __init__(self, folder: Path, process_id: UUID) -> None:
        """Store the paths; `hold` creates the files.

        Args:
            folder: folder of the lock files.
            process_id: id of this process.
        """
        self._host = folder / f"{process_id}{HOST}"
        self._lock = _lock_beside(self._host)
        self._is_held = False

    def hold(self) -> None:
        """Acquire the lock and keep it until this process ends.

        Raises:
            OSError: the folder can't be written, or its file system has no locks.
        """
        if self._is_held:
            return
        self._host.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire()  # another process holds it only briefly, to check this one
        except NotImplementedError as error:
            raise OSError(str(error)) from error
        # A host file without a lock would look like a dead process, so the lock comes first.
        self._host.write_text(platform.node(), encoding="utf-8")
        self._is_held = True

    def release(self, remove: bool) -> None:
        """Release the lock.

        Args:
            remove: True to delete the files too. Files that remain show the next process that this
                one has ended.
        """
        if self._is_held and remove:
            # The host file is deleted before the lock is released: a host file beside a free lock
            # means that the process is dead.
            self._host.unlink(missing_ok=True)
        self._lock.release(force=True)
        if self._is_held and remove:
            delete_lock_files(self._host)
        self._is_held = False


def list_processes(folder: Path) -> Iterator[tuple[UUID, Life, Path]]:
    """Yield id, state and host file of each process that has a lock file in a folder."""
    for path in sorted(folder.glob(f"*{HOST}")):
        try:
            yield UUID(path.stem), _life(path), path
        except (ValueError, OSError):
            continue  # another program's file, or it was deleted just now


def delete_lock_files(host: Path) -> None:
    """Delete the lock file and the host file of a process that has ended.

    Args:
        host: host file of the process.
    """
    for path in (host, host.with_suffix(LOCK)):
        path.unlink(missing_ok=True)


def _life(host: Path) -> Life:
    if host.read_text(encoding="utf-8", errors="replace") != platform.node():
        return Life.UNKNOWN  # from another host, or empty because it is being written now
    try:
        with _lock_beside(host).acquire(timeout=0):
            return Life.DEAD
    except Timeout:
        return Life.ALIVE
    except NotImplementedError:
        return Life.UNKNOWN


def _lock_beside(host: Path) -> FileLock:
    return FileLock(host.with_suffix(LOCK), mode=0o600, thread_local=False)
