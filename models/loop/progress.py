"""How far work of several parts has come."""

from ..perceptual.backend import Progress

STEPS = 1000


def part_of(report_progress: Progress, start: float, end: float) -> Progress:
    """Progress of a part of the work.

    Args:
        report_progress: called with (done, in all) for the whole; may raise to stop.
        start, end: how much of the whole is done before the part and after it, 0–1.
    """
    if report_progress is None:
        return None

    def report(done: int, total: int) -> None:
        report_progress(round(STEPS * (start + (end - start) * done / total)), STEPS)

    return report
