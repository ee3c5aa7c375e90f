"""Words on the terminal: what is being done, and how long it took."""

import shutil
import sys
import time
from types import TracebackType


def prepare() -> None:
    """Make sure that no character can stop the program on a terminal that cannot show it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    """Print a line at once, so that a log file shows it while the step is still running."""
    print(text, flush=True)


def width() -> int:
    """Columns of the terminal; 100 where there is none to ask."""
    return max(60, shutil.get_terminal_size((100, 24)).columns)


def spoken(seconds: float) -> str:
    """A duration as people say it: `0.4 s`, `12 s`, `3 min 58 s`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"


class LiveLine:
    """A line that is written over while something goes on; silent where output is no terminal."""

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
        """How long this has been going on."""
        return time.monotonic() - self.started

    def show(self, text: str) -> None:
        """Put `text` in the place of what the line showed before."""
        if self._live:
            room = width() - 1
            line = f"    {spoken(self.seconds)}  {text}" if text else ""
            print(f"\r{line[:room]:<{room}}\r", end="", flush=True)
