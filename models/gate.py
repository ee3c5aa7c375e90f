"""What goes on and what doesn't, by a report."""

from dataclasses import dataclass
from enum import Enum

from .report import Report, Verdict


class OnFail(str, Enum):
    """What a gate does with what doesn't pass."""

    BLOCK = "block"  # the accepted side stays empty, the rejected side gets it, the prompt goes on
    ERROR = "error"  # the prompt fails with the reasons
    PASS_THROUGH = "pass_through"  # it goes on all the same


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
    reasons = _reasons(report, let_through)
    if not passed and on_fail is OnFail.ERROR:
        raise Rejected(reasons)
    return Decision(passed, passed or on_fail is OnFail.PASS_THROUGH, reasons)


def _reasons(report: Report, let_through: bool) -> str:
    subject = report.subject.replace("_", " ")
    score = "" if report.score is None else f", {report.score:.0f} of 100"
    head = f"{subject}: {report.verdict.value.replace('_', ' ')}{score}"
    if let_through:
        head += "; let through because on_not_measured is accept"
    told = [each for each in report.required if each.verdict is not Verdict.PASS]
    return "\n".join([head, *(f"- {each.name}: {each.reason}" for each in told)])
