"""Reading of whole jobs from the database, with their reports and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...report import Report
from ..columns import NAME_JOINS, RECORD, as_json, select
from ..job import Artifact, Job, JobError, JobSource, NodeReport
from ..json_values import to_json_value
from . import sql
from .details import find_id
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection


@dataclass(frozen=True)
class JobRecord:
    """A job with all that the database holds about it.

    Attributes:
        job: the job itself.
        columns: values of the job's columns, by name.
        error: error that failed the job; None if it did not fail.
        reports: reports of the job's nodes, in their order.
        scores: scores that were stored with the reports. Versions before 0.2.0 computed them by
            another formula.
        deciding: positions of the reports that decide the job's verdict.
        artifacts: files that the job wrote.
    """

    job: Job
    columns: Mapping[str, Any]
    error: JobError | None
    reports: tuple[NodeReport, ...]
    scores: tuple[float | None, ...]
    deciding: tuple[int, ...]
    artifacts: tuple[Artifact, ...]

    @property
    def state(self) -> str:
        """Value of the job's `JobState`."""
        return str(self.columns["state"])

    @property
    def machine(self) -> str:
        """Host name of the machine that ran the job."""
        return str(self.columns["machine"])

    def to_dict(self) -> dict[str, Any]:
        """Return this record as strict JSON values."""
        return {
            "job": as_json(RECORD, self.columns),
            "reports": [
                {
                    "node_id": each.node_id,
                    "report": {**each.report.to_dict(), "score": self.scores[position]},
                    "decides": position in self.deciding,
                }
                for position, each in enumerate(self.reports)
            ],
            "artifacts": to_json_value(self.artifacts),
        }


def find_job(connection: "Connection", job_or_prompt_id: str) -> JobRecord | None:
    """Return a job by its id, or the newest job of a prompt by the prompt's id.

    Args:
        connection: connection to the database.
        job_or_prompt_id: id of a job or of a prompt.

    Returns:
        The job with its reports and files; None if there is no such job.
    """
    job_id = find_id(connection, job_or_prompt_id)
    query = sql("record_of_job", columns=select(RECORD), name_joins=NAME_JOINS)
    rows = [] if job_id is None else rows_of(connection, query, {"id": job_id})
    if not rows:
        return None
    row = rows[0]
    reports = report_rows(connection, [row["id"]]).get(row["id"], [])
    files = rows_of(connection, sql("artifacts_of_job"), {"id": row["id"]})
    values = {each.name: row[each.name] for each in fields(Job)}
    values |= {"tags": tuple(row["tags"]), "source": JobSource(row["source"])}
    return JobRecord(
        job=Job(**values),
        columns=row,
        error=None if row["error"] is None else JobError(**row["error"]),
        reports=tuple(map(report_of_row, reports)),
        scores=tuple(each["score"] for each in reports),
        deciding=tuple(position for position, each in enumerate(reports) if each["decides"]),
        artifacts=tuple(Artifact(**each) for each in files),
    )


def report_rows(connection: "Connection", jobs: Sequence[UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Return the rows of each job's reports in their order, with their `measurements`."""
    job_ids = {"jobs": list(jobs)}
    measurements: dict[int, list[dict[str, Any]]] = {}
    for row in rows_of(connection, sql("measurements_of_jobs"), job_ids):
        start, end = row.pop("threshold_from"), row.pop("threshold_to")
        row["threshold"] = [start, end] if row["better"] == "band" and start is not None else start
        measurements.setdefault(row["report_id"], []).append(row)
    rows: dict[UUID, list[dict[str, Any]]] = {}
    for row in rows_of(connection, sql("reports_of_jobs"), job_ids):
        complete = {**row, "measurements": measurements.get(row["id"], [])}
        rows.setdefault(row["job_id"], []).append(complete)
    return rows


def report_of_row(row: Mapping[str, Any]) -> NodeReport:
    """Return the report in a row of `report_rows`, with its node.

    Raises:
        ReportError: the row is not a valid report of this pack.
    """
    worst = {name: row[f"worst_{name}"] for name in ("frame", "reason_code", "reason")}
    names = ("subject", "frames", "fps", "verdict", "score", "measurements")
    report = {
        **{name: row[name] for name in names},
        "schema": 1,
        "worst": None if worst["frame"] is None else worst,
    }
    return NodeReport(row["node_id"], Report.from_dict(report))
