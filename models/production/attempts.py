"""Database transactions of the process that runs a phase: claim, attempts, release.

Each function may be called again after a lost connection: a call that repeats a change which is
already in the database changes nothing.
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
    lock_phase,
    move_attempt,
    move_phase,
    move_production,
    pass_phase,
    record_decision,
)

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class ClaimedPhase:
    """A phase that this ComfyUI process runs, with its production."""

    production: ProductionRecord
    phase: PhaseRecord

    @property
    def previous(self) -> PhaseRecord | None:
        """The previous phase of the production, whose files this phase takes, or None."""
        position = self.phase.position
        return self.production.phases[position - 1] if position else None


@dataclass(frozen=True)
class NewAttempt:
    """An attempt before its prompt is queued.

    Attributes:
        id: id of the attempt.
        number: number of the attempt in its phase, from 1.
        values: values of the workflow's parameters, by name.
        prompt_id: id that its prompt will have in ComfyUI.
    """

    id: UUID
    number: int
    values: Mapping[str, Any]
    prompt_id: str


@dataclass(frozen=True)
class Outcome:
    """Result of an attempt that has ended.

    Attributes:
        state: final state of the attempt.
        job_id: id of the job of its prompt; None if no job was recorded.
        verdict, score: decision and score (0–100) of the gates; None if they didn't decide.
        reason: reason why the attempt didn't pass, with the id of the report that it came from.
    """

    state: AttemptState
    job_id: UUID | None = None
    verdict: str | None = None
    score: float | None = None
    reason: StateReason = NO_REASON


def claim_phase(connection: "Connection", phase_id: UUID, process_id: UUID) -> ClaimedPhase | None:
    """Make this process the one that runs a phase, also if another process ran it before.

    Args:
        connection: connection in autocommit mode.
        phase_id: id of the phase.
        process_id: id of this ComfyUI process, the same as in its jobs.

    Returns:
        The phase; None if it no longer exists, has ended or waits for approval, or if its
        production has ended.
    """
    with connection.transaction():
        locked = lock_phase(connection, phase_id)
        if locked is None:
            return None
        record, phase = locked
        can_run = phase.state in (PhaseState.QUEUED, PhaseState.RUNNING)
        if record.state not in UNFINISHED or not can_run:
            return None
        add_process(connection, process_id)
        if phase.state is PhaseState.QUEUED:
            move_phase(connection, phase, PhaseState.RUNNING, NO_REASON, record.id)
        elif phase.process_id != process_id:
            reason = StateReason.of("production_taken_over")
            record_decision(
                connection, record.id, "phase", phase.state, phase.state, reason, phase_id
            )
        move_production(connection, record, ProductionState.RUNNING)
        columns = {"phase_id": phase_id, "process_id": process_id}
        row = connection.execute(sql("claim_phase"), columns).fetchone()
    return _claimed(record, phase, process_id, row[0] if row else None)


def reload_phase(connection: "Connection", phase_id: UUID, process_id: UUID) -> ClaimedPhase | None:
    """Return the current state of a claimed phase; None if this process no longer runs it."""
    with connection.transaction():
        locked = lock_phase(connection, phase_id)
        return ClaimedPhase(*locked) if locked and _runs_here(locked[1], process_id) else None


def begin_attempt(
    connection: "Connection", phase_id: UUID, process_id: UUID, attempt: NewAttempt
) -> bool:
    """Insert an attempt before its prompt is queued.

    Returns:
        False, and nothing is inserted, if this process no longer runs the phase; else True.
    """
    with connection.transaction():
        locked = lock_phase(connection, phase_id)
        if locked is None or not _runs_here(locked[1], process_id):
            return False
        record, _ = locked
        values = {
            **vars(attempt),
            "phase_id": phase_id,
            "process_id": process_id,
            "seed": attempt.values.get("seed"),
            "parameters": strict_json(attempt.values),
        }
        if connection.execute(sql("add_attempt"), values).rowcount:
            state = AttemptState.RUNNING
            record_decision(
                connection, record.id, "attempt", None, state, NO_REASON, phase_id, attempt.id
            )
    return True


def end_attempt(connection: "Connection", attempt_id: UUID, outcome: Outcome) -> AttemptState:
    """Write the outcome of an attempt, once.

    Returns:
        The attempt's state afterwards. An attempt that was declared lost becomes superseded, and
        an attempt that a person cancelled stays cancelled.
    """
    with connection.transaction():
        row = connection.execute(sql("phase_of_attempt"), {"id": attempt_id}).fetchone()
        locked = None if row is None else lock_phase(connection, row[0])
        if locked is None:  # the production is gone, such as after a backup was restored
            return outcome.state
        record, phase = locked
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


def release_phase(
    connection: "Connection",
    phase_id: UUID,
    process_id: UUID,
    state: PhaseState,
    reason: StateReason = NO_REASON,
    chosen: UUID | None = None,
) -> bool:
    """Give up the claim on a phase; its production continues, waits or ends accordingly.

    Args:
        connection: connection in autocommit mode.
        phase_id: id of the phase.
        process_id: id of this ComfyUI process.
        state: next state of the phase. `QUEUED` puts the phase back, and its production waits if
            `reason` has a code.
        reason: reason for the state, as people see it.
        chosen: id of the attempt whose files the next phase gets, or None.

    Returns:
        True if the state was written; False if this process no longer runs the phase.
    """
    with connection.transaction():
        locked = lock_phase(connection, phase_id)
        if locked is None or not _runs_here(locked[1], process_id):
            return False
        record, phase = locked
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


def attempt_runs(connection: "Connection", attempt_id: UUID) -> bool:
    """Return True if an attempt still runs, and its phase runs in the same process."""
    return connection.execute(sql("running_attempt"), {"id": attempt_id}).fetchone() is not None


def production_of(connection: "Connection", phase_id: UUID) -> ProductionRecord | None:
    """Return the production of a phase, or None if it no longer exists."""
    row = connection.execute(sql("production_of_phase"), {"id": phase_id}).fetchone()
    return None if row is None else load(connection, row[0])


def deciding_report_id(connection: "Connection", job_id: UUID, nodes: list[str]) -> int | None:
    """Return the id of the report that decided a job.

    Args:
        connection: connection to the database.
        job_id: id of the job.
        nodes: ids of the nodes whose reports reach a gate.

    Returns:
        The id of these nodes' first report that doesn't pass, or of their first report if all
        pass; None if there is none.
    """
    row = connection.execute(sql("deciding_report"), {"job_id": job_id, "nodes": nodes}).fetchone()
    return None if row is None else int(row[0])


def supersede_attempts(connection: "Connection") -> int:
    """Mark lost attempts as superseded if the end of their jobs was reported later.

    Returns:
        The number of attempts that were marked.
    """
    rows = connection.execute(sql("superseded_attempts")).fetchall()
    for attempt_id, job_id in rows:
        end_attempt(connection, attempt_id, Outcome(AttemptState.SUPERSEDED, job_id))
    return len(rows)


def _claimed(
    record: ProductionRecord, phase: PhaseRecord, process_id: UUID, started_at: datetime | None
) -> ClaimedPhase:
    """Return the claim with the states that the claiming transaction has just written."""
    claimed = replace(phase, state=PhaseState.RUNNING, process_id=process_id, started_at=started_at)
    phases = tuple(claimed if each.id == phase.id else each for each in record.phases)
    production = replace(record, state=ProductionState.RUNNING, phases=phases)
    return ClaimedPhase(production, claimed)


def _runs_here(phase: PhaseRecord, process_id: UUID) -> bool:
    return phase.state is PhaseState.RUNNING and phase.process_id == process_id
