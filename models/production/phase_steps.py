"""What a phase does next, by what its attempts came to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .policy import BEST
from .production_states import DECIDED, AttemptState
from .records import AttemptRecord, PhaseRecord

# Found again however often it is run.
HOPELESS = frozenset({"production_refused", "production_file_missing"})


@dataclass(frozen=True)
class Settle:
    """An attempt was begun and nothing is known of its end."""

    attempt: AttemptRecord


@dataclass(frozen=True)
class Try:
    """An attempt is to be made.

    Attributes:
        number: its number.
        again: one of this number that was cancelled or lost, whose values it takes.
        after: the one before, which did not pass.
    """

    number: int
    again: AttemptRecord | None
    after: AttemptRecord | None


@dataclass(frozen=True)
class Accept:
    """An attempt's files are what the phase gives.

    Attributes:
        attempt: that one.
        code, values: why it is taken although it did not pass; None where it did.
    """

    attempt: AttemptRecord
    code: str | None = None
    values: dict[str, Any] | None = None


@dataclass(frozen=True)
class GiveUp:
    """No attempt will pass.

    Attributes:
        code, values: why.
        last: the attempt that the reason ends with; None where it doesn't.
    """

    code: str
    values: dict[str, Any]
    last: AttemptRecord | None = None


Step = Settle | Try | Accept | GiveUp


def next_step(phase: PhaseRecord, now: datetime) -> Step:
    """What a phase that runs does next.

    Args:
        phase: as the database knows it.
        now: with time zone.
    """
    if phase.running is not None:
        return Settle(phase.running)
    decided = [each for each in phase.attempts if each.state in DECIDED]
    last = max(decided, key=lambda each: each.number, default=None)
    if last is not None and last.state is AttemptState.PASSED:
        return Accept(last)
    made = last.number if last else 0
    spent, limit = seconds_spent(phase, now), phase.definition.policy.wall_seconds
    if last is not None and last.reason_code in HOPELESS and _is_of_now(phase, last):
        return GiveUp("production_attempts", {"attempts": made}, last)
    if made >= phase.attempt_limit or spent >= limit:
        return _end(phase, decided, spent, limit)
    same = [each for each in phase.attempts if each.number == made + 1]
    return Try(made + 1, same[-1] if same else None, last)


def seconds_spent(phase: PhaseRecord, now: datetime) -> float:
    """How long its attempts took since it began or was resumed, without those that were lost."""
    lost = (AttemptState.LOST, AttemptState.SUPERSEDED)
    return sum(
        ((each.finished_at or now) - each.started_at).total_seconds()
        for each in phase.attempts
        if each.state not in lost and _is_of_now(phase, each)
    )


def _is_of_now(phase: PhaseRecord, attempt: AttemptRecord) -> bool:
    """Whether an attempt was made since the phase began or was resumed."""
    return phase.started_at is None or attempt.started_at >= phase.started_at


def _end(phase: PhaseRecord, decided: list[AttemptRecord], spent: float, limit: int) -> Step:
    if phase.definition.policy.at_end == BEST:
        fit = [
            each
            for each in decided
            if each.state is AttemptState.FAILED and each.score is not None and each.artifacts
        ]
        best = max(fit, key=lambda each: (each.score, -each.number), default=None)
        if best is None:
            return GiveUp("production_no_best", {"attempts": len(decided)})
        said = {"attempts": len(decided), "chosen": best.number}
        return Accept(best, "production_best", said)
    if spent >= limit:
        return GiveUp("production_wall_time", {"seconds": round(spent), "limit": limit})
    return GiveUp("production_attempts", {"attempts": len(decided)}, decided[-1])
