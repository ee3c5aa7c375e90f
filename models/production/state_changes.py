"""Changes of the rows of productions, each with its decision; the caller has a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..gating.gate import Reason
from ..jobs.strict_json import strict_json
from ..reasons import sentence
from . import phase_queue
from .loading import load_within
from .production_states import AttemptState, PhaseState, ProductionState, moved
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
        code: key of the sentence in `locales`, or None where the text has no key.
        text: the reason in English.
        decided_by: name of the person who decided, or "" for the production itself.
        report_id: id of the report that the change came from, or None.
        parts: the reason part by part, for translation; empty where it has no code.
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


def lock(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """A production that nobody else changes until the transaction ends; None where there is none.

    All that changes anything of a production does this first, so that nobody waits crosswise.
    """
    if connection.execute(sql("lock_production"), {"id": production_id}).fetchone() is None:
        return None
    return load_within(connection, production_id)


def lock_phase(
    connection: "Connection", phase_id: UUID
) -> tuple[ProductionRecord, PhaseRecord] | None:
    """A phase and its production, which nobody else changes until the transaction ends."""
    row = connection.execute(sql("production_of_phase"), {"id": phase_id}).fetchone()
    record = None if row is None else lock(connection, row[0])
    if record is None:
        return None
    return record, next(each for each in record.phases if each.id == phase_id)


def decide(
    connection: "Connection",
    production_id: UUID,
    kind: str,
    before: Any,
    after: Any,
    reason: StateReason = NO_REASON,
    phase_id: UUID | None = None,
    attempt_id: UUID | None = None,
) -> None:
    """Write a decision down.

    Args:
        connection: inside a transaction.
        production_id: of the production.
        kind: whose state changed: `production`, `phase` or `attempt`.
        before, after: the states; None where there was none before.
        reason: it changed.
        phase_id, attempt_id: which, where it is theirs.
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
    """Change a production's state.

    Raises:
        IllegalTransition: it can't become that.
    """
    if record.state is state:
        return
    moved(record.state, state, "The production")
    columns = {"id": record.id, "state": state.value, "ended": state in ENDED_PRODUCTION}
    connection.execute(sql("move_production"), columns | _kept_reason(state.value, reason))
    decide(connection, record.id, "production", record.state, state, reason)


def move_phase(
    connection: "Connection",
    phase: PhaseRecord,
    state: PhaseState,
    reason: StateReason,
    production_id: UUID,
) -> None:
    """Change a phase's state.

    Raises:
        IllegalTransition: it can't become that.
    """
    moved(phase.state, state, f"The phase {phase.definition.id}")
    columns = {"id": phase.id, "state": state.value, "ended": state in ENDED_PHASE}
    connection.execute(sql("move_phase"), columns | _kept_reason(state.value, reason))
    decide(connection, production_id, "phase", phase.state, state, reason, phase.id)


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
        IllegalTransition: it can't become that.
    """
    moved(attempt.state, state, f"Attempt {attempt.number}")
    columns = {"id": attempt.id, "state": state.value}
    connection.execute(sql("move_attempt"), columns | _reason_columns(reason))
    decide(connection, production_id, "attempt", attempt.state, state, reason, phase_id, attempt.id)


def pass_phase(
    connection: "Connection", record: ProductionRecord, phase: PhaseRecord, reason: StateReason
) -> None:
    """Have a phase done: the next one is queued, or the production is completed."""
    move_phase(connection, phase, PhaseState.PASSED, reason, record.id)
    following = next((each for each in record.phases if each.position > phase.position), None)
    if following is None:
        move_production(connection, record, ProductionState.COMPLETED)
        return
    if record.state is ProductionState.WAITING:
        move_production(connection, record, ProductionState.RUNNING, reason)
    phase_queue.defer(connection, following.id, following.queue)


def _kept_reason(state: str, reason: StateReason) -> dict[str, Any]:
    """Return the reason columns of a row: filled in only for states that need an explanation."""
    if state in ("failed", "cancelled", "waiting"):
        return _reason_columns(reason)
    return {**_reason_columns(NO_REASON), "reason": None}


def _reason_columns(reason: StateReason) -> dict[str, Any]:
    return {"reason_code": reason.code, "reason": reason.text, "reasons": reason.parts_json}
