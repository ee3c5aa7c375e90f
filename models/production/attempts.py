"""Database transactions of the process that runs a phase: claim, attempts, release.

Each function may be called again after a lost connection: a call that repeats a change which is
already in the database changes nothing.

Each function that writes takes a `Hold` and writes only while the phase's row still names it. So a
process that was suspended and whose phase was taken over writes nothing when it wakes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..jobs.queries.job_rows import add_process
from ..jobs.strict_json import strict_json
from . import phase_queue
from .loading import load
from .production_states import UNFINISHED, AttemptState, PhaseState, ProductionState
from .queries import sql
from .records import AttemptRecord, PhaseRecord, ProductionRecord
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
class Hold:
    """Right of a process to write to a phase; it ends when the phase's row names another job.

    Attributes:
        phase_id: id of the phase.
        process_id: id of the ComfyUI process, the same as in its jobs.
        queue_job_id: id of the job in procrastinate's queue with which the process took the phase.
    """

    phase_id: UUID
    process_id: UUID
    queue_job_id: int

    def is_valid(self, phase: PhaseRecord) -> bool:
        """Return True if a phase's row, which the caller has locked, still names this hold."""
        return (
            phase.state is PhaseState.RUNNING
            and phase.process_id == self.process_id
            and phase.queue_job_id == self.queue_job_id
        )


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


def claim_phase(connection: "Connection", hold: Hold) -> bool:
    """Make a process the one that runs a phase, if the phase waits for the job of its hold.

    A phase that another process runs is never taken: `WakeUps` first puts the phases of dead
    processes back into the queue.

    Args:
        connection: connection in autocommit mode.
        hold: hold that the process will have.

    Returns:
        True if the process runs the phase now; False if the phase no longer exists, has ended,
        waits for approval, runs, or waits for another job, or if its production has ended.
    """
    with connection.transaction():
        locked = lock_phase(connection, hold.phase_id)
        if locked is None:
            return False
        record, phase = locked
        if phase.state is not PhaseState.QUEUED or record.state not in UNFINISHED:
            return hold.is_valid(phase)
        if phase.queue_job_id != hold.queue_job_id:
            return False
        add_process(connection, hold.process_id)
        move_phase(connection, phase, PhaseState.RUNNING, NO_REASON, record.id)
        move_production(connection, record, ProductionState.RUNNING)
        connection.execute(sql("claim_phase"), vars(hold))
    return True


def reload_phase(connection: "Connection", hold: Hold) -> ClaimedPhase | None:
    """Return the current state of a claimed phase; None if the hold has ended."""
    with connection.transaction():
        locked = _held(connection, hold)
        return ClaimedPhase(*locked) if locked else None


def begin_attempt(connection: "Connection", hold: Hold, attempt: NewAttempt) -> bool:
    """Insert an attempt before its prompt is queued.

    Returns:
        False, and nothing is inserted, if the hold has ended; else True.
    """
    with connection.transaction():
        locked = _held(connection, hold)
        if locked is None:
            return False
        record, phase = locked
        values = {
            **vars(attempt),
            "phase_id": phase.id,
            "process_id": hold.process_id,
            "seed": attempt.values.get("seed"),
            "parameters": strict_json(attempt.values),
        }
        if connection.execute(sql("add_attempt"), values).rowcount:
            state = AttemptState.RUNNING
            record_decision(
                connection, record.id, "attempt", None, state, NO_REASON, phase.id, attempt.id
            )
    return True


def end_attempt(
    connection: "Connection", hold: Hold, attempt_id: UUID, outcome: Outcome
) -> AttemptState | None:
    """Write the outcome of an attempt, once.

    Returns:
        The attempt's state afterwards; None, and nothing is written, if the hold has ended.
    """
    with connection.transaction():
        locked = _held(connection, hold)
        if locked is None:
            return None
        record, phase = locked
        attempt = next(each for each in phase.attempts if each.id == attempt_id)
        if attempt.state is not AttemptState.RUNNING:
            return attempt.state
        _write_outcome(connection, record, phase, attempt, outcome)
    return outcome.state


def release_phase(
    connection: "Connection",
    hold: Hold,
    state: PhaseState,
    reason: StateReason = NO_REASON,
    chosen: UUID | None = None,
    seconds: float = 0,
    failures: int = 0,
) -> bool:
    """End the hold on a phase; its production continues, waits or ends accordingly.

    Args:
        connection: connection in autocommit mode.
        hold: hold of this ComfyUI process.
        state: next state of the phase. `QUEUED` puts the phase back, and its production waits if
            `reason` has a code.
        reason: reason for the state, as people see it.
        chosen: id of the attempt whose files the next phase gets, or None.
        seconds: seconds until a phase that is put back may be taken.
        failures: number of unexpected errors, one after the other, that the phase ended with.

    Returns:
        True if the state was written; False if the hold has ended.
    """
    with connection.transaction():
        locked = _held(connection, hold)
        if locked is None:
            return False
        record, phase = locked
        if chosen is not None:
            connection.execute(sql("choose_attempt"), {"phase_id": phase.id, "chosen": chosen})
        if state is PhaseState.PASSED:
            pass_phase(connection, record, phase, reason)
            return True
        move_phase(connection, phase, state, reason, record.id)
        if state is PhaseState.QUEUED:
            phase_queue.defer(connection, phase.id, phase.queue, seconds, failures)
        if state is PhaseState.WAITING or (state is PhaseState.QUEUED and reason.code):
            move_production(connection, record, ProductionState.WAITING, reason)
        elif state in (PhaseState.FAILED, PhaseState.CANCELLED):
            move_production(connection, record, ProductionState(state.value), reason)
    return True


def attempt_runs(connection: "Connection", hold: Hold, attempt_id: UUID) -> bool:
    """Return True if an attempt still runs, and the hold on its phase hasn't ended."""
    columns = {**vars(hold), "attempt_id": attempt_id}
    return connection.execute(sql("running_attempt"), columns).fetchone() is not None


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
    reason = StateReason.of("production_superseded")
    count = 0
    for phase_id, attempt_id, job_id in connection.execute(sql("superseded_attempts")).fetchall():
        with connection.transaction():
            locked = lock_phase(connection, phase_id)
            if locked is None:
                continue
            record, phase = locked
            attempt = next(each for each in phase.attempts if each.id == attempt_id)
            if attempt.state is AttemptState.LOST:  # no other process has marked it since
                outcome = Outcome(AttemptState.SUPERSEDED, job_id, reason=reason)
                _write_outcome(connection, record, phase, attempt, outcome)
                count += 1
    return count


def _held(connection: "Connection", hold: Hold) -> tuple[ProductionRecord, PhaseRecord] | None:
    """Lock a phase's production and return both; None if the hold has ended."""
    locked = lock_phase(connection, hold.phase_id)
    return locked if locked and hold.is_valid(locked[1]) else None


def _write_outcome(
    connection: "Connection",
    record: ProductionRecord,
    phase: PhaseRecord,
    attempt: AttemptRecord,
    outcome: Outcome,
) -> None:
    connection.execute(sql("judge_attempt"), {**vars(outcome), "id": attempt.id})
    move_attempt(connection, attempt, outcome.state, outcome.reason, record.id, phase.id)
