"""Decisions of a Gate by a report: accepted and rejected frames, with the reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..measure import short_of
from ..measurement import thawed
from ..reasons import sentence
from ..report import Report, Verdict
from ..report_text import outcome_text, subject_text
from ..scoring import score_text
from .frame_verdicts import best_first, frame_values, judge_frames
from .thresholds import limit_of


class Level(str, Enum):
    """Unit that a gate decides about."""

    BATCH = "batch"  # all frames together
    FRAME = "frame"  # each frame by its own values


class OnFail(str, Enum):
    """Policy of a gate for a batch or a frame that doesn't pass."""

    BLOCK = "block"  # it goes to the rejected side, and the prompt continues
    ERROR = "error"  # the prompt fails with the reasons
    PASS_THROUGH = "pass_through"  # it goes to the accepted side all the same
    BEST = "best"  # if nothing passes, the best goes to the accepted side


class OnNotMeasured(str, Enum):
    """Policy of a gate for a report in which a required measurement is absent."""

    REJECT = "reject"
    ACCEPT = "accept"


class Rejected(ValueError):
    """Error of a gate that fails the prompt because the report doesn't pass."""


@dataclass(frozen=True)
class Reason:
    """One reason of a gate's decision.

    Attributes:
        reason_code: code of the sentence, the same in all languages.
        reason_values: values of the sentence's placeholders.
        reason: the sentence in English.
        name: name of the measurement; empty if a setting of the gate is the reason.
    """

    reason_code: str
    reason_values: Mapping[str, Any]
    reason: str
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the reason as JSON values."""
        return {
            "name": self.name,
            "reason_code": self.reason_code,
            "reason_values": thawed(self.reason_values),
            "reason": self.reason,
        }

    @property
    def line(self) -> str:
        """Line of the decision's text, in English."""
        return f"- {self.name}: {self.reason}" if self.name else f"- {self.reason}"


@dataclass(frozen=True)
class Decision:
    """Decision of a gate about a batch.

    Attributes:
        passed: True if the report passes, or if it is not measured and the gate accepts that.
        is_accepted: True if the batch goes to the accepted side.
        head: the verdict in one English line.
        reasons: effects of the gate's settings, then the required measurements that don't pass.
    """

    passed: bool
    is_accepted: bool
    head: str
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """Verdict and reasons in English, a line for each."""
        return _in_english(self.head, self.reasons)


def decide(report: Report, on_fail: OnFail, on_not_measured: OnNotMeasured) -> Decision:
    """Decide about a whole batch by its report.

    A report that is not measured passes only if `on_not_measured` is ACCEPT, and then a reason
    says so.

    Args:
        report: report on the batch.
        on_fail: policy for a report that doesn't pass.
        on_not_measured: policy for a report that is not measured.

    Returns:
        The decision.

    Raises:
        Rejected: the report doesn't pass and `on_fail` is ERROR; the message holds the reasons.

    Examples:
        Reject a clip whose seam jumps, because its last three frames are missing.

        >>> from anime_production.models.loop.seam import score_loop
        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> report = score_loop(draw_clip(16, 96, 96, 16, 0, seed=1)[:-3], fps=12)
        >>> decision = decide(report, OnFail.BLOCK, OnNotMeasured.REJECT)
        >>> decision.is_accepted, [reason.name for reason in decision.reasons]
        (False, ['seam_position'])
    """
    verdict = report.verdict
    let_through = verdict is Verdict.NOT_MEASURED and on_not_measured is OnNotMeasured.ACCEPT
    passed = verdict is Verdict.PASS or let_through
    head = f"{subject_text(report)}: {outcome_text(report)}"
    reasons = []
    if let_through:
        reasons.append(make_reason("gate_let_through"))
    elif not passed and on_fail is OnFail.BEST:
        reasons.append(make_reason("gate_batch_goes_on"))
    reasons += [
        Reason(each.reason_code, each.reason_values, each.reason, each.name)
        for each in report.required
        if each.verdict is not Verdict.PASS
    ]
    if not report.required:
        reasons.append(make_reason("gate_nothing_counts"))
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(_in_english(head, reasons))
    is_accepted = passed or on_fail in (OnFail.PASS_THROUGH, OnFail.BEST)
    return Decision(passed, is_accepted, head, tuple(reasons))


@dataclass(frozen=True)
class FrameDecision:
    """Decision of a gate about each frame.

    Attributes:
        passed: True if every frame passes, or is not measured and the gate accepts that.
        accepted: indices of the frames that go to the accepted side, ascending.
        rejected: indices of all other frames, ascending.
        head: the number of frames that pass, in one English line.
        reasons: effects of the gate's settings, and the required measurements by which some
            frames don't pass.
    """

    passed: bool
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    head: str
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """Number of passing frames and reasons in English, a line for each."""
        return _in_english(self.head, self.reasons)


def decide_frames(report: Report, on_fail: OnFail, on_not_measured: OnNotMeasured) -> FrameDecision:
    """Decide about each frame by its own values.

    With `on_fail` BEST at least one frame is accepted: if none passes, the one with the highest
    score, of equal ones the first. A frame without a score is accepted only if none has a score.

    Args:
        report: report with a value for every frame of each required measurement.
        on_fail: policy for the frames that don't pass.
        on_not_measured: policy for the frames that are not measured.

    Returns:
        The decision.

    Raises:
        InputError: the report doesn't judge its frames one by one.
        Rejected: a frame doesn't pass and `on_fail` is ERROR; the message holds the reasons.
    """
    frames = judge_frames(report)
    all_frames = range(len(frames))
    passing_verdicts = {Verdict.PASS}
    if on_not_measured is OnNotMeasured.ACCEPT:
        passing_verdicts.add(Verdict.NOT_MEASURED)
    passing = [number for number in all_frames if frames[number].verdict in passing_verdicts]
    let_through = [number for number in passing if frames[number].verdict is not Verdict.PASS]
    head = f"{subject_text(report)}: {len(passing)} of {len(frames)} frames pass"
    accepted: Sequence[int] = passing
    reasons = []
    if len(passing) < len(frames) and on_fail is OnFail.PASS_THROUGH:
        accepted = all_frames
        reasons.append(make_reason("gate_all_go_on"))
    elif frames and not passing and on_fail is OnFail.BEST:
        best = best_first(frames)[0]
        accepted = [best]
        score = frames[best].score
        if score is None:
            reasons.append(make_reason("gate_unscored_goes_on", frame=best))
        else:
            reasons.append(make_reason("gate_best_goes_on", frame=best, score=score_text(score)))
    reasons += _frame_reasons(report)
    if let_through:
        reasons.append(make_reason("gate_let_through_frames", frames=listed_frames(let_through)))
    passed = len(passing) == len(frames)
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(_in_english(head, reasons))
    rejected = tuple(sorted(set(all_frames).difference(accepted)))
    return FrameDecision(passed, tuple(accepted), rejected, head, tuple(reasons))


def make_reason(code: str, name: str = "", **values: Any) -> Reason:
    """Return a reason by its code, with the English sentence.

    Args:
        code: code of the sentence.
        name: name of the measurement that the reason is about; may be empty.
        values: values of the sentence's placeholders.
    """
    return Reason(code, values, sentence(code, values), name)


def _in_english(head: str, reasons: Sequence[Reason]) -> str:
    return "\n".join([head, *(each.line for each in reasons)])


def _frame_reasons(report: Report) -> list[Reason]:
    """Return the reasons why frames don't pass, for each required measurement in turn."""
    reasons = []
    for measurement, values in frame_values(report):
        name = measurement.name
        failed = {
            number: value
            for number, value in enumerate(values)
            if value is not None and measurement.verdict_of(value) is Verdict.FAIL
        }
        absent = [number for number, value in enumerate(values) if value is None]
        if failed:
            worst = min(failed, key=lambda number: measurement.score_of(failed[number]) or 0.0)
            side, limit = limit_of(measurement)
            texts = {
                "frames": listed_frames(list(failed)),
                "frame": worst,
                "unit": measurement.unit,
            }
            value = f"{short_of(measurement, failed[worst]):g}"
            reasons.append(make_reason(f"gate_frames_{side}", name, value=value, **limit, **texts))
        if absent and measurement.value is None:
            code, facts = measurement.reason_code, measurement.reason_values
            reasons.append(Reason(code, facts, measurement.reason, name))
        if absent:
            reasons.append(make_reason("gate_frames_absent", name, frames=listed_frames(absent)))
    return reasons or ([] if report.required else [make_reason("gate_nothing_counts")])


def listed_frames(numbers: Sequence[int]) -> str:
    """Write numbers of frames as text, with consecutive ones as a range: `0, 3–7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
