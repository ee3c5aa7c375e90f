"""Functions that give a file its name only when it is complete, for all that the pack writes."""

import os
import tempfile
import time
from pathlib import Path

# On Windows a virus scanner or the search index opens each new file for a moment, and a rename of
# the file, or of a folder around it, is refused until they have closed it.
LONGEST_WAIT = 3.0  # seconds; a scanner needs well under one for a file of some megabytes
PAUSE = 0.05  # seconds between two tries


def move(source: Path, target: Path, *, overwrite: bool = True) -> None:
    """Give a file or a folder a new name, also if another program still holds it for a moment.

    Args:
        source: file or folder.
        target: its new path.
        overwrite: True replaces a file that has the new path. False renames a folder, and fails if
            a folder with files has the new path.

    Raises:
        PermissionError: the rename is not allowed, or was refused for `LONGEST_WAIT` seconds.
        OSError: the rename failed for another reason.
    """
    deadline = time.monotonic() + LONGEST_WAIT
    while True:
        try:
            (os.replace if overwrite else os.rename)(source, target)
            return
        except PermissionError:
            if time.monotonic() > deadline:
                raise
        time.sleep(PAUSE)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, so that no reader ever sees a part of it.

    Args:
        path: path of the file; its folder exists.
        content: the file's new content.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        move(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Write a folder's file names to the disk, so that they survive a power cut (POSIX only)."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some network file systems can't sync a folder
    finally:
        os.close(descriptor)
