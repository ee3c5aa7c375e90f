"""Reasons with which the runner ends attempts and phases."""

from dataclasses import replace

from ..gating.gate import Reason
from .handover import FileMissing
from .phase_steps import FailPhase
from .state_changes import StateReason


def refusal_reason(error: Exception) -> StateReason:
    """Return why an attempt can't be made: a file is missing, or a value or workflow is refused."""
    if isinstance(error, FileMissing):
        return StateReason.of("production_file_missing", {"path": error.path})
    return StateReason.of("production_refused", {"message": str(error)})


def failure_reason(step: FailPhase) -> StateReason:
    """Return the reason of a failed phase, followed by the reason of its last attempt."""
    if step.last is None:
        return StateReason.of(step.code, step.values)
    text = step.last.reason or ""
    last_parts = step.last.reasons or ((Reason("", {}, text),) if text else ())
    parts = StateReason.of(step.code, {**step.values, "reason": ""}).parts + last_parts
    return replace(StateReason.of(step.code, {**step.values, "reason": text}), parts=parts)
