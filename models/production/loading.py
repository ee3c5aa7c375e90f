"""Reads productions from the database."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..gating.gate import Reason
from ..jobs.job import Artifact
from ..jobs.json_values import row_to_json
from ..jobs.queries.rows import rows_of
from .definition import PhaseDefinition, read_definition
from .production_states import AttemptState, PhaseState, ProductionState
from .queries import sql
from .records import AttemptRecord, PhaseRecord, ProductionRecord

if TYPE_CHECKING:
    from psycopg import Connection


def load(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """A production with everything that is known of it; None where there is none.

    Args:
        connection: in autocommit mode.
        production_id: of the production.
    """
    with connection.transaction():  # all from one moment
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return load_within(connection, production_id)


def load_within(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """The same, in the transaction that there is."""
    of_it = {"id": production_id}
    rows = rows_of(connection, sql("production_of_id"), of_it)
    if not rows:
        return None
    phases = rows_of(connection, sql("phases_of_production"), of_it)
    attempts = rows_of(connection, sql("attempts_of_production"), of_it)
    jobs = {"jobs": [row["job_id"] or row["job_id_of_prompt"] for row in attempts]}
    artifacts = rows_of(connection, sql("artifacts_of_jobs"), jobs)
    reports = rows_of(connection, sql("reports_of_jobs"), jobs)
    decisions = rows_of(connection, sql("decisions_of_production"), of_it)
    row = rows[0]
    of_phase: dict[UUID, list[AttemptRecord]] = {each["id"]: [] for each in phases}
    for each in attempts:
        of_phase[each["phase_id"]].append(_attempt(each, artifacts, reports))
    same = ("id", "project", "request", "reason_code", "reason")
    times = ("created_at", "changed_at", "finished_at")
    return ProductionRecord(
        **{name: row[name] for name in (*same, *times)},
        reasons=_parts(row),
        state=ProductionState(row["state"]),
        phases=tuple(_phase(each, of_phase[each["id"]]) for each in phases),
        decisions=tuple(row_to_json(each) for each in decisions),
    )


def _phase(row: Mapping[str, Any], attempts: list[AttemptRecord]) -> PhaseRecord:
    same = ("id", "position", "queue", "parameters", "attempt_limit", "process_id", "machine")
    times = ("started_at", "finished_at", "reason_code", "reason")
    return PhaseRecord(
        **{name: row[name] for name in (*same, *times)},
        reasons=_parts(row),
        definition=_definition(row["version"], row["definition"]),
        state=PhaseState(row["state"]),
        attempts=tuple(attempts),
    )


_definitions: dict[str, PhaseDefinition] = {}  # by version; there are few


def _definition(version: str, data: Mapping[str, Any]) -> PhaseDefinition:
    if version not in _definitions:
        _definitions[version] = read_definition(data)
    return _definitions[version]


def _attempt(
    row: Mapping[str, Any], artifacts: list[dict[str, Any]], reports: list[dict[str, Any]]
) -> AttemptRecord:
    job_id = row["job_id"] or row["job_id_of_prompt"]
    same = ("id", "number", "prompt_id", "process_id", "machine", "verdict", "score", "chosen")
    rest = ("reason_code", "reason", "started_at", "finished_at", "progress")
    return AttemptRecord(
        **{name: row[name] for name in (*same, *rest)},
        reasons=_parts(row),
        state=AttemptState(row["state"]),
        values=row["parameters"],
        job_id=job_id,
        artifacts=tuple(
            Artifact(**_without_job(each)) for each in artifacts if each["job_id"] == job_id
        ),
        reports=tuple(_without_job(each) for each in reports if each["job_id"] == job_id),
    )


def _parts(row: Mapping[str, Any]) -> tuple[Reason, ...]:
    return tuple(Reason(**each) for each in row["reasons"])


def _without_job(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "job_id"}
