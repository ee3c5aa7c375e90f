"""Keep what has no motion to follow from passing once it was cut or blended."""

from dataclasses import replace

from ...measurement import Measurement, Verdict
from ...report import Report, WorstFrame
from ..motion import CONTINUITY


def unfollowed(report: Report) -> Measurement | None:
    """The measurement that says that there is no motion to follow, if it does."""
    failed = (each for each in report.required if each.verdict is Verdict.FAIL)
    return next((each for each in failed if each.name == CONTINUITY.name), None)


def with_its_motion(before: Report, after: Report) -> Report:
    """The report of a changed clip; what had no motion to follow has none after a change.

    Blending unrelated pictures makes them alike, and cutting leaves too few of them to tell.
    """
    kept = unfollowed(before)
    if kept is None or after.score is None:
        return after
    parts = [kept if each.name == kept.name else each for each in after.measurements]
    worst = WorstFrame(0, kept.reason_code, kept.reason)
    return replace(after, measurements=tuple(parts), worst=worst)
