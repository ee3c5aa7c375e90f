"""A phase in the hands of one ComfyUI: taken, tried, and left again. Each step can be repeated.

A step whose answer was lost with the connection is said again and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..jobs.queries.job_rows import add_process
from ..jobs.strict_json import strict_json
from .loading import load
from .production_states import UNFINISHED, AttemptState, PhaseState, ProductionState
from .queries import sql
from .records import PhaseRecord, ProductionRecord
from .state_changes import (
    NO_REASON,
    StateReason,
    decide,
    lock_phase,
    move_attempt,
    move_phase,
    move_production,
    pass_phase,
)

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class Work:
    """A phase that this ComfyUI works at."""

    production: ProductionRecord
    phase: PhaseRecord

    @property
    def before(self) -> PhaseRecord | None:
        """The phase before, whose files it takes."""
        position = self.phase.position
        return self.production.phases[position - 1] if position else None


@dataclass(frozen=True)
class NewAttempt:
    """An attempt before its prompt is queued.

    Attributes:
        id: its own.
        number: from 1 on.
        values: of the workflow's parameters.
        prompt_id: which its prompt will have.
    """

    id: UUID
    number: int
    values: Mapping[str, Any]
    prompt_id: str


@dataclass(frozen=True)
class Outcome:
    """What an attempt came to.

    Attributes:
        state: a final one.
        job_id: of its prompt, where that was seen.
        verdict, score: what its gates decided; None where they didn't.
        reason: the reason, and the report that it came from.
    """

    state: AttemptState
    job_id: UUID | None = None
    verdict: str | None = None
    score: float | None = None
    reason: StateReason = NO_REASON


def take_phase(connection: "Connection", phase_id: UUID, process_id: UUID) -> Work | None:
    """Begin to work at a phase, or take it over; None where there is nothing to do any more.

    Args:
        connection: in autocommit mode.
        phase_id: of the phase.
        process_id: of this ComfyUI, as its jobs have it.
    """
    with connection.transaction():
        found = lock_phase(connection, phase_id)
        if found is None:
            return None
        record, phase = found
        can_run = phase.state in (PhaseState.QUEUED, PhaseState.RUNNING)
        if record.state not in UNFINISHED or not can_run:
            return None
        add_process(connection, process_id)
        if phase.state is PhaseState.QUEUED:
            move_phase(connection, phase, PhaseState.RUNNING, NO_REASON, record.id)
        elif phase.process_id != process_id:
            reason = StateReason.of("production_taken_over")
            decide(connection, record.id, "phase", phase.state, phase.state, reason, phase_id)
        move_production(connection, record, ProductionState.RUNNING)
        held = {"phase_id": phase_id, "process_id": process_id}
        row = connection.execute(sql("hold_phase"), held).fetchone()
    return _held(record, phase, process_id, row[0] if row else None)


def look(connection: "Connection", phase_id: UUID, process_id: UUID) -> Work | None:
    """The phase as it is now; None where this ComfyUI works at it no longer."""
    with connection.transaction():
        found = lock_phase(connection, phase_id)
        return Work(*found) if found and _is_ours(found[1], process_id) else None


def begin_attempt(
    connection: "Connection", phase_id: UUID, process_id: UUID, attempt: NewAttempt
) -> bool:
    """Write an attempt down before its prompt is queued; False where the phase isn't ours."""
    with connection.transaction():
        found = lock_phase(connection, phase_id)
        if found is None or not _is_ours(found[1], process_id):
            return False
        values = {
            **vars(attempt),
            "phase_id": phase_id,
            "process_id": process_id,
            "seed": attempt.values.get("seed"),
            "parameters": strict_json(attempt.values),
        }
        if connection.execute(sql("add_attempt"), values).rowcount:
            state = AttemptState.RUNNING
            decide(connection, found[0].id, "attempt", None, state, NO_REASON, phase_id, attempt.id)
    return True


def end_attempt(connection: "Connection", attempt_id: UUID, outcome: Outcome) -> AttemptState:
    """Write down what an attempt came to, once.

    Returns:
        Its state now. One that was taken for lost is superseded instead, and one that a person
        cancelled stays so.
    """
    with connection.transaction():
        row = connection.execute(sql("phase_of_attempt"), {"id": attempt_id}).fetchone()
        found = None if row is None else lock_phase(connection, row[0])
        if found is None:  # its production was deleted
            return outcome.state
        record, phase = found
        attempt = next(each for each in phase.attempts if each.id == attempt_id)
        if attempt.state is AttemptState.LOST and outcome.state is not AttemptState.LOST:
            reason = replace(
                StateReason.of("production_superseded"), report_id=outcome.reason.report_id
            )
            outcome = replace(outcome, state=AttemptState.SUPERSEDED, reason=reason)
        elif attempt.state is not AttemptState.RUNNING:
            return attempt.state
        values = {**vars(outcome), "id": attempt_id}
        connection.execute(sql("judge_attempt"), values)
        move_attempt(connection, attempt, outcome.state, outcome.reason, record.id, phase.id)
    return outcome.state


def leave_phase(
    connection: "Connection",
    phase_id: UUID,
    process_id: UUID,
    state: PhaseState,
    reason: StateReason = NO_REASON,
    chosen: UUID | None = None,
) -> bool:
    """Stop working at a phase; its production goes on, waits, or ends with it.

    Args:
        connection: in autocommit mode.
        phase_id: of the phase.
        process_id: of this ComfyUI.
        state: what the phase becomes. `QUEUED` gives it back, and with a reason to be shown its
            production waits.
        reason: it does.
        chosen: the attempt whose files it gives.

    Returns:
        Whether it was left so; False where it isn't ours.
    """
    with connection.transaction():
        found = lock_phase(connection, phase_id)
        if found is None or not _is_ours(found[1], process_id):
            return False
        record, phase = found
        if chosen is not None:
            connection.execute(sql("choose_attempt"), {"phase_id": phase_id, "chosen": chosen})
        if state is PhaseState.PASSED:
            pass_phase(connection, record, phase, reason)
            return True
        move_phase(connection, phase, state, reason, record.id)
        if state is PhaseState.WAITING or (state is PhaseState.QUEUED and reason.code):
            move_production(connection, record, ProductionState.WAITING, reason)
        elif state in (PhaseState.FAILED, PhaseState.CANCELLED):
            move_production(connection, record, ProductionState(state.value), reason)
    return True


def still_runs(connection: "Connection", attempt_id: UUID) -> bool:
    """Whether an attempt is this ComfyUI's to go on with: nobody cancelled it or took it over."""
    return connection.execute(sql("running_attempt"), {"id": attempt_id}).fetchone() is not None


def production_of(connection: "Connection", phase_id: UUID) -> ProductionRecord | None:
    """The production of a phase, as it is now."""
    row = connection.execute(sql("production_of_phase"), {"id": phase_id}).fetchone()
    return None if row is None else load(connection, row[0])


def report_of(connection: "Connection", job_id: UUID, nodes: list[str]) -> int | None:
    """The report of a job that decided: the first of these nodes' that doesn't pass."""
    row = connection.execute(sql("deciding_report"), {"job_id": job_id, "nodes": nodes}).fetchone()
    return None if row is None else int(row[0])


def supersede(connection: "Connection") -> int:
    """Mark attempts that were taken for lost and whose end was told later; how many."""
    found = connection.execute(sql("superseded_attempts")).fetchall()
    for attempt_id, job_id in found:
        end_attempt(connection, attempt_id, Outcome(AttemptState.SUPERSEDED, job_id))
    return len(found)


def _held(
    record: ProductionRecord, phase: PhaseRecord, process_id: UUID, since: datetime | None
) -> Work:
    """What is known of a phase, now that it is taken."""
    running = PhaseState.RUNNING
    taken = replace(phase, state=running, process_id=process_id, started_at=since)
    phases = tuple(taken if each.id == phase.id else each for each in record.phases)
    return Work(replace(record, state=ProductionState.RUNNING, phases=phases), taken)


def _is_ours(phase: PhaseRecord, process_id: UUID) -> bool:
    return phase.state is PhaseState.RUNNING and phase.process_id == process_id
