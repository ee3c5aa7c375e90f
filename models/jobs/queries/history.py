"""Reads jobs back from the database."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...report import Report
from ..job import Artifact, Job, JobError, JobSource, NodeReport
from . import sql
from .details import find_id
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class JobRecord:
    """A job as the database knows it.

    Attributes:
        job: what is tracked.
        state: a `JobState`'s value.
        machine: that ran it.
        progress: part of its nodes that are done, 0 to 1; None where nobody said.
        review: the newest review's verdict.
        verdict, score: of what it kept; None without such.
        judged_by: a `JudgedBy`'s value, None without a verdict.
        started_at, finished_at: None as long as it didn't.
        error: why it failed.
        reports: of its nodes, in their order.
        deciding: positions of the reports that its verdict comes from.
        artifacts: the files that it wrote.
    """

    job: Job
    state: str
    machine: str
    progress: float | None
    review: str | None
    verdict: str | None
    score: float | None
    judged_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    error: JobError | None
    reports: tuple[NodeReport, ...]
    deciding: tuple[int, ...]
    artifacts: tuple[Artifact, ...]

    def to_dict(self) -> dict[str, Any]:
        """This record as strict JSON values."""
        return {
            "job": {
                **asdict(self.job),
                "id": str(self.job.id),
                "tags": list(self.job.tags),
                "source": self.job.source.value,
                "process_id": self.job.process_id and str(self.job.process_id),
                "reproduced_from": self.job.reproduced_from and str(self.job.reproduced_from),
                "created_at": self.job.created_at.isoformat(),
                "machine": self.machine,
                "state": self.state,
                "progress": self.progress,
                "review": self.review,
                "verdict": self.verdict,
                "score": None if self.score is None else round(self.score, 2),
                "judged_by": self.judged_by,
                "started_at": self.started_at and self.started_at.isoformat(),
                "finished_at": self.finished_at and self.finished_at.isoformat(),
                "error": self.error and asdict(self.error),
            },
            "reports": [
                {
                    "node_id": each.node_id,
                    "report": each.report.to_dict(),
                    "decides": position in self.deciding,
                }
                for position, each in enumerate(self.reports)
            ],
            "artifacts": [asdict(artifact) for artifact in self.artifacts],
        }


def find_job(connection: "Connection", job_or_prompt: str) -> JobRecord | None:
    """The job with this id, or the newest of the prompt with this id.

    Args:
        connection: to the database.
        job_or_prompt: id of either.

    Returns:
        The job with its reports and files, or None where there is none.
    """
    job_id = find_id(connection, job_or_prompt)
    rows = [] if job_id is None else rows_of(connection, sql("record_of_job"), {"id": job_id})
    if not rows:
        return None
    row = rows[0]
    of_job = {"id": row["id"]}
    reports = report_rows(connection, [row["id"]]).get(row["id"], [])
    same = ("id", "prompt_id", "project", "episode", "scene", "shot", "character", "created_at")
    return JobRecord(
        job=Job(
            **{name: row[name] for name in same},
            tags=tuple(row["tags"]),
            client_id=row["client_id"],
            source=JobSource(row["source"]),
            process_id=row["process_id"],
            reproduced_from=row["reproduced_from"],
        ),
        **{
            name: row[name]
            for name in (
                *("state", "machine", "progress", "review", "verdict", "score", "judged_by"),
                *("started_at", "finished_at"),
            )
        },
        error=_error(row),
        reports=tuple(map(report_of_row, reports)),
        deciding=tuple(place for place, each in enumerate(reports) if each["decides"]),
        artifacts=tuple(
            Artifact(**each) for each in rows_of(connection, sql("artifacts_of_job"), of_job)
        ),
    )


def report_rows(connection: "Connection", jobs: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the rows of the reports of each job in their order, with their `measurements`."""
    of_jobs = {"jobs": list(jobs)}
    measurements: dict[int, list[dict[str, Any]]] = {}
    for row in rows_of(connection, sql("measurements_of_jobs"), of_jobs):
        start, end = row.pop("threshold_from"), row.pop("threshold_to")
        row["threshold"] = [start, end] if row["better"] == "band" and start is not None else start
        measurements.setdefault(row["report_id"], []).append(row)
    rows: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows_of(connection, sql("reports_of_jobs"), of_jobs):
        complete = {**row, "measurements": measurements.get(row["id"], [])}
        rows.setdefault(row["job_id"], []).append(complete)
    return rows


def report_of_row(row: Mapping[str, Any]) -> NodeReport:
    """Return the report of a row from `report_rows`, with its node.

    Raises:
        ReportError: it is no report of this pack.
    """
    worst = {name: row[f"worst_{name}"] for name in ("frame", "reason_code", "reason")}
    names = ("subject", "frames", "fps", "verdict", "score", "measurements")
    report = Report.from_dict(
        {
            **{name: row[name] for name in names},
            "schema": 1,
            "worst": None if worst["frame"] is None else worst,
        }
    )
    return NodeReport(row["node_id"], report)


def _error(row: dict[str, Any]) -> JobError | None:
    if row["error_message"] is None:
        return None
    names = ("node_id", "node_type", "exception", "message", "traceback")
    return JobError(**{name: row[f"error_{name}"] for name in names})
