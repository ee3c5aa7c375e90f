"""The end of this process: signals that begin it, and its steps, with their order and time limit.

ComfyUI ends by the exception that Ctrl-C raises in its main thread. Python then waits for threads
that aren't daemons, and calls what is registered with `atexit`. The pack registers one function,
`end`, and none of the pack's threads makes Python wait.
"""

import atexit
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from enum import IntEnum
from types import FrameType
from typing import NoReturn

log = logging.getLogger(__name__)

# ComfyUI itself takes about two seconds to end after these. The whole end may take three, or five
# if the database hangs. With a database that answers, the pack needs less than half a second.
END_SECONDS = 2.0


class Step(IntEnum):
    """Steps of the end, in the order in which they are taken."""

    DOWNLOADS = 1  # keep their downloaded parts
    PRODUCTIONS = 2  # the phase that runs returns to the queue, which needs the database
    RECORDER = 3  # ships the last events and says goodbye, then closes the database


Stop = Callable[[float], None]

_lock = threading.Lock()
_stops: list[tuple[Step, Stop]] = []


def at_end(step: Step, stop: Stop) -> None:
    """Call a function at the end of this process.

    Args:
        step: place of the function in the order of the end.
        stop: function that is called with the seconds that it may take.
    """
    with _lock:
        if not _stops:
            atexit.register(end)
        _stops.append((step, stop))


def end(seconds: float = END_SECONDS) -> None:
    """Take all steps, each at most once.

    A step may take half of the time that is left, and the last one all of it. A second Ctrl-C or
    SIGTERM ends this process at once.

    Args:
        seconds: longest duration of all steps.
    """
    _let_the_next_signal_kill()
    deadline = time.monotonic() + seconds
    with _lock:
        stops = sorted(_stops, key=lambda entry: entry[0])
        _stops.clear()
    for index, (step, stop) in enumerate(stops):
        left = max(0.0, deadline - time.monotonic())
        try:
            stop(left if index == len(stops) - 1 else left / 2)
        except Exception:  # an error must not keep the other steps from being taken
            log.exception("A step of the end failed: %s", step.name)


def signals_like_interrupt(platform: str) -> tuple[str, ...]:
    """Return the names of the signals by which a system asks a process to end, except Ctrl-C's.

    Windows has no SIGTERM for that: its own way of ending a process can't be handled. Ctrl-Break is
    what another program can send.

    Args:
        platform: value of `sys.platform`.
    """
    return ("SIGBREAK",) if platform == "win32" else ("SIGTERM", "SIGHUP")


def end_like_interrupt() -> None:
    """Make SIGTERM, and what is like it, end ComfyUI as Ctrl-C does.

    A signal that anything else handles or ignores already stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        return  # Python allows it only there
    for name in signals_like_interrupt(sys.platform):
        number = getattr(signal, name)
        if signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _interrupt)


def _forget_in_child() -> None:
    """Leave a forked child, such as a data loader's, without steps and handlers of its parent."""
    _stops.clear()
    for name in signals_like_interrupt(sys.platform):
        if signal.getsignal(getattr(signal, name)) is _interrupt:
            signal.signal(getattr(signal, name), signal.SIG_DFL)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    signal.signal(number, signal.SIG_DFL)  # the same signal again ends the process at once
    raise KeyboardInterrupt


def _let_the_next_signal_kill() -> None:
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGINT", *signals_like_interrupt(sys.platform)):
        number = getattr(signal, name)
        if signal.getsignal(number) in (signal.default_int_handler, _interrupt):
            signal.signal(number, signal.SIG_DFL)
