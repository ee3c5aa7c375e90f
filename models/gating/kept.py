"""Reports of the frames that a Gate or a Best Of keeps, for the verdict on the kept frames."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..measure import short_of
from ..measurement import Measurement, frozen
from ..reasons import sentence
from ..report import Report, Verdict, WorstFrame
from .frame_verdicts import best_first, frame_values, is_undivided, judge_frames
from .gate import (
    Decision,
    FrameDecision,
    Level,
    OnFail,
    OnNotMeasured,
    decide,
    decide_frames,
    listed_frames,
)
from .ranking import rank_frames
from .thresholds import limit_of, read_thresholds, with_thresholds


@dataclass(frozen=True)
class GateSettings:
    """Settings of a Gate.

    Attributes:
        level: unit that the gate decides about, the whole batch or each frame.
        on_fail: policy for a batch or a frame that doesn't pass.
        on_not_measured: policy for a batch or a frame that is not measured.
        thresholds: text with thresholds that replace those of the report; "" keeps them.
    """

    level: Level = Level.BATCH
    on_fail: OnFail = OnFail.BLOCK
    on_not_measured: OnNotMeasured = OnNotMeasured.REJECT
    thresholds: str = ""


@dataclass(frozen=True)
class Gating:
    """Decision of a Gate, with the reports before and after it.

    Attributes:
        judged: report with the thresholds of the gate.
        decision: decision about the batch, or about each frame.
        kept: report of the accepted frames; None if it is the gate's input report, unchanged.
    """

    judged: Report
    decision: Decision | FrameDecision
    kept: Report | None

    @property
    def keeps(self) -> bool:
        """True if anything goes to the accepted side."""
        if isinstance(self.decision, FrameDecision):
            return bool(self.decision.accepted)
        return self.decision.is_accepted

    @property
    def rejects(self) -> bool:
        """True if anything goes to the rejected side."""
        if isinstance(self.decision, FrameDecision):
            return bool(self.decision.rejected)
        return not self.decision.is_accepted


def gate_report(report: Report, settings: GateSettings) -> Gating:
    """Decide about a batch or its frames as a Gate does.

    Raises:
        InputError: the thresholds can't be read, or the report doesn't judge its frames one by one.
        Rejected: something doesn't pass and `on_fail` is ERROR.
    """
    thresholds = read_thresholds(settings.thresholds)
    judged = with_thresholds(report, thresholds)
    if settings.level is Level.FRAME and not is_undivided(judged):
        by_frame = decide_frames(judged, settings.on_fail, settings.on_not_measured)
        return Gating(judged, by_frame, kept_report(judged, by_frame.accepted))
    decision = decide(judged, settings.on_fail, settings.on_not_measured)
    return Gating(judged, decision, judged if thresholds else None)


def best_report(report: Report, k: int) -> Report:
    """Return the report of the frames that a Best Of keeps.

    Raises:
        InputError: `k` is below 1, or the report doesn't judge its frames one by one.
    """
    return kept_report(report, rank_frames(report, k).kept)


def kept_report(report: Report, frames: Sequence[int]) -> Report:
    """Restrict a report to some of its frames.

    The verdict is the worst verdict of these frames: FAIL is worse than NOT_MEASURED, and that is
    worse than PASS. Measurements that are not required, and all details, are left out, because they
    may be true for the whole batch only.

    Args:
        report: report with a value for every frame of each required measurement.
        frames: indices of the kept frames, in their new order. If there are none, the report of
            the whole batch is returned, because it says why no frame was kept.

    Raises:
        InputError: the report doesn't judge its frames one by one.
    """
    if not frames:
        return report
    measurements = tuple(
        _of_frames(measurement, values, frames) for measurement, values in frame_values(report)
    )
    whole_batch = list(frames) == list(range(report.frames or 0))
    return replace(
        report,
        measurements=measurements,
        frames=len(frames),
        fps=report.fps if whole_batch else None,  # single frames have no frame rate
        worst=_weakest(report, measurements, frames),
        snapshots=report.snapshots if whole_batch else (),  # their numbers are those of the batch
    )


def _of_frames(
    measurement: Measurement, values: Sequence[float | None], frames: Sequence[int]
) -> Measurement:
    """Restrict a measurement to some frames; its value becomes that of the weakest of them."""
    per_frame = tuple(values[frame] for frame in frames)
    restricted = replace(measurement, per_frame=per_frame, details=frozen({}))
    scores = {frame: measurement.score_of(values[frame]) for frame in frames}
    scored = {frame: score for frame, score in scores.items() if score is not None}
    weakest = min(scored, key=lambda frame: scored[frame], default=frames[0])
    value = values[weakest]
    fails = measurement.threshold is not None and measurement.verdict_of(value) is Verdict.FAIL
    if len(scored) < len(scores) and not fails:  # a failing frame decides, even if one is absent
        if measurement.value is None:
            return restricted  # its own reason says why it is absent
        absent = listed_frames(sorted(set(scores) - set(scored)))
        return _with_reason(restricted, None, "gate_frames_absent", {"frames": absent})
    assert value is not None  # else a frame is absent and none fails
    side, limit = limit_of(measurement)
    texts = {
        "value": f"{short_of(measurement, value):g}",
        "unit": measurement.unit,
        "frame": weakest,
        **limit,
    }
    return _with_reason(restricted, value, f"kept_{side}", {**texts, "kept": len(frames)})


def _with_reason(
    measurement: Measurement, value: float | None, code: str, values: Mapping[str, Any]
) -> Measurement:
    reason = sentence(code, values)
    reason_values = frozen(values)
    return replace(
        measurement, value=value, reason_code=code, reason_values=reason_values, reason=reason
    )


def _weakest(
    report: Report, measurements: Sequence[Measurement], frames: Sequence[int]
) -> WorstFrame | None:
    """Return the position of the weakest frame among the kept ones, with its reason."""
    verdicts = judge_frames(report)
    rank = {frame: place for place, frame in enumerate(best_first(verdicts))}
    place = max(range(len(frames)), key=lambda each: rank[frames[each]])
    weakest = verdicts[frames[place]].weakest
    if weakest is None:
        return None
    measurement = next(each for each in measurements if each.name == weakest.name)
    return WorstFrame(place, measurement.reason_code, measurement.reason)
