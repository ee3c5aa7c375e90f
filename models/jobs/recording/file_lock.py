"""A lock on a file, which the system takes away from a process that dies, whatever it dies of."""

import os
import sys
from pathlib import Path

LOCKED_BYTE = 1 << 30  # beyond what is written: Windows forbids to read what is locked


class FileLock:
    """Held by one process at a time, and inside it by one of these."""

    def __init__(self, path: Path) -> None:
        """Touch nothing yet."""
        self.path = path
        self._file: int | None = None

    def hold(self, wait: bool) -> bool:
        """Take the lock, unless this holds it already.

        Args:
            wait: until whoever holds it lets go.

        Returns:
            Whether it is held.

        Raises:
            OSError: the file can't be made, or its file system has no locks.
        """
        if self._file is not None:
            return True
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            held = _lock(file, wait)
        except BaseException:
            os.close(file)
            raise
        if held:
            self._file = file
        else:
            os.close(file)
        return held

    def write(self, text: str) -> None:
        """Write a short text into the file that is held."""
        assert self._file is not None
        os.write(self._file, text.encode())

    def release(self) -> None:
        """Let go; harmless where it isn't held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _lock(file: int, wait: bool) -> bool:
        position = os.lseek(file, 0, os.SEEK_CUR)
        os.lseek(file, LOCKED_BYTE, os.SEEK_SET)
        try:
            while True:
                try:
                    msvcrt.locking(file, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
                    return True
                except PermissionError:
                    if not wait:
                        return False
                except OSError:  # LK_LOCK gives up after ten seconds
                    if not wait:
                        raise
        finally:
            os.lseek(file, position, os.SEEK_SET)

else:
    import fcntl

    def _lock(file: int, wait: bool) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
