"""Reads jobs back from the database."""

from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..report import Report
from .job import Artifact, Job, JobError, NodeReport, worst_score, worst_verdict

if TYPE_CHECKING:
    from psycopg import Connection

NEWEST_JOB_OF_ID_OR_PROMPT = """
SELECT jobs.id, jobs.prompt_id, projects.name AS project, coalesce(shots.scene, '') AS scene,
    coalesce(shots.shot, '') AS shot, coalesce(characters.name, '') AS character, jobs.tags,
    jobs.created_at, jobs.state, jobs.started_at, jobs.finished_at, jobs.error_node_id,
    jobs.error_node_type, jobs.error_exception, jobs.error_message, jobs.error_traceback
FROM anime.jobs
JOIN anime.projects ON projects.id = jobs.project_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
WHERE jobs.id = %(id)s OR jobs.prompt_id = %(prompt_id)s
ORDER BY jobs.created_at DESC
LIMIT 1
"""

REPORTS_OF_JOB = """
SELECT id, node_id, subject, frames, fps, verdict, score, worst_frame, worst_reason_code,
    worst_reason
FROM anime.reports WHERE job_id = %(id)s ORDER BY position
"""

MEASUREMENTS_OF_JOB = """
SELECT measurements.*
FROM anime.measurements JOIN anime.reports ON reports.id = measurements.report_id
WHERE reports.job_id = %(id)s ORDER BY measurements.report_id, measurements.position
"""

ARTIFACTS_OF_JOB = """
SELECT path, kind, bytes, sha256, width, height, frames, fps
FROM anime.artifacts WHERE job_id = %(id)s ORDER BY written_at, path
"""


@dataclass(frozen=True)
class JobRecord:
    """A job as the database knows it."""

    job: Job
    state: str
    started_at: datetime | None
    finished_at: datetime | None
    error: JobError | None
    reports: tuple[NodeReport, ...]
    artifacts: tuple[Artifact, ...]

    def to_dict(self) -> dict[str, Any]:
        """This record as strict JSON values."""
        reports = [each.report for each in self.reports]
        verdict, score = worst_verdict(reports), worst_score(reports)
        return {
            "job": {
                **asdict(self.job),
                "id": str(self.job.id),
                "tags": list(self.job.tags),
                "created_at": self.job.created_at.isoformat(),
                "state": self.state,
                "verdict": verdict and verdict.value,
                "score": None if score is None else round(score, 2),
                "started_at": self.started_at and self.started_at.isoformat(),
                "finished_at": self.finished_at and self.finished_at.isoformat(),
                "error": self.error and asdict(self.error),
            },
            "reports": [
                {"node_id": each.node_id, "report": each.report.to_dict()} for each in self.reports
            ],
            "artifacts": [asdict(artifact) for artifact in self.artifacts],
        }


def find_job(connection: "Connection", wanted: str) -> JobRecord | None:
    """The job with this id, or the newest of the prompt with this id.

    Args:
        connection: to the database.
        wanted: a job's or a prompt's id.

    Returns:
        The job with its reports and files, or None where there is none.
    """
    rows = _rows(
        connection,
        NEWEST_JOB_OF_ID_OR_PROMPT,
        {"id": _as_uuid(wanted), "prompt_id": wanted.replace("\0", "")},
    )
    if not rows:
        return None
    row = rows[0]
    of_job = {"id": row["id"]}
    return JobRecord(
        job=Job(
            **{name: row[name] for name in ("id", "prompt_id", "project", "scene", "shot")},
            character=row["character"],
            tags=tuple(row["tags"]),
            created_at=_utc(row["created_at"]),
        ),
        state=row["state"],
        started_at=row["started_at"] and _utc(row["started_at"]),
        finished_at=row["finished_at"] and _utc(row["finished_at"]),
        error=_error(row),
        reports=_reports(connection, of_job),
        artifacts=tuple(Artifact(**each) for each in _rows(connection, ARTIFACTS_OF_JOB, of_job)),
    )


def _reports(connection: "Connection", of_job: dict[str, Any]) -> tuple[NodeReport, ...]:
    measurements: dict[int, list[dict[str, Any]]] = {}
    for row in _rows(connection, MEASUREMENTS_OF_JOB, of_job):
        start, end = row.pop("threshold_from"), row.pop("threshold_to")
        row["threshold"] = [start, end] if row["better"] == "band" and start is not None else start
        measurements.setdefault(row["report_id"], []).append(row)
    return tuple(
        NodeReport(row["node_id"], _report(row, measurements.get(row["id"], [])))
        for row in _rows(connection, REPORTS_OF_JOB, of_job)
    )


def _report(row: dict[str, Any], measurements: list[dict[str, Any]]) -> Report:
    worst = {name: row[f"worst_{name}"] for name in ("frame", "reason_code", "reason")}
    return Report.from_dict(
        {
            **{name: row[name] for name in ("subject", "frames", "fps", "verdict", "score")},
            "schema": 1,
            "worst": None if worst["frame"] is None else worst,
            "measurements": measurements,
        }
    )


def _error(row: dict[str, Any]) -> JobError | None:
    if row["error_message"] is None:
        return None
    names = ("node_id", "node_type", "exception", "message", "traceback")
    return JobError(**{name: row[f"error_{name}"] for name in names})


def _rows(connection: "Connection", query: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    from psycopg.rows import dict_row

    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _utc(time: datetime) -> datetime:
    return time.astimezone(timezone.utc)
