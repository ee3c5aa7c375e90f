"""Functions that give a file its name only when it is complete, for all that the pack writes."""

import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

# On Windows a virus scanner or the search index opens each new file for a moment, and a rename of
# the file, or of a folder around it, is refused until they have closed it.
LONGEST_WAIT = 3.0  # seconds; a scanner needs well under one for a file of some megabytes
PAUSE = 0.05  # seconds between two tries
UNFINISHED = ".anime-unfinished-"  # how the names of files begin that aren't complete yet
# Seconds after which a file that isn't complete belongs to a process that was killed.
ABANDONED_AFTER = 86_400.0


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


def move_to_free_name(source: Path, targets: Iterable[Path]) -> Path:
    """Give a file the first name that no other file has; nothing is overwritten.

    The name appears together with the content, so that a process that is killed leaves no empty
    file, and two processes never take the same name.

    Args:
        source: complete file, in the folder of the targets.
        targets: new paths, in the order in which they are tried.

    Returns:
        The path that the file has now.

    Raises:
        OSError: the file can't be renamed; see `move`.
    """
    for target in targets:
        try:
            _move_if_free(source, target)
        except FileExistsError:
            continue
        return target
    raise FileExistsError(f"Every name for {source} is taken.")


def _move_if_free(source: Path, target: Path) -> None:
    if os.name == "nt":
        move(source, target, overwrite=False)  # Windows refuses a name that is taken
        return
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError:  # some file systems, such as exFAT, have no links
        target.open("xb").close()
        try:
            move(source, target)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    else:
        source.unlink()


@contextmanager
def unfinished(folder: Path, suffix: str = "") -> Iterator[Path]:
    """Yield a hidden path in a folder for a file that is being written.

    The folder is created. A file that still has the path at the end is removed.

    Args:
        folder: folder in which the complete file gets its name.
        suffix: suffix of the path, with its point, for writers that choose the format by it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{UNFINISHED}{uuid4().hex}{suffix}"
    try:
        yield path
    finally:
        with suppress(OSError):  # what went wrong before says more, such as a full disk
            path.unlink(missing_ok=True)


def remove_abandoned(folder: Path) -> None:
    """Remove files that a killed process didn't complete; see `unfinished`."""
    oldest = time.time() - ABANDONED_AFTER
    for path in folder.glob(f"{UNFINISHED}*"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:  # another process removed it, or still has it
            continue


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
