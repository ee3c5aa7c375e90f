"""States of productions, phases and attempts, and the transitions that are allowed."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar


class IllegalTransition(ValueError):
    """Error for a change that the current state doesn't allow; the message names both states."""


class ProductionState(Enum):
    """State of a production."""

    QUEUED = "queued"  # no phase has begun, or the production was resumed
    RUNNING = "running"
    WAITING = "waiting"  # waits for a person's approval, or for free space on a disk
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PhaseState(Enum):
    """State of a phase of a production."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"  # waits for a person's approval
    PASSED = "passed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class AttemptState(Enum):
    """State of one run of a phase's workflow."""

    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    REJECTED = "rejected"  # a person rejected its result
    CANCELLED = "cancelled"
    LOST = "lost"  # its machine is gone; the attempt is run again under the same number
    SUPERSEDED = "superseded"  # it was declared lost, and its end was reported afterwards


State = TypeVar("State", ProductionState, PhaseState, AttemptState)

_PRODUCTION, _PHASE, _ATTEMPT = ProductionState, PhaseState, AttemptState
# The states that may follow each state, by class of states.
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
        # A failed attempt can be shown for approval because it is the best of its phase.
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
# States of attempts that use up a number. An attempt that was cancelled, lost or superseded is run
# again under the same number.
DECIDED = frozenset({AttemptState.PASSED, AttemptState.FAILED, AttemptState.REJECTED})


def check_transition(current: State, following: State, subject: str = "It") -> State:
    """Return the following state if it may follow the current one.

    Args:
        current: state before the change.
        following: state after the change.
        subject: the production, phase or attempt, as the error names it.

    Raises:
        IllegalTransition: the following state is not allowed.
    """
    if following not in LEGAL[type(current)][current]:
        raise IllegalTransition(f"{subject} is {current.value} and can't become {following.value}.")
    return following
