"""Retries until a report passes: the seed of each attempt, the best attempt, the report on all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ..measure import Measure
from ..measurement import Better, Measurement
from ..report import MERGED, RETRY, Report, Verdict
from ..report_text import outcome_text

MOST_PICTURED = 8  # attempts whose small pictures the job keeps, each at most 200 kB
MOST_ATTEMPTS = 32  # so that a retry comes to an end although nobody watches it
SEEDS = 2**64  # seeds of ComfyUI's samplers are below this
ATTEMPTS = "attempts"  # name of the measurement that carries every attempt's seed and report
ATTEMPTS_UNIT = "attempts"
UNTRIED = Report(subject=MERGED, measurements=(), frames=None)  # report before the first attempt


class OnExhausted(str, Enum):
    """Policy of a retry if no attempt passes."""

    BEST = "best"  # the best of all attempts goes on
    PASS_THROUGH = "pass_through"  # the last attempt goes on
    BLOCK = "block"  # nothing goes on: nodes behind the slots don't run, the prompt continues
    ERROR = "error"  # the prompt fails with the reasons


class Exhausted(ValueError):
    """Error of a retry that fails the prompt because no attempt passes."""


@dataclass(frozen=True)
class Attempt:
    """One attempt of a retry: the seed that it ran with, and its report."""

    seed: int
    report: Report

    @property
    def passed(self) -> bool:
        """True if the attempt passes; one that could not be measured does not."""
        return self.report.verdict is Verdict.PASS


@dataclass(frozen=True)
class Trial:
    """Attempts of a retry so far.

    Attributes:
        limit: largest number of attempts, 1–`MOST_ATTEMPTS`.
        on_exhausted: policy if no attempt passes.
        attempts: attempts in their order.
    """

    limit: int
    on_exhausted: OnExhausted
    attempts: tuple[Attempt, ...] = ()

    def after(self, attempt: Attempt) -> "Trial":
        """Return this trial with one more attempt."""
        return replace(self, attempts=(*self.attempts, attempt))

    @property
    def passed(self) -> bool:
        """True if the last attempt passes, which ends the trial."""
        return bool(self.attempts) and self.attempts[-1].passed

    @property
    def ended(self) -> bool:
        """True if no further attempt follows."""
        return self.passed or len(self.attempts) >= self.limit

    @property
    def best(self) -> int:
        """Number of the best attempt, from 1; the earliest of equally good ones."""
        goodness = [_goodness(attempt.report) for attempt in self.attempts]
        return goodness.index(max(goodness)) + 1

    @property
    def chosen(self) -> int:
        """Number of the attempt, from 1, whose report, seed and values go on."""
        if self.passed or self.on_exhausted is OnExhausted.PASS_THROUGH:
            return len(self.attempts)
        return self.best

    @property
    def report(self) -> Report:
        """Report of the chosen attempt, with a measurement that carries all attempts.

        It names the small pictures of the other attempts too, so that the job keeps them.
        """
        report = self.attempts[self.chosen - 1].report
        chosen_first = [report, *(each.report for each in self._pictured)]
        snapshots = (snapshot for each in chosen_first for snapshot in each.snapshots)
        return replace(
            report,
            measurements=(*report.measurements, self._measurement(report)),
            snapshots=tuple({each.id: each for each in snapshots}.values()),
        )

    @property
    def _pictured(self) -> tuple[Attempt, ...]:
        """Attempts whose small pictures are kept: the chosen one and the latest others."""
        latest = [each for number, each in enumerate(self.attempts, 1) if number != self.chosen]
        return (self.attempts[self.chosen - 1], *latest[-(MOST_PICTURED - 1) :])

    @property
    def reasons(self) -> str:
        """Reasons of all attempts in English: for each a line with its seed, then its reasons."""
        lines = []
        for number, attempt in enumerate(self.attempts, start=1):
            lines += [f"Attempt {number}, seed {attempt.seed}: {outcome_text(attempt.report)}"]
            lines += [f"- {line}" for line in reason_of(attempt.report).splitlines()]
        return "\n".join(lines)

    def _measurement(self, report: Report) -> Measurement:
        used_names = {measurement.name for measurement in report.measurements}
        name, number = ATTEMPTS, 1
        while name in used_names:  # a retry within a retry has one such measurement already
            number += 1
            name = f"{ATTEMPTS}_{number}"
        measure = Measure(name, ATTEMPTS_UNIT, Better.LOWER, 0, MOST_ATTEMPTS, backend=RETRY)
        code = "retry_passed" if self.passed else "retry_exhausted" if self.ended else "retry_runs"
        values = {
            "attempts": len(self.attempts),
            "limit": self.limit,
            "chosen": self.chosen,
            "seed": self.attempts[self.chosen - 1].seed,
        }
        return measure.measured(len(self.attempts), code, values, details=self._details())

    def _details(self) -> Mapping[str, Any]:
        pictured = {id(each) for each in self._pictured}
        attempts = [
            {
                "attempt": number,
                "seed": attempt.seed,
                "report": attempt.report.to_dict(),
                "snapshots": [
                    str(each.id) for each in attempt.report.snapshots if id(attempt) in pictured
                ],
            }
            for number, attempt in enumerate(self.attempts, start=1)
        ]
        return {"chosen": self.chosen, "attempts": attempts}


def seed_of(seed: int, attempt: int) -> int:
    """Return the seed of an attempt: one more each time, and 0 after the largest.

    Args:
        seed: seed of attempt 1.
        attempt: number of the attempt, from 1.

    Examples:
        >>> [seed_of(7, attempt) for attempt in (1, 2, 3)]
        [7, 8, 9]
    """
    return (seed + attempt - 1) % SEEDS


def sets_of_other_attempts(report: Mapping[str, Any]) -> set[str]:
    """Return the ids of the sets of small pictures of attempts that were not chosen.

    Args:
        report: JSON values of a report; one without a retry has no such sets.
    """
    own: set[str] = set()
    rejected: set[str] = set()
    for measurement in report["measurements"]:
        details = measurement["details"] if measurement["backend"] == RETRY else {}
        for attempt in details.get("attempts", ()):
            is_chosen = attempt["attempt"] == details.get("chosen")
            (own if is_chosen else rejected).update(attempt.get("snapshots", ()))
    return rejected - own


def reason_of(report: Report) -> str:
    """Return the reasons why a report doesn't pass, for a workflow that reacts to them.

    Returns:
        A line for every required measurement that doesn't pass: the code of its reason, which
        stays the same in all languages and versions, then the sentence. Empty if the report passes.
    """
    return "\n".join(f"{each.reason_code}: {each.reason}" for each in report.not_passing)


def _goodness(report: Report) -> tuple[bool, float, float]:
    """Return a sort key, larger is better: passes, score, share of measurements that pass.

    A report without a score comes after all that have one, as its quality is unknown.
    """
    passing = [each.verdict is Verdict.PASS for each in report.required]
    share = sum(passing) / len(passing) if passing else 0.0
    score = -1.0 if report.score is None else report.score
    return report.verdict is Verdict.PASS, score, share
