"""Choice of a running phase's next step from the states of its attempts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .policy import BEST
from .production_states import DECIDED, AttemptState
from .records import AttemptRecord, PhaseRecord

# Codes of reasons that every further attempt would fail with too.
HOPELESS = frozenset({"production_refused", "production_file_missing"})


@dataclass(frozen=True)
class ResolveAttempt:
    """Step: wait for an attempt that was begun, or find out how it ended.

    Attributes:
        attempt: attempt whose end isn't in the database.
    """

    attempt: AttemptRecord


@dataclass(frozen=True)
class MakeAttempt:
    """Step: make an attempt.

    Attributes:
        number: number of the attempt in its phase, from 1.
        repeated: cancelled or lost attempt of this number, whose values are used again, or None.
        failed: last attempt that was decided and did not pass, from which the next values are
            made, or None.
    """

    number: int
    repeated: AttemptRecord | None
    failed: AttemptRecord | None


@dataclass(frozen=True)
class AcceptAttempt:
    """Step: end the phase with an attempt's files as the phase's result.

    Attributes:
        attempt: attempt that is accepted.
        code, values: reason why the attempt is accepted although it did not pass; None if it
            passed.
    """

    attempt: AttemptRecord
    code: str | None = None
    values: dict[str, Any] | None = None


@dataclass(frozen=True)
class FailPhase:
    """Step: end the phase as failed.

    Attributes:
        code, values: code of the reason and the values of its placeholders.
        last: attempt whose own reason is appended to the reason, or None.
    """

    code: str
    values: dict[str, Any]
    last: AttemptRecord | None = None


Step = ResolveAttempt | MakeAttempt | AcceptAttempt | FailPhase


def next_step(phase: PhaseRecord, now: datetime) -> Step:
    """Return the next step of a running phase.

    Args:
        phase: phase as it is in the database.
        now: current time, with time zone.
    """
    if phase.running is not None:
        return ResolveAttempt(phase.running)
    decided = [each for each in phase.attempts if each.state in DECIDED]
    last = max(decided, key=lambda each: each.number, default=None)
    if last is not None and last.state is AttemptState.PASSED:
        return AcceptAttempt(last)
    count = last.number if last else 0
    spent, limit = seconds_spent(phase, now), phase.definition.policy.wall_seconds
    if last is not None and last.reason_code in HOPELESS and _is_since_start(phase, last):
        return FailPhase("production_attempts", {"attempts": count}, last)
    if count >= phase.attempt_limit or spent >= limit:
        return _last_step(phase, decided, spent, limit)
    repeated = [each for each in phase.attempts if each.number == count + 1]
    return MakeAttempt(count + 1, repeated[-1] if repeated else None, last)


def seconds_spent(phase: PhaseRecord, now: datetime) -> float:
    """Return the seconds that a phase's attempts took since it began or was resumed.

    Lost attempts are not counted: their recorded end is the time when they were declared lost.

    Args:
        phase: phase as it is in the database.
        now: current time, with time zone.
    """
    lost = (AttemptState.LOST, AttemptState.SUPERSEDED)
    return sum(
        ((each.finished_at or now) - each.started_at).total_seconds()
        for each in phase.attempts
        if each.state not in lost and _is_since_start(phase, each)
    )


def _is_since_start(phase: PhaseRecord, attempt: AttemptRecord) -> bool:
    """Return True if an attempt was made since the phase began or was resumed."""
    return phase.started_at is None or attempt.started_at >= phase.started_at


def _last_step(phase: PhaseRecord, decided: list[AttemptRecord], spent: float, limit: int) -> Step:
    """Return the step of a phase whose attempts or time are used up."""
    if phase.definition.policy.at_end == BEST:
        candidates = [
            each
            for each in decided
            if each.state is AttemptState.FAILED and each.score is not None and each.artifacts
        ]
        best = max(candidates, key=lambda each: (each.score, -each.number), default=None)
        if best is None:
            return FailPhase("production_no_best", {"attempts": len(decided)})
        values = {"attempts": len(decided), "chosen": best.number}
        return AcceptAttempt(best, "production_best", values)
    if spent >= limit:
        return FailPhase("production_wall_time", {"seconds": round(spent), "limit": limit})
    return FailPhase("production_attempts", {"attempts": len(decided)}, decided[-1])
