"""What a production, a phase and an attempt may become: everything else is refused."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar


class IllegalTransition(ValueError):
    """What was asked can't be done in the state that there is; the message says so in words."""


class ProductionState(Enum):
    """Where a production stands."""

    QUEUED = "queued"  # nothing of it has begun, or it waits to be taken up again
    RUNNING = "running"
    WAITING = "waiting"  # for a person's approval, or for room on a disk
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PhaseState(Enum):
    """Where a phase of a production stands."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # for a person's approval
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptState(Enum):
    """What became of one run of a phase's workflow."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    REJECTED = "rejected"  # it passed, and a person said no
    CANCELLED = "cancelled"
    LOST = "lost"  # its machine is gone; it is run again under the same number
    SUPERSEDED = "superseded"  # it was taken for lost, and ended all the same


State = TypeVar("State", ProductionState, PhaseState, AttemptState)

_PRODUCTION, _PHASE, _ATTEMPT = ProductionState, PhaseState, AttemptState
# By kind: members of different ones compare equal where their words do.
LEGAL: Mapping[type, Mapping[Any, frozenset[Any]]] = {
    ProductionState: {
        _PRODUCTION.QUEUED: frozenset(
            {_PRODUCTION.RUNNING, _PRODUCTION.WAITING, _PRODUCTION.FAILED, _PRODUCTION.CANCELLED}
        ),
        _PRODUCTION.RUNNING: frozenset(
            {_PRODUCTION.WAITING, _PRODUCTION.COMPLETED, _PRODUCTION.FAILED, _PRODUCTION.CANCELLED}
        ),
        _PRODUCTION.WAITING: frozenset(
            {_PRODUCTION.RUNNING, _PRODUCTION.COMPLETED, _PRODUCTION.FAILED, _PRODUCTION.CANCELLED}
        ),
        _PRODUCTION.COMPLETED: frozenset(),
        _PRODUCTION.FAILED: frozenset({_PRODUCTION.QUEUED}),
        _PRODUCTION.CANCELLED: frozenset({_PRODUCTION.QUEUED}),
    },
    PhaseState: {
        _PHASE.QUEUED: frozenset({_PHASE.RUNNING, _PHASE.FAILED, _PHASE.CANCELLED}),
        _PHASE.RUNNING: frozenset(
            {_PHASE.QUEUED, _PHASE.WAITING, _PHASE.PASSED, _PHASE.FAILED, _PHASE.CANCELLED}
        ),
        _PHASE.WAITING: frozenset({_PHASE.QUEUED, _PHASE.PASSED, _PHASE.FAILED, _PHASE.CANCELLED}),
        _PHASE.PASSED: frozenset(),
        _PHASE.FAILED: frozenset({_PHASE.QUEUED}),
        _PHASE.CANCELLED: frozenset({_PHASE.QUEUED}),
    },
    AttemptState: {
        _ATTEMPT.RUNNING: frozenset(
            {_ATTEMPT.PASSED, _ATTEMPT.FAILED, _ATTEMPT.CANCELLED, _ATTEMPT.LOST}
        ),
        _ATTEMPT.PASSED: frozenset({_ATTEMPT.REJECTED}),
        # One that was shown to a person because it is the best that there is.
        _ATTEMPT.FAILED: frozenset({_ATTEMPT.REJECTED}),
        _ATTEMPT.REJECTED: frozenset(),
        _ATTEMPT.CANCELLED: frozenset(),
        _ATTEMPT.LOST: frozenset({_ATTEMPT.SUPERSEDED}),
        _ATTEMPT.SUPERSEDED: frozenset(),
    },
}
UNFINISHED = frozenset(
    {ProductionState.QUEUED, ProductionState.RUNNING, ProductionState.WAITING}
)  # of a production
OPEN = frozenset({PhaseState.QUEUED, PhaseState.RUNNING, PhaseState.WAITING})  # of a phase
# What an attempt's number stands for: the others are run again under theirs.
DECIDED = frozenset({AttemptState.PASSED, AttemptState.FAILED, AttemptState.REJECTED})


def moved(now: State, wanted: State, what: str = "It") -> State:
    """The state that is wanted, if it may follow the one that there is.

    Args:
        now: the state that there is.
        wanted: the next one.
        what: whose, in the error.

    Raises:
        IllegalTransition: it may not.
    """
    if wanted not in LEGAL[type(now)][now]:
        raise IllegalTransition(f"{what} is {now.value} and can't become {wanted.value}.")
    return wanted
