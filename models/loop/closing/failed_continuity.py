"""Rule that a clip without continuous motion does not pass after it was cut or blended."""

from dataclasses import replace

from ...measurement import Measurement, Verdict
from ...report import Report, WorstFrame
from ..motion import CONTINUITY


def failed_continuity(report: Report) -> Measurement | None:
    """Return the measurement of continuity if it fails and is required, else None."""
    failed = (each for each in report.required if each.verdict is Verdict.FAIL)
    return next((each for each in failed if each.name == CONTINUITY.name), None)


def with_failed_continuity(before: Report, after: Report) -> Report:
    """Return the report of a changed clip, in which a failed continuity still fails.

    No change adds motion to a clip. But blending makes unrelated pictures alike, and cutting may
    leave too few of them to measure continuity, so the measurement before the change is kept.

    Args:
        before: report of the clip before the change.
        after: report of the changed clip.
    """
    failed = failed_continuity(before)
    if failed is None or after.score is None:
        return after
    measurements = [failed if each.name == failed.name else each for each in after.measurements]
    worst = WorstFrame(0, failed.reason_code, failed.reason)
    return replace(after, measurements=tuple(measurements), worst=worst)
