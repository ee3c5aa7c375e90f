"""Lock that lets only one quickstart at a time write into a directory."""

import os
import sys
from pathlib import Path
from types import TracebackType

from .places import Refusal

# Position of the locked byte, behind the text of the file. On Windows no other process can read a
# locked byte, and other processes must be able to read the text.
_LOCKED_BYTE = 1 << 20


class Lock:
    """Lock on a file while a `with` block runs; the system frees it when the process dies.

    Args:
        file: file to lock; it is made if needed.
        activity: what this process does while it holds the lock, such as "setting up"; the message
            for a process that does not get the lock contains it.
    """

    def __init__(self, file: Path, activity: str) -> None:
        self._file, self._activity = file, activity
        self._descriptor = -1

    def __enter__(self) -> "Lock":
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            _lock(self._descriptor)
        except OSError:
            holder = os.read(self._descriptor, 200).decode(errors="replace") or "Another process"
            os.close(self._descriptor)
            raise Refusal(f"{holder}. Wait until it has ended, or use another --home.") from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"Process {os.getpid()} is {self._activity}".encode())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self._descriptor)


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
