"""Decisions of a Gate by a report: what goes on, and why the rest doesn't."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ..measure import short_of
from ..measurement import thawed
from ..reasons import sentence
from ..report import Report, Verdict
from .frame_verdicts import frame_values, judge_frames
from .ranking import best_first
from .thresholds import limit_of


class Level(str, Enum):
    """Unit that a gate decides about."""

    BATCH = "batch"  # all frames together
    FRAME = "frame"  # each for itself


class OnFail(str, Enum):
    """Policy of a gate for what doesn't pass."""

    BLOCK = "block"  # the accepted side stays empty, the rejected side gets it, the prompt goes on
    ERROR = "error"  # the prompt fails with the reasons
    PASS_THROUGH = "pass_through"  # it goes on all the same
    BEST = "best"  # where nothing passes, the least bad goes on


class OnNotMeasured(str, Enum):
    """Policy of a gate for a report in which something required is not measured."""

    REJECT = "reject"
    ACCEPT = "accept"


class Rejected(ValueError):
    """A gate was told to fail the prompt, and the report doesn't pass."""


@dataclass(frozen=True)
class Reason:
    """One reason of a gate's decision.

    Attributes:
        reason_code, reason_values, reason: as a measurement has them.
        name: of the measurement; empty where it is about the gate's own settings.
    """

    reason_code: str
    reason_values: Mapping[str, Any]
    reason: str
    name: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "name": self.name,
            "reason_code": self.reason_code,
            "reason_values": thawed(self.reason_values),
            "reason": self.reason,
        }

    @property
    def line(self) -> str:
        """In English, after the verdict."""
        return f"- {self.name}: {self.reason}" if self.name else f"- {self.reason}"


@dataclass(frozen=True)
class Decision:
    """Decision of a gate about a batch.

    Attributes:
        passed: whether the report passes, or was let pass as not measured.
        goes_on: whether what was gated goes to the accepted side.
        head: the verdict, in English.
        reasons: what a setting of the gate brought about, and everything required that doesn't
            pass.
    """

    passed: bool
    goes_on: bool
    head: str
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """All of it in English."""
        return _in_english(self.head, self.reasons)


def decide(report: Report, on_fail: OnFail, on_not_measured: OnNotMeasured) -> Decision:
    """Decide about a whole batch by its report.

    What is not measured never passes unless `on_not_measured` says so, and then the reasons say
    that nothing was measured.

    Args:
        report: of the batch.
        on_fail: what happens where it doesn't pass.
        on_not_measured: whether a report that isn't measured is taken as a pass.

    Returns:
        The decision.

    Raises:
        Rejected: it doesn't pass and `on_fail` is ERROR; the message holds the reasons.
    """
    verdict = report.verdict
    let_through = verdict is Verdict.NOT_MEASURED and on_not_measured is OnNotMeasured.ACCEPT
    passed = verdict is Verdict.PASS or let_through
    score = "" if report.score is None else f", {report.score:.0f} of 100"
    head = f"{_subject(report)}: {verdict.value.replace('_', ' ')}{score}"
    reasons = []
    if let_through:
        reasons.append(_reason("gate_let_through"))
    elif not passed and on_fail is OnFail.BEST:
        reasons.append(_reason("gate_batch_goes_on"))
    reasons += [
        Reason(each.reason_code, each.reason_values, each.reason, each.name)
        for each in report.required
        if each.verdict is not Verdict.PASS
    ]
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(_in_english(head, reasons))
    goes_on = passed or on_fail in (OnFail.PASS_THROUGH, OnFail.BEST)
    return Decision(passed, goes_on, head, tuple(reasons))


@dataclass(frozen=True)
class FrameDecision:
    """Decision of a gate about each frame.

    Attributes:
        passed: whether every frame passes, or was let pass as not measured.
        accepted: indices of the frames that go to the accepted side, in their order.
        rejected: of all others.
        head: how many pass, in English.
        reasons: what a setting of the gate brought about, and everything required that some don't
            pass by.
    """

    passed: bool
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    head: str
    reasons: tuple[Reason, ...]

    @property
    def text(self) -> str:
        """All of it in English."""
        return _in_english(self.head, self.reasons)


def decide_frames(report: Report, on_fail: OnFail, on_not_measured: OnNotMeasured) -> FrameDecision:
    """Decide about each frame by its own values.

    With `on_fail` BEST at least one frame goes on: where none passes that with the highest score,
    of equal ones the first. One that isn't measured does so only where no other is.

    Args:
        report: with a value for every frame of each required measurement.
        on_fail: what happens to the frames that don't pass.
        on_not_measured: whether a frame that isn't measured is taken as a pass.

    Raises:
        InputError: the report doesn't judge its frames one by one.
        Rejected: a frame doesn't pass and `on_fail` is ERROR; the message holds the reasons.
    """
    frames = judge_frames(report)
    every = range(len(frames))
    enough = {Verdict.PASS}
    if on_not_measured is OnNotMeasured.ACCEPT:
        enough.add(Verdict.NOT_MEASURED)
    passing = [number for number in every if frames[number].verdict in enough]
    let_through = [number for number in passing if frames[number].verdict is not Verdict.PASS]
    head = f"{_subject(report)}: {len(passing)} of {len(frames)} frames pass"
    accepted: Sequence[int] = passing
    reasons = []
    if len(passing) < len(frames) and on_fail is OnFail.PASS_THROUGH:
        accepted = every
        reasons.append(_reason("gate_all_go_on"))
    elif frames and not passing and on_fail is OnFail.BEST:
        best = best_first(frames)[0]
        accepted = [best]
        score = frames[best].score
        if score is None:
            reasons.append(_reason("gate_unscored_goes_on", frame=best))
        else:
            reasons.append(_reason("gate_best_goes_on", frame=best, score=f"{score:.0f}"))
    reasons += _frame_reasons(report)
    if let_through:
        reasons.append(_reason("gate_let_through_frames", frames=listed_frames(let_through)))
    passed = len(passing) == len(frames)
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(_in_english(head, reasons))
    rejected = tuple(sorted(set(every).difference(accepted)))
    return FrameDecision(passed, tuple(accepted), rejected, head, tuple(reasons))


def _subject(report: Report) -> str:
    return report.subject.replace("_", " ")


def _reason(code: str, name: str = "", **values: Any) -> Reason:
    return Reason(code, values, sentence(code, values), name)


def _in_english(head: str, reasons: Sequence[Reason]) -> str:
    return "\n".join([head, *(each.line for each in reasons)])


def _frame_reasons(report: Report) -> list[Reason]:
    """A reason for each required measurement that some frames don't pass by."""
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
            reasons.append(_reason(f"gate_frames_{side}", name, value=value, **limit, **texts))
        if absent and measurement.value is None:
            code, why = measurement.reason_code, measurement.reason_values
            reasons.append(Reason(code, why, measurement.reason, name))
        if absent:
            reasons.append(_reason("gate_frames_absent", name, frames=listed_frames(absent)))
    return reasons or ([] if report.required else [_reason("gate_nothing_counts")])


def listed_frames(numbers: Sequence[int]) -> str:
    """Write numbers of frames, those in a row together: `0, 3–7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("–".join(map(str, run)) for run in runs)
