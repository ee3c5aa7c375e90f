"""Suspending a process and its children, as a machine that sleeps or pauses does."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil  # type: ignore[import-untyped]


def suspend_family(process_id: int) -> list[psutil.Process]:
    """Suspend a process and its descendants, and return them, the process first.

    The process is the first to be suspended, so that it starts no further one. A descendant that is
    just ending is left out.
    """
    parent = psutil.Process(process_id)
    parent.suspend()
    suspended = [parent]
    for child in parent.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            child.suspend()
            suspended.append(child)
    return suspended


def resume(processes: list[psutil.Process]) -> None:
    """Resume suspended processes, but those that have ended.

    One that was suspended as it ended is gone as soon as its resumed parent has read its status.
    """
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.resume()


@contextmanager
def suspended(process_id: int) -> Iterator[list[psutil.Process]]:
    """Suspend a process and its descendants for the `with` block, and yield them."""
    processes = suspend_family(process_id)
    try:
        yield processes
    finally:
        resume(processes)
