"""Verdicts of jobs, computed from the reports in the database and stored with the jobs."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...report import Verdict
from ..job import JobState
from ..provenance.judgement import JobVerdict, ReportSummary, judge
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection


def judge_job(connection: "Connection", job_id: UUID) -> None:
    """Judge a job by its reports and graph in the database, and store the verdict.

    Reports and graph can arrive in any order, so this is called after each of them.

    Args:
        connection: connection inside a transaction that has locked the job's row.
        job_id: id of a job in the database.
    """
    row = connection.execute(sql("job_to_judge"), {"job_id": job_id}).fetchone()
    if row is None:
        return
    ids, reports = reports_of(connection, [job_id]).get(job_id, ([], []))
    state, graph, saved_by = row
    store_verdicts(connection, [(job_id, ids, judge(JobState(state), graph, reports, saved_by))])


def reports_of(
    connection: "Connection", jobs: Sequence[UUID]
) -> dict[UUID, tuple[list[int], list[ReportSummary]]]:
    """Return the ids and summaries of each job's reports, in their order."""
    reports: dict[UUID, tuple[list[int], list[ReportSummary]]] = {}
    for job_id, report_id, node_id, subject, verdict, score in connection.execute(
        sql("summaries_of_reports"), {"jobs": list(jobs)}
    ):
        ids, summaries = reports.setdefault(job_id, ([], []))
        ids.append(report_id)
        summaries.append(ReportSummary(node_id, subject, Verdict(verdict), score))
    return reports


def store_verdicts(
    connection: "Connection", judged: Iterable[tuple[UUID, Sequence[int], JobVerdict]]
) -> None:
    """Store the verdicts of jobs, and mark the reports that decide.

    Args:
        connection: connection inside a transaction.
        judged: for each job, its id, the ids of its reports in their order, and its verdict.
    """
    columns: dict[str, list[Any]] = {
        name: [] for name in ("jobs", "verdicts", "scores", "rules", "deciding")
    }
    for job_id, report_ids, verdict in judged:
        columns["jobs"].append(job_id)
        columns["verdicts"].append(verdict.verdict and verdict.verdict.value)
        columns["scores"].append(verdict.score)
        columns["rules"].append(verdict.judged_by and verdict.judged_by.value)
        columns["deciding"] += [report_ids[position] for position in verdict.deciding]
    connection.execute(sql("store_verdicts"), columns)
    connection.execute(sql("mark_deciding_reports"), columns)
