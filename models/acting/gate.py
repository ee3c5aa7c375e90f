"""What goes on and what doesn't, by a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ..report import Report, Verdict
from .frame_verdicts import frame_values, judge_frames
from .ranking import best_first
from .thresholds import limit_of


class Level(str, Enum):
    """What a gate decides about."""

    BATCH = "batch"  # all frames together
    FRAME = "frame"  # each for itself


class OnFail(str, Enum):
    """What a gate does with what doesn't pass."""

    BLOCK = "block"  # the accepted side stays empty, the rejected side gets it, the prompt goes on
    ERROR = "error"  # the prompt fails with the reasons
    PASS_THROUGH = "pass_through"  # it goes on all the same
    BEST = "best"  # where nothing passes, the least bad goes on


class OnNotMeasured(str, Enum):
    """How a gate takes a report in which something required is not measured."""

    REJECT = "reject"
    ACCEPT = "accept"


class Rejected(ValueError):
    """A gate was told to fail the prompt, and the report doesn't pass."""


@dataclass(frozen=True)
class Decision:
    """What a gate decided.

    Attributes:
        passed: whether the report passes, or was let pass as not measured.
        goes_on: whether what was gated goes to the accepted side.
        reasons: the verdict, then a line for everything required that doesn't pass.
    """

    passed: bool
    goes_on: bool
    reasons: str


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
    if let_through:
        head += "; let through because on_not_measured is accept"
    elif not passed and on_fail is OnFail.BEST:
        head += "; all goes on because on_fail is best and the whole batch is one"
    told = [each for each in report.required if each.verdict is not Verdict.PASS]
    reasons = "\n".join([head, *(f"- {each.name}: {each.reason}" for each in told)])
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(reasons)
    goes_on = passed or on_fail in (OnFail.PASS_THROUGH, OnFail.BEST)
    return Decision(passed, goes_on, reasons)


@dataclass(frozen=True)
class FrameDecision:
    """What a gate decided about each frame.

    Attributes:
        passed: whether every frame passes, or was let pass as not measured.
        accepted: indices of the frames that go to the accepted side, in their order.
        rejected: of all others.
        reasons: how many pass, then a line for everything required that some don't pass by.
    """

    passed: bool
    accepted: tuple[int, ...]
    rejected: tuple[int, ...]
    reasons: str


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
    if len(passing) < len(frames) and on_fail is OnFail.PASS_THROUGH:
        accepted = every
        head += "; all go on because on_fail is pass_through"
    elif frames and not passing and on_fail is OnFail.BEST:
        best = best_first(frames)[0]
        accepted = [best]
        score = frames[best].score
        measured = "none has a score" if score is None else f"it has {score:.0f} of 100"
        head += f"; frame {best} goes on because on_fail is best ({measured})"
    told = [head, *_frame_reasons(report)]
    if let_through:
        told.append(f"- let through because on_not_measured is accept: {_listed(let_through)}")
    reasons = "\n".join(told)
    passed = len(passing) == len(frames)
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(reasons)
    rejected = tuple(sorted(set(every).difference(accepted)))
    return FrameDecision(passed, tuple(accepted), rejected, reasons)


def _subject(report: Report) -> str:
    return report.subject.replace("_", " ")


def _frame_reasons(report: Report) -> list[str]:
    """A line for each required measurement that some frames don't pass by."""
    lines = []
    for measurement, values in frame_values(report):
        failed = {
            number: value
            for number, value in enumerate(values)
            if value is not None and measurement.verdict_of(value) is Verdict.FAIL
        }
        absent = [number for number, value in enumerate(values) if value is None]
        if failed:
            worst = min(failed, key=lambda number: measurement.score_of(failed[number]) or 0.0)
            lines.append(
                f"- {measurement.name}: {limit_of(measurement)} {measurement.unit} is needed; not "
                f"so in {_listed(list(failed))} (worst: {failed[worst]:.4g} in frame {worst})"
            )
        if absent and measurement.value is None:
            lines.append(f"- {measurement.name}: {measurement.reason}")
        if absent:
            lines.append(f"- {measurement.name}: not measured in {_listed(absent)}")
    return lines or ([] if report.required else ["- Nothing in the report counts for its verdict."])


def _listed(numbers: Sequence[int]) -> str:
    """Frames in words, those in a row together: `frames 0, 3–7`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    told = ", ".join("–".join(map(str, run)) for run in runs)
    return f"frame{'s' if len(numbers) > 1 else ''} {told}"
