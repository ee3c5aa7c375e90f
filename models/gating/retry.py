"""Trying again until a report passes: which attempt runs, which is best, what is said of all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..measure import Measure
from ..measurement import Better, Measurement
from ..report import MERGED, Report, Verdict

MOST_ATTEMPTS = 32  # an unattended machine must come to an end
SEEDS = 2**64  # ComfyUI's samplers take seeds below this
ATTEMPTS = "attempts"  # the measurement that carries every attempt's seed and report
ATTEMPTS_UNIT = "attempts"
UNTRIED = Report(subject=MERGED, measurements=(), frames=None)  # before the first: nothing measured


class OnExhausted(str, Enum):
    """What goes on where no attempt passes."""

    BEST = "best"  # the best of all attempts
    PASS_THROUGH = "pass_through"  # the last attempt
    BLOCK = "block"  # nothing: what hangs on the slots doesn't run, the prompt goes on
    ERROR = "error"  # the prompt fails with the reasons


class Exhausted(ValueError):
    """No attempt passes, and the prompt is to fail then."""


@dataclass(frozen=True)
class Attempt:
    """One run of what is tried again: the seed that it ran with, and its report."""

    seed: int
    report: Report

    @property
    def passed(self) -> bool:
        """Whether it passes; what could not be measured does not."""
        return self.report.verdict is Verdict.PASS


@dataclass(frozen=True)
class Trial:
    """The attempts so far, and how many there may be.

    Attributes:
        limit: most attempts, 1–`MOST_ATTEMPTS`.
        on_exhausted: what goes on where none passes.
        attempts: in their order.
    """

    limit: int
    on_exhausted: OnExhausted
    attempts: tuple[Attempt, ...] = ()

    def after(self, attempt: Attempt) -> "Trial":
        """This trial with one more attempt."""
        return replace(self, attempts=(*self.attempts, attempt))

    @property
    def passed(self) -> bool:
        """Whether the last attempt passes, which ends the trial."""
        return bool(self.attempts) and self.attempts[-1].passed

    @property
    def ended(self) -> bool:
        """Whether there is no further attempt."""
        return self.passed or len(self.attempts) >= self.limit

    @property
    def best(self) -> int:
        """Number of the best attempt, from 1; the earliest of equally good ones."""
        goodness = [_goodness(attempt.report) for attempt in self.attempts]
        return goodness.index(max(goodness)) + 1

    @property
    def chosen(self) -> int:
        """Number of the attempt whose report, seed and values go on."""
        if self.passed or self.on_exhausted is OnExhausted.PASS_THROUGH:
            return len(self.attempts)
        return self.best

    @property
    def report(self) -> Report:
        """The chosen attempt's report, with a measurement that carries all attempts."""
        report = self.attempts[self.chosen - 1].report
        return replace(report, measurements=(*report.measurements, self._measurement(report)))

    @property
    def reasons(self) -> str:
        """What every attempt failed by: a line with its seed, then its reasons."""
        lines = []
        for number, attempt in enumerate(self.attempts, start=1):
            score = "" if attempt.report.score is None else f", {attempt.report.score:.0f} of 100"
            verdict = attempt.report.verdict.value.replace("_", " ")
            lines += [f"Attempt {number}, seed {attempt.seed}: {verdict}{score}"]
            lines += [f"- {line}" for line in reason_of(attempt.report).splitlines()]
        return "\n".join(lines)

    def _measurement(self, report: Report) -> Measurement:
        taken = {measurement.name for measurement in report.measurements}
        name, number = ATTEMPTS, 1
        while name in taken:  # one trial within another
            number += 1
            name = f"{ATTEMPTS}_{number}"
        measure = Measure(name, ATTEMPTS_UNIT, Better.LOWER, 0, MOST_ATTEMPTS, backend="retry")
        code = "retry_passed" if self.passed else "retry_exhausted" if self.ended else "retry_runs"
        values = {
            "attempts": len(self.attempts),
            "limit": self.limit,
            "chosen": self.chosen,
            "seed": self.attempts[self.chosen - 1].seed,
        }
        return measure.measured(len(self.attempts), code, values, details=self._details())

    def _details(self) -> Mapping[str, Any]:
        told = [
            {"attempt": number, "seed": attempt.seed, "report": attempt.report.to_dict()}
            for number, attempt in enumerate(self.attempts, start=1)
        ]
        return {"chosen": self.chosen, "attempts": told}


def seed_of(seed: int, attempt: int) -> int:
    """The seed that an attempt runs with: one more each time, from 0 again after the largest.

    Args:
        seed: of attempt 1.
        attempt: its number, from 1.
    """
    return (seed + attempt - 1) % SEEDS


def reason_of(report: Report) -> str:
    """Why a report doesn't pass, for a workflow that answers it.

    Returns:
        A line for everything required that doesn't pass: its reason's code, which stays the same
        in all languages and versions, then the sentence. Empty where it passes.
    """
    return "\n".join(f"{each.reason_code}: {each.reason}" for each in report.not_passing)


def _goodness(report: Report) -> tuple[bool, float, float]:
    """Larger is better: a pass, then the score, then how much of what is required passes.

    A report without a score comes after all that have one: of what is not measured nobody can say
    how good it is.
    """
    passing = [each.verdict is Verdict.PASS for each in report.required]
    share = sum(passing) / len(passing) if passing else 0.0
    score = -1.0 if report.score is None else report.score
    return report.verdict is Verdict.PASS, score, share
