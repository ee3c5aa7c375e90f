"""What it takes for several reports to pass together: all of them, or any."""

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum

from ..frames import Absence, InputError
from ..measure import Measure
from ..measurement import Better, Measurement
from ..report import MERGED, Report, Verdict, merge
from .frame_verdicts import FrameVerdict, judge_frames

BELOW_PASS = math.nextafter(50.0, 0.0)  # what fails by a hair may be rounded up to 50
# Named as in a merge, with a subject in front, so that it can be merged again.
BEST = Measure(
    f"{MERGED}.best",
    unit="of 100",
    better=Better.HIGHER,
    high=100.0,
    backend="merge",
    threshold=50.0,
    required=True,
)


class Rule(str, Enum):
    """When a merge passes."""

    ALL = "all"  # every report does
    ANY = "any"  # one of them does


def merge_by_rule(reports: Sequence[Report], rule: Rule) -> Report:
    """One report of several.

    By ALL it is `report.merge`: the weakest required measurement of all decides. By ANY a
    measurement of its own decides, `merged.best`: the score of the best report. It passes where
    one report passes, is not measured where none passes and one is not measured, and fails where
    all fail. The others are told and count no more.

    Args:
        reports: at least one.
        rule: when it passes.

    Returns:
        The report itself where there is only one; else one whose subject is `MERGED`.

    Raises:
        ReportError: there is none.
    """
    merged = merge(reports)
    if rule is Rule.ALL or len(reports) == 1:
        return merged
    told = (replace(each, required=False) for each in merged.measurements)
    best = replace(_best(reports), name=_free_name(merged))
    return replace(merged, measurements=(best, *told))


def _best(reports: Sequence[Report]) -> Measurement:
    per_frame = _best_per_frame(reports)
    points = [_points(report) for report in reports]
    verdicts = [report.verdict for report in reports]
    passing, unmeasured = verdicts.count(Verdict.PASS), verdicts.count(Verdict.NOT_MEASURED)
    details = {"scores": points, "verdicts": [each.value for each in verdicts]}
    if unmeasured and not passing:
        values = {"reports": len(reports), "unmeasured": unmeasured}
        return BEST.absent(Absence("none_passes_yet", values), per_frame, details)
    best = max(each for each in points if each is not None)
    values = {"reports": len(reports), "passing": passing, "score": round(best)}
    code = "any_passes" if passing else "none_passes"
    return BEST.measured(best, code, values, per_frame, details)


def _points(report: Report) -> float | None:
    """A report's score; where it fails and something is absent, that of what is measured."""
    if report.verdict is Verdict.NOT_MEASURED:
        return None
    lowest = min(each.score for each in report.required if each.score is not None)
    return _held_below(lowest, report.verdict)


def _held_below(points: float, verdict: Verdict) -> float:
    return points if verdict is Verdict.PASS else min(points, BELOW_PASS)


def _best_per_frame(reports: Sequence[Report]) -> tuple[float | None, ...]:
    """The best report's score in every frame; nothing where one judges its clip as a whole."""
    if len({report.frames for report in reports}) > 1:
        return ()
    try:
        judged = [judge_frames(report) for report in reports]
    except InputError:
        return ()
    return tuple(_best_of(frame) for frame in zip(*judged, strict=True))


def _best_of(verdicts: Sequence[FrameVerdict]) -> float | None:
    """The best report's score in one frame, by the rule of whole reports."""
    points = []
    for each in verdicts:
        score = None if each.weakest is None else each.weakest.score_of(each.value)
        if score is not None:
            points.append(_held_below(score, each.verdict))
    best = max(points, default=None)
    passes = any(each.verdict is Verdict.PASS for each in verdicts)
    absent = any(each.verdict is Verdict.NOT_MEASURED for each in verdicts)
    return None if absent and not passes else best


def _free_name(merged: Report) -> str:
    taken = {each.name.partition(".")[0] for each in merged.measurements}
    subject, number = MERGED, 1
    while subject in taken:
        number += 1
        subject = f"{MERGED}_{number}"
    return f"{subject}.best"
