"""Changes of state of productions, phases and attempts, each recorded as a decision.

The caller opens the transaction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..gating.gate import Reason
from ..jobs.strict_json import strict_json
from ..reasons import sentence
from . import phase_queue
from .loading import load_within
from .production_states import AttemptState, PhaseState, ProductionState, check_transition
from .queries import sql
from .records import AttemptRecord, PhaseRecord, ProductionRecord

if TYPE_CHECKING:
    from psycopg import Connection

ENDED_PRODUCTION = (
    ProductionState.COMPLETED,
    ProductionState.FAILED,
    ProductionState.CANCELLED,
)
ENDED_PHASE = (PhaseState.PASSED, PhaseState.FAILED, PhaseState.CANCELLED)


@dataclass(frozen=True)
class StateReason:
    """Reason for a change of state.

    Attributes:
        code: key of the sentence in `locales`; None if the text isn't a sentence of `locales`.
        text: the reason in English.
        decided_by: name of the person who decided, or "" for the production itself.
        report_id: id of the report that the change came from, or None.
        parts: the parts of the reason, for translation; empty for a text without a code.
    """

    code: str | None = None
    text: str = ""
    decided_by: str = ""
    report_id: int | None = None
    parts: tuple[Reason, ...] = ()

    @classmethod
    def of(cls, code: str, values: Mapping[str, Any] | None = None) -> "StateReason":
        """Return the reason with the code's sentence, filled in with values."""
        part = Reason(code, values or {}, sentence(code, values or {}))
        return cls(code, part.reason, parts=(part,))

    @property
    def parts_json(self) -> str:
        """The parts as JSON text, as the columns `reasons` hold them."""
        return strict_json([each.to_dict() for each in self.parts])


NO_REASON = StateReason()


def lock_production(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """Lock a production until the transaction ends and return it; None if it doesn't exist.

    Every transaction that changes a production takes this lock first, so that no two transactions
    deadlock.
    """
    if connection.execute(sql("lock_production"), {"id": production_id}).fetchone() is None:
        return None
    return load_within(connection, production_id)


def lock_phase(
    connection: "Connection", phase_id: UUID
) -> tuple[ProductionRecord, PhaseRecord] | None:
    """Lock a phase's production until the transaction ends; return the production and the phase.

    Returns:
        None if the phase doesn't exist.
    """
    row = connection.execute(sql("production_of_phase"), {"id": phase_id}).fetchone()
    record = None if row is None else lock_production(connection, row[0])
    if record is None:
        return None
    return record, next(each for each in record.phases if each.id == phase_id)


def record_decision(
    connection: "Connection",
    production_id: UUID,
    kind: str,
    before: Any,
    after: Any,
    reason: StateReason = NO_REASON,
    phase_id: UUID | None = None,
    attempt_id: UUID | None = None,
) -> None:
    """Insert a change of state into the table of decisions.

    Args:
        connection: connection inside a transaction.
        production_id: id of the production.
        kind: `production`, `phase` or `attempt`, whichever changed its state.
        before: state before the change; None for a new production or attempt.
        after: state after the change.
        reason: reason for the change.
        phase_id: id of the phase that changed or made the attempt, or None.
        attempt_id: id of the attempt that changed, or None.
    """
    connection.execute(
        sql("add_decision"),
        {
            **_reason_columns(reason),
            "report_id": reason.report_id,
            "decided_by": reason.decided_by,
            "production_id": production_id,
            "phase_id": phase_id,
            "attempt_id": attempt_id,
            "kind": kind,
            "from_state": before and before.value,
            "to_state": after and after.value,
        },
    )
    connection.execute(sql("touch_production"), {"production_id": production_id})


def move_production(
    connection: "Connection",
    record: ProductionRecord,
    state: ProductionState,
    reason: StateReason = NO_REASON,
) -> None:
    """Change a production's state; do nothing if it has that state.

    Raises:
        IllegalTransition: the state may not follow the current one.
    """
    if record.state is state:
        return
    check_transition(record.state, state, "The production")
    columns = {"id": record.id, "state": state.value, "ended": state in ENDED_PRODUCTION}
    connection.execute(sql("move_production"), columns | _lasting_reason(state.value, reason))
    record_decision(connection, record.id, "production", record.state, state, reason)


def move_phase(
    connection: "Connection",
    phase: PhaseRecord,
    state: PhaseState,
    reason: StateReason,
    production_id: UUID,
) -> None:
    """Change a phase's state.

    Raises:
        IllegalTransition: the state may not follow the current one.
    """
    check_transition(phase.state, state, f"The phase {phase.definition.id}")
    columns = {"id": phase.id, "state": state.value, "ended": state in ENDED_PHASE}
    connection.execute(sql("move_phase"), columns | _lasting_reason(state.value, reason))
    record_decision(connection, production_id, "phase", phase.state, state, reason, phase.id)


def move_attempt(
    connection: "Connection",
    attempt: AttemptRecord,
    state: AttemptState,
    reason: StateReason,
    production_id: UUID,
    phase_id: UUID,
) -> None:
    """Change an attempt's state.

    Raises:
        IllegalTransition: the state may not follow the current one.
    """
    check_transition(attempt.state, state, f"Attempt {attempt.number}")
    columns = {"id": attempt.id, "state": state.value}
    connection.execute(sql("move_attempt"), columns | _reason_columns(reason))
    record_decision(
        connection, production_id, "attempt", attempt.state, state, reason, phase_id, attempt.id
    )


def pass_phase(
    connection: "Connection", record: ProductionRecord, phase: PhaseRecord, reason: StateReason
) -> None:
    """Mark a phase as passed and queue the next phase, or complete the production."""
    move_phase(connection, phase, PhaseState.PASSED, reason, record.id)
    following = next((each for each in record.phases if each.position > phase.position), None)
    if following is None:
        move_production(connection, record, ProductionState.COMPLETED)
        return
    if record.state is ProductionState.WAITING:
        move_production(connection, record, ProductionState.RUNNING, reason)
    phase_queue.defer(connection, following.id, following.queue)


def _lasting_reason(state: str, reason: StateReason) -> dict[str, Any]:
    """Return the reason columns of a row: filled in only for states that need an explanation."""
    if state in ("failed", "cancelled", "waiting"):
        return _reason_columns(reason)
    return {**_reason_columns(NO_REASON), "reason": None}


def _reason_columns(reason: StateReason) -> dict[str, Any]:
    return {"reason_code": reason.code, "reason": reason.text, "reasons": reason.parts_json}
