"""Creation of productions and a person's actions on them; each change is recorded as a decision."""

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
from .records import APPROVED, REJECTED, PhaseRecord, ProductionRecord
from .request import ProductionRequest
from .state_changes import (
    StateReason,
    lock_production,
    move_attempt,
    move_phase,
    move_production,
    pass_phase,
    record_decision,
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

MOST_WAITING = 100  # default limit of a project's unfinished productions


class LimitReached(ValueError):
    """Error for a production that a limit doesn't allow.

    Attributes:
        code, values: code of the reason and the values of its placeholders.
    """

    def __init__(self, code: str, values: Mapping[str, Any]) -> None:
        super().__init__(sentence(code, values))
        self.code, self.values = code, values


class UnknownProduction(LookupError):
    """Error for an id that no production has."""


def create(
    connection: "Connection",
    request: ProductionRequest,
    definitions: Sequence[PhaseDefinition],
    most_waiting: int = MOST_WAITING,
) -> UUID:
    """Create a production and queue its first phase, in one transaction.

    Args:
        connection: connection to a database with the pack's schema.
        request: request that `read_request` returned.
        definitions: definitions of the request's phases, in the same order.
        most_waiting: most unfinished productions that a project may have.

    Returns:
        The production's id.

    Raises:
        LimitReached: the project has `most_waiting` unfinished productions.
        psycopg.Error: the database reported an error; nothing was written.
    """
    phase_queue.create_tables(connection)
    production_id = uuid4()
    values: dict[str, Any] = {"id": production_id, "project": request.project}
    with connection.transaction():
        values["project_id"] = id_of(connection, "project", values)
        # Without the lock two transactions could both count one below the limit.
        connection.execute(sql("lock_project"), values)
        row = connection.execute(sql("count_unfinished"), values).fetchone()
        if row is not None and row[0] >= most_waiting:
            code = "production_too_many"
            reason_values = {"project": request.project, "waiting": row[0], "limit": most_waiting}
            raise LimitReached(code, reason_values)
        connection.execute(
            sql("add_production"), values | {"request": strict_json(request.to_dict())}
        )
        record_decision(connection, production_id, "production", None, ProductionState.QUEUED)
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
    own_parameters = request.parameters.get(definition.id, {})
    phase_id, queue = uuid4(), phase_queue.queue_of(definition, own_parameters)
    values = {
        "id": phase_id,
        "production_id": production_id,
        "position": position,
        "version": definition.version,
        "name": definition.id,
        "definition": strict_json(definition.to_dict()),
        "queue": queue,
        "parameters": strict_json(request.values_of(definition)),
        "attempt_limit": request.attempts or definition.policy.attempts,
    }
    connection.execute(sql("add_definition"), values)
    connection.execute(sql("add_phase"), values)
    if position == 0:
        phase_queue.defer(connection, phase_id, queue)


def cancel(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Cancel a production; the worker that runs its prompt interrupts the prompt.

    Args:
        connection: connection to the database.
        production_id: id of the production.
        person: name of the person who acts, or "".
        comment: text that is added to the reason, or "".

    Returns:
        The production after the change.

    Raises:
        UnknownProduction: no production has this id.
        IllegalTransition: the production has ended.
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
        phase_queue.withdraw(connection, phase)
    return _loaded(connection, production_id)


def resume(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Resume a cancelled or failed production at the phase where it stopped.

    A phase that has used all its attempts gets the same number again.

    Args:
        connection: connection to the database.
        production_id: id of the production.
        person: name of the person who acts, or "".
        comment: text that is added to the reason, or "".

    Returns:
        The production after the change.

    Raises:
        UnknownProduction: no production has this id.
        IllegalTransition: the production is not cancelled or failed.
    """
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = record.current
        reason = _persons_reason("production_resumed", person, comment)
        move_production(connection, record, ProductionState.QUEUED, reason)
        move_phase(connection, phase, PhaseState.QUEUED, reason, production_id)
        numbers = [each.number for each in phase.attempts]
        limit, requested = phase.attempt_limit, record.request.get("attempts")
        if numbers and max(numbers) >= limit:
            limit = max(numbers) + (requested or phase.definition.policy.attempts)
        connection.execute(sql("grant_attempts"), {"id": phase.id, "limit": limit})
        phase_queue.defer(connection, phase.id, phase.queue)
    return _loaded(connection, production_id)


def approve(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Approve the attempt that a phase chose, so that the production continues with its files.

    Args:
        connection: connection to the database.
        production_id: id of the production.
        person: name of the person who acts, or "".
        comment: text that is added to the reason, or "".

    Returns:
        The production after the change.

    Raises:
        UnknownProduction: no production has this id.
        IllegalTransition: no phase of the production waits for approval.
    """
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = _waiting(record)
        reason = _persons_reason(APPROVED, person, comment)
        pass_phase(connection, record, phase, reason)
    return _loaded(connection, production_id)


def reject(
    connection: "Connection", production_id: UUID, person: str = "", comment: str = ""
) -> ProductionRecord:
    """Reject the attempt that a phase chose.

    The phase makes its next attempt; if it has none left, the production fails.

    Args:
        connection: connection to the database.
        production_id: id of the production.
        person: name of the person who acts, or "".
        comment: text that is added to the reason, or "".

    Returns:
        The production after the change.

    Raises:
        UnknownProduction: no production has this id.
        IllegalTransition: no phase of the production waits for approval.
    """
    reason = _persons_reason(REJECTED, person, comment)
    with connection.transaction():
        record = _locked(connection, production_id)
        phase = _waiting(record)
        attempt = phase.chosen
        if attempt is not None:
            connection.execute(sql("unchoose_attempt"), {"id": attempt.id})
            move_attempt(connection, attempt, AttemptState.REJECTED, reason, record.id, phase.id)
        last_number = max((each.number for each in phase.attempts), default=0)
        if last_number < phase.attempt_limit:
            move_phase(connection, phase, PhaseState.QUEUED, reason, record.id)
            move_production(connection, record, ProductionState.RUNNING, reason)
            phase_queue.defer(connection, phase.id, phase.queue)
        else:
            move_phase(connection, phase, PhaseState.FAILED, reason, record.id)
            move_production(connection, record, ProductionState.FAILED, reason)
    return _loaded(connection, production_id)


def _locked(connection: "Connection", production_id: UUID) -> ProductionRecord:
    """Lock a production until the transaction ends and return it."""
    record = lock_production(connection, production_id)
    if record is None:
        raise UnknownProduction(f"There is no production {production_id}.")
    return record


def _loaded(connection: "Connection", production_id: UUID) -> ProductionRecord:
    record = load(connection, production_id)
    assert record is not None  # productions are never deleted
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
    """Return the reason for a person's decision; the comment stays in the person's language."""
    text = sentence(code, {"who": person or "Somebody"})
    parts = [Reason(code, {"who": person}, text)]
    if comment:
        text = f"{text[:-1]}: {comment}"
        parts.append(Reason("", {}, comment))
    return StateReason(code, text, person, parts=tuple(parts))
