"""Merging of several reports into one that passes if all of them pass, or if any does."""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from ..frames import Absence, InputError
from ..measure import Measure
from ..measurement import POINTS, Better, Measurement
from ..report import MERGED, Report, Verdict, merge
from ..scoring import PASSING, rounded_score
from .frame_verdicts import FrameVerdict, judge_frames

# The name has a subject in front, as all names in a merged report, so that it can be merged again.
BEST = Measure(
    f"{MERGED}.best",
    unit=POINTS,
    better=Better.HIGHER,
    high=100.0,
    backend="merge",
    threshold=PASSING,
    required=True,
)


class Rule(str, Enum):
    """Rule by which a merged report passes."""

    ALL = "all"  # every report must pass
    ANY = "any"  # one report must pass


def merge_by_rule(reports: Sequence[Report], rule: Rule) -> Report:
    """Merge several reports into one.

    By the rule ALL this is `report.merge`: the weakest required measurement of all decides most. By
    the rule ANY an additional measurement decides, `merged.best`, the score of the best report. It
    passes if one report passes, is not measured if none passes and one is not measured, and fails
    if all fail. All other measurements remain in the report but are no longer required.

    Args:
        reports: reports to merge, at least one.
        rule: rule by which the merged report passes.

    Returns:
        The report itself if there is only one; else a report with the subject `MERGED`.

    Raises:
        ReportError: there is no report.
    """
    merged = merge(reports)
    if rule is Rule.ALL or len(reports) == 1:
        return merged
    optional = (replace(each, required=False) for each in merged.measurements)
    best = replace(_best_score(reports), name=_free_name(merged))
    return replace(merged, measurements=(best, *optional))


def _best_score(reports: Sequence[Report]) -> Measurement:
    """Return the measurement of the best report's score."""
    per_frame = _best_per_frame(reports)
    points = [_points(report) for report in reports]
    verdicts = [report.verdict for report in reports]
    passing, unmeasured = verdicts.count(Verdict.PASS), verdicts.count(Verdict.NOT_MEASURED)
    details = {"scores": points, "verdicts": [each.value for each in verdicts]}
    if unmeasured and not passing:
        values = {"reports": len(reports), "unmeasured": unmeasured}
        return BEST.absent(Absence("none_passes_yet", values), per_frame, details)
    best = max(each for each in points if each is not None)
    values = {"reports": len(reports), "passing": passing, "score": round(rounded_score(best))}
    code = "any_passes" if passing else "none_passes"
    return BEST.measured(best, code, values, per_frame, details)


def _points(report: Report) -> float | None:
    """Return a report's score; if it fails and a value is absent, the score of the others."""
    if report.verdict is Verdict.NOT_MEASURED:
        return None
    return report.measured_score


def _best_per_frame(reports: Sequence[Report]) -> tuple[float | None, ...]:
    """Return the score of the best report in every frame.

    Returns:
        One score for each frame, None if it is absent. Empty if a report doesn't judge its frames
        one by one, or if the reports have different numbers of frames.
    """
    if len({report.frames for report in reports}) > 1:
        return ()
    try:
        judged = [judge_frames(report) for report in reports]
    except InputError:
        return ()
    return tuple(_best_in_frame(verdicts) for verdicts in zip(*judged, strict=True))


def _best_in_frame(verdicts: Sequence[FrameVerdict]) -> float | None:
    """Return the best report's score in one frame, by the same rule as for whole reports."""
    points = []
    for frame in verdicts:
        if frame.verdict is not Verdict.NOT_MEASURED and frame.measured_score is not None:
            points.append(frame.measured_score)
    best = max(points, default=None)
    passes = any(each.verdict is Verdict.PASS for each in verdicts)
    absent = any(each.verdict is Verdict.NOT_MEASURED for each in verdicts)
    return None if absent and not passes else best


def _free_name(merged: Report) -> str:
    """Return a name for the new measurement that the report doesn't have yet."""
    used_subjects = {each.name.partition(".")[0] for each in merged.measurements}
    subject, number = MERGED, 1
    while subject in used_subjects:
        number += 1
        subject = f"{MERGED}_{number}"
    return f"{subject}.best"
