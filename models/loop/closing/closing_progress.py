"""Progress of work whose number of parts is not known beforehand."""

import threading
from collections.abc import Callable

from ...perceptual.backend import Progress
from ..progress import STEPS


class ClosingProgress:
    """Progress that only grows, towards a goal that is set again and again.

    Each part of the work takes a share of what is left until the goal.
    """

    def __init__(self, report_progress: Progress) -> None:
        """Start at 0, with the end of all work as the goal.

        Args:
            report_progress: called with (work done, all work); may raise to stop.
        """
        self._report_progress = report_progress
        self._thread = threading.get_ident()
        self._done, self._goal = 0.0, 1.0

    def aim(self, goal: float) -> None:
        """Set the share of all work that is done when the next parts are finished, 0–1."""
        self._goal = goal

    def poll(self) -> None:
        """Report the same progress again, which gives the callback a chance to stop the work.

        Threads of the pool do not report: an exception there might be lost.
        """
        if self._report_progress is not None and threading.get_ident() == self._thread:
            self._report_progress(round(STEPS * self._done), STEPS)

    def part(self, share: float = 1.0) -> Callable[[int, int], None]:
        """Return the callback of the next part of the work.

        Args:
            share: share of the work until the goal that the part takes, 0–1.
        """
        start, length = self._done, share * max(0.0, self._goal - self._done)

        def report(done: int, total: int) -> None:
            self._done = max(self._done, start + length * done / max(total, 1))
            self.poll()

        return report
