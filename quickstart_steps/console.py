"""Output on the terminal: lines, durations and a line that shows progress."""

import shutil
import signal
import sys
import time
from types import FrameType, TracebackType


def prepare() -> None:
    r"""Write characters that the terminal cannot show as `\u82b1`, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str = "") -> None:
    """Print a line at once, so that a log file shows it while the step is still running."""
    print(text, flush=True)


def width() -> int:
    """Return the number of columns of the terminal; 100 if the output is no terminal."""
    return max(60, shutil.get_terminal_size((100, 24)).columns)


def duration_text(seconds: float) -> str:
    """Return a duration as a short text: `0.4 s`, `12 s`, `3 min 58 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


class LiveLine:
    """Line that is overwritten while a step runs; silent if the output is no terminal."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self._live = sys.stdout.isatty()

    def __enter__(self) -> "LiveLine":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.show("")

    @property
    def seconds(self) -> float:
        """Seconds since this line was made."""
        return time.monotonic() - self.started

    def show(self, text: str) -> None:
        """Replace the shown text with `text`."""
        if self._live:
            columns = width() - 1
            line = f"    {duration_text(self.seconds)}  {text}" if text else ""
            print(f"\r{line[:columns]:<{columns}}\r", end="", flush=True)


def handle_signals() -> None:
    """Make Ctrl-C, `kill` and a closed terminal raise an exception, so that `finally` runs."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    # A shell starts background jobs with SIGINT ignored, and ComfyUI would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, end)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, end)
