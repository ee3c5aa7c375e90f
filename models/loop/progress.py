"""Progress of work that consists of several parts."""

from ..perceptual.backend import Progress

STEPS = 1000  # length of the progress bar; fine enough to move evenly


def part_of(report_progress: Progress, start: float, end: float) -> Progress:
    """Return a progress callback for one part of the work.

    Args:
        report_progress: callback for the whole work, called with (work done, all work); may raise
            to stop. None if there is no progress bar.
        start: share of the whole work that is done before the part, 0–1.
        end: share of the whole work that is done after the part, 0–1.
    """
    if report_progress is None:
        return None

    def report(done: int, total: int) -> None:
        report_progress(round(STEPS * (start + (end - start) * done / total)), STEPS)

    return report
