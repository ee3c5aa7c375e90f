"""Reading of productions, with their phases and attempts, from the database."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..gating.gate import Reason
from ..jobs.columns import HAS_THUMBNAIL
from ..jobs.job import Artifact
from ..jobs.json_values import row_to_json
from ..jobs.queries.rows import rows_of
from .definition import PhaseDefinition, read_definition
from .production_states import AttemptState, PhaseState, ProductionState
from .queries import sql
from .records import AttemptRecord, PhaseRecord, ProductionRecord

if TYPE_CHECKING:
    from psycopg import Connection

ATTEMPT_PARTS = {"has_thumbnail": HAS_THUMBNAIL.format(job_id="coalesce(attempts.job_id, jobs.id)")}


def load(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """Return a production with its phases, attempts and decisions; None if it doesn't exist.

    Args:
        connection: connection in autocommit mode.
        production_id: id of the production.
    """
    with connection.transaction():  # so that all queries read the same state of the database
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return load_within(connection, production_id)


def load_within(connection: "Connection", production_id: UUID) -> ProductionRecord | None:
    """Return the same as `load`, read in the caller's transaction."""
    values = {"id": production_id}
    rows = rows_of(connection, sql("production_of_id"), values)
    if not rows:
        return None
    phase_rows = rows_of(connection, sql("phases_of_production"), values)
    attempt_rows = rows_of(connection, sql("attempts_of_production", **ATTEMPT_PARTS), values)
    jobs = {"jobs": [row["job_id"] or row["job_id_of_prompt"] for row in attempt_rows]}
    artifact_rows = rows_of(connection, sql("artifacts_of_jobs"), jobs)
    report_rows = rows_of(connection, sql("reports_of_jobs"), jobs)
    decision_rows = rows_of(connection, sql("decisions_of_production"), values)
    attempts: dict[UUID, list[AttemptRecord]] = {row["id"]: [] for row in phase_rows}
    for row in attempt_rows:
        attempts[row["phase_id"]].append(_attempt(row, artifact_rows, report_rows))
    columns = (
        *("id", "project", "request", "reason_code", "reason"),
        *("created_at", "changed_at", "finished_at"),
    )
    return ProductionRecord(
        **{name: rows[0][name] for name in columns},
        reasons=_reason_parts(rows[0]),
        state=ProductionState(rows[0]["state"]),
        phases=tuple(_phase(row, attempts[row["id"]]) for row in phase_rows),
        decisions=tuple(row_to_json(row) for row in decision_rows),
    )


def _phase(row: Mapping[str, Any], attempts: list[AttemptRecord]) -> PhaseRecord:
    columns = (
        *("id", "position", "queue", "parameters", "attempt_limit", "queue_job_id"),
        *("process_id", "machine", "started_at", "finished_at", "reason_code", "reason"),
    )
    return PhaseRecord(
        **{name: row[name] for name in columns},
        reasons=_reason_parts(row),
        definition=_definition(row["version"], row["definition"]),
        state=PhaseState(row["state"]),
        attempts=tuple(attempts),
    )


_definitions: dict[str, PhaseDefinition] = {}  # cache by version; a database holds few versions


def _definition(version: str, data: Mapping[str, Any]) -> PhaseDefinition:
    if version not in _definitions:
        _definitions[version] = read_definition(data)
    return _definitions[version]


def _attempt(
    row: Mapping[str, Any], artifact_rows: list[dict[str, Any]], report_rows: list[dict[str, Any]]
) -> AttemptRecord:
    job_id = row["job_id"] or row["job_id_of_prompt"]
    columns = (
        *("id", "number", "prompt_id", "process_id", "machine", "verdict", "score", "chosen"),
        *("reason_code", "reason", "started_at", "finished_at", "progress", "has_thumbnail"),
    )
    return AttemptRecord(
        **{name: row[name] for name in columns},
        reasons=_reason_parts(row),
        state=AttemptState(row["state"]),
        values=row["parameters"],
        job_id=job_id,
        artifacts=tuple(
            Artifact(**_without_job(each)) for each in artifact_rows if each["job_id"] == job_id
        ),
        reports=tuple(_without_job(each) for each in report_rows if each["job_id"] == job_id),
    )


def _reason_parts(row: Mapping[str, Any]) -> tuple[Reason, ...]:
    return tuple(Reason(**each) for each in row["reasons"])


def _without_job(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "job_id"}
