"""Productions in the database: begun, and acted on by people. Every change is a decision."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from ..gating.gate import Reason
from ..jobs.queries.job_rows import id_of
from ..jobs.strict_json import strict_json
from ..reasons import sentence
from . import phase_queue
from .definition import PhaseDefinition
from .listing import ProductionPage, list_productions
from .loading import load
from .production_states import (
    UNFINISHED,
    AttemptState,
    IllegalTransition,
    PhaseState,
    ProductionState,
)
from .queries import sql
from .records import PhaseRecord, ProductionRecord
from .request import ProductionRequest
from .state_changes import (
    StateReason,
    decide,
    lock,
    move_attempt,
    move_phase,
    move_production,
    pass_phase,
)

if TYPE_CHECKING:
    from psycopg import Connection

__all__ = [
    "IllegalTransition",
    "LimitReached",
    "ProductionPage",
    "ProductionRecord",
    "UnknownProduction",
    "approve",
    "cancel",
    "create",
    "list_productions",
    "load",
    "reject",
    "resume",
]

MOST_WAITING = 100  # productions of a project that are not finished


class LimitReached(ValueError):
    """A production isn't begun because of a limit.

    Attributes:
        code, values: of the reason.
    """

    def __init__(self, code: str, values: Mapping[str, Any]) -> None:
        super().__init__(sentence(code, values))
        self.code, self.values = code, values


class UnknownProduction(LookupError):
    """There is no production of an id."""


def create(
    connection: "Connection",
    request: ProductionRequest,
    definitions: Sequence[PhaseDefinition],
    most_waiting: int = MOST_WAITING,
) -> UUID:
    """Begin a production: all of its rows and the first phase's place in the queue, or nothing.

    Args:
        connection: to a database with the pack's schema.
        request: as `read_request` gives it.
        definitions: of its phases, in their order.
        most_waiting: unfinished productions that a project may have.

    Returns:
        The production's id.

    Raises:
        LimitReached: the project has enough of them.
        psycopg.Error: the database refuses.
    """
    phase_queue.prepare(connection)
    production_id = uuid4()
    values: dict[str, Any] = {"id": production_id, "project": request.project}
    with connection.transaction():
        values["project_id"] = id_of(connection, "project", values)
        connection.execute(sql("lock_project"), values)  # two at once must not both be the last
        row = connection.execute(sql("count_unfinished"), values).fetchone()
        if row is not None and row[0] >= most_waiting:
            code = "production_too_many"
            said = {"project": request.project, "waiting": row[0], "limit": most_waiting}
            raise LimitReached(code, said)
        connection.execute(
            sql("add_production"), values | {"request": strict_json(request.to_dict())}
        )
        decide(connection, production_id, "production", None, ProductionState.QUEUED)
        for position, definition in enumerate(definitions):
            _add_phase(connection, production_id, position, definition, request)
    return production_id


def _add_phase(
    connection: "Connection",
    production_id: UUID,
    position: int,
    definition: PhaseDefinition,
    request: ProductionRequest,
) -> None:
    own = request.parameters.get(definition.id, {})
    phase_id, name = uuid4(), phase_queue.queue_of(definition, own)
    values = {
        "id": phase_id,
        "production_id": production_id,
        "position": position,
        "version": definition.version,
        "name": definition.id,
        "definition": strict_json(definition.to_dict()),
        "queue": name,
        "parameters": strict_json(request.values_of(definition)),
        "attempt_limit": request.attempts or definition.policy.attempts,
    }
    connection.execute(sql("add_definition"), values)
    connection.execute(sql("add_phase"), values)
    if position == 0:
        phase_queue.defer(connection, phase_id, name)


def cancel(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Stop a production; the machine that runs its prompt interrupts it.

    Raises:
        UnknownProduction: there is none.
        IllegalTransition: it has ended.
    """
    reason = _persons_reason("production_cancelled", person, comment)
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = record.current
        move_production(connection, record, ProductionState.CANCELLED, reason)
        move_phase(connection, phase, PhaseState.CANCELLED, reason, production_id)
        if phase.running is not None:
            state = AttemptState.CANCELLED
            move_attempt(connection, phase.running, state, reason, production_id, phase.id)
        phase_queue.withdraw(connection, phase.id)
    return _loaded(connection, production_id)


def resume(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Go on with a production that was cancelled or that failed, at the phase where it stopped.

    A phase that has used all its attempts gets as many again.

    Raises:
        UnknownProduction: there is none.
        IllegalTransition: it goes on anyhow, or is completed.
    """
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = record.current
        reason = _persons_reason("production_resumed", person, comment)
        move_production(connection, record, ProductionState.QUEUED, reason)
        move_phase(connection, phase, PhaseState.QUEUED, reason, production_id)
        numbers = [each.number for each in phase.attempts]
        limit, usual = phase.attempt_limit, record.request.get("attempts")
        if numbers and max(numbers) >= limit:
            limit = max(numbers) + (usual or phase.definition.policy.attempts)
        connection.execute(sql("grant_attempts"), {"id": phase.id, "limit": limit})
        phase_queue.defer(connection, phase.id, phase.queue)
    return _loaded(connection, production_id)


def approve(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Take what a phase made, after a person has seen it.

    Raises:
        UnknownProduction: there is none.
        IllegalTransition: nothing of it waits for approval.
    """
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = _waiting(record)
        reason = _persons_reason("production_approved", person, comment)
        pass_phase(connection, record, phase, reason)
    return _loaded(connection, production_id)


def reject(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Refuse what a phase made: the next attempt begins, or the production fails with the last.

    Raises:
        UnknownProduction: there is none.
        IllegalTransition: nothing of it waits for approval.
    """
    reason = _persons_reason("production_rejected", person, comment)
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = _waiting(record)
        shown = phase.chosen
        if shown is not None:
            connection.execute(sql("unchoose_attempt"), {"id": shown.id})
            move_attempt(connection, shown, AttemptState.REJECTED, reason, record.id, phase.id)
        used = max((each.number for each in phase.attempts), default=0)
        if used < phase.attempt_limit:
            move_phase(connection, phase, PhaseState.QUEUED, reason, record.id)
            move_production(connection, record, ProductionState.RUNNING, reason)
            phase_queue.defer(connection, phase.id, phase.queue)
        else:
            move_phase(connection, phase, PhaseState.FAILED, reason, record.id)
            move_production(connection, record, ProductionState.FAILED, reason)
    return _loaded(connection, production_id)


def _locked(connection: "Connection", production_id: UUID) -> ProductionRecord:
    """The production, which nobody else changes until the transaction ends."""
    record = lock(connection, production_id)
    if record is None:
        raise UnknownProduction(f"There is no production {production_id}.")
    return record


def _loaded(connection: "Connection", production_id: UUID) -> ProductionRecord:
    record = load(connection, production_id)
    assert record is not None  # nobody deletes productions
    return record


def _waiting(record: ProductionRecord) -> PhaseRecord:
    phase = record.current
    if record.state in UNFINISHED and phase.state is PhaseState.WAITING:
        return phase
    raise IllegalTransition(
        f"The production is {record.state.value} and its phase {phase.definition.id} is"
        f" {phase.state.value}; nothing waits for approval."
    )


def _persons_reason(code: str, person: str, comment: str) -> StateReason:
    """Return the reason of a person's decision; the comment is the same in every language."""
    text = sentence(code, {"who": person or "Somebody"})
    parts = [Reason(code, {"who": person}, text)]
    if comment:
        text = f"{text[:-1]}: {comment}"
        parts.append(Reason("", {}, comment))
    return StateReason(code, text, person, parts=tuple(parts))
