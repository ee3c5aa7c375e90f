"""Changes of the rows of productions, each with its decision; the caller has a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..gating.gate import Because
from ..jobs.strict_json import strict_json
from ..reasons import sentence
from . import queue
from .loading import load_within
from .queries import sql
from .records import AttemptRecord, PhaseRecord, ProductionRecord
from .states import AttemptState, PhaseState, ProductionState, moved

if TYPE_CHECKING:
    from psycopg import Connection

ENDED_PRODUCTION = (
    ProductionState.COMPLETED,
    ProductionState.FAILED,
    ProductionState.CANCELLED,
)
ENDED_PHASE = (PhaseState.PASSED, PhaseState.FAILED, PhaseState.CANCELLED)


@dataclass(frozen=True)
class Why:
    """Why a state changes.

    Attributes:
        code: of `REASONS`, or None.
        reason: in words.
        who: the person who decided; "" for the production itself.
        report_id: the report that it came from.
        because: the same part by part, for other languages; empty where it has no code.
    """

    code: str | None = None
    reason: str = ""
    who: str = ""
    report_id: int | None = None
    because: tuple[Because, ...] = ()

    @classmethod
    def of(cls, code: str, values: Mapping[str, Any] | None = None) -> "Why":
        """The reason whose sentence `REASONS` has."""
        told = Because(code, values or {}, sentence(code, values or {}))
        return cls(code, told.reason, because=(told,))

    @property
    def parts(self) -> str:
        """`because` as JSON text."""
        return strict_json([each.to_dict() for each in self.because])


NO_REASON = Why()


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
    why: Why = NO_REASON,
    phase_id: UUID | None = None,
    attempt_id: UUID | None = None,
) -> None:
    """Write a decision down.

    Args:
        connection: inside a transaction.
        production_id: of the production.
        kind: whose state changed: `production`, `phase` or `attempt`.
        before, after: the states; None where there was none before.
        why: it changed.
        phase_id, attempt_id: which, where it is theirs.
    """
    connection.execute(
        sql("add_decision"),
        {
            **vars(why),
            "because": why.parts,
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
    why: Why = NO_REASON,
) -> None:
    """Change a production's state.

    Raises:
        IllegalTransition: it can't become that.
    """
    if record.state is state:
        return
    moved(record.state, state, "The production")
    said = {"id": record.id, "state": state.value, "ended": state in ENDED_PRODUCTION}
    connection.execute(sql("move_production"), said | _shown(state.value, why))
    decide(connection, record.id, "production", record.state, state, why)


def move_phase(
    connection: "Connection",
    phase: PhaseRecord,
    state: PhaseState,
    why: Why,
    production_id: UUID,
) -> None:
    """Change a phase's state.

    Raises:
        IllegalTransition: it can't become that.
    """
    moved(phase.state, state, f"The phase {phase.definition.id}")
    said = {"id": phase.id, "state": state.value, "ended": state in ENDED_PHASE}
    connection.execute(sql("move_phase"), said | _shown(state.value, why))
    decide(connection, production_id, "phase", phase.state, state, why, phase.id)


def move_attempt(
    connection: "Connection",
    attempt: AttemptRecord,
    state: AttemptState,
    why: Why,
    production_id: UUID,
    phase_id: UUID,
) -> None:
    """Change an attempt's state.

    Raises:
        IllegalTransition: it can't become that.
    """
    moved(attempt.state, state, f"Attempt {attempt.number}")
    said = {"id": attempt.id, "state": state.value}
    connection.execute(sql("move_attempt"), said | _told(why))
    decide(connection, production_id, "attempt", attempt.state, state, why, phase_id, attempt.id)


def pass_phase(
    connection: "Connection", record: ProductionRecord, phase: PhaseRecord, why: Why
) -> None:
    """Have a phase done: the next one is queued, or the production is completed."""
    move_phase(connection, phase, PhaseState.PASSED, why, record.id)
    following = next((each for each in record.phases if each.position > phase.position), None)
    if following is None:
        move_production(connection, record, ProductionState.COMPLETED)
        return
    if record.state is ProductionState.WAITING:
        move_production(connection, record, ProductionState.RUNNING, why)
    queue.defer(connection, following.id, following.queue)


def _shown(state: str, why: Why) -> dict[str, Any]:
    """The reason that stays with a row: only where something stands still for it."""
    if state in ("failed", "cancelled", "waiting"):
        return _told(why)
    return {**_told(NO_REASON), "reason": None}


def _told(why: Why) -> dict[str, Any]:
    return {"reason_code": why.code, "reason": why.reason, "because": why.parts}
