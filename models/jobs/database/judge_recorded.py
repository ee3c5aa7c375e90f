"""Step of migration 7, which gives every older job a verdict on the results that it kept."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..job import JobState
from ..provenance.judgement import JobVerdict, ReportSummary, judge, judge_by_worst
from ..provenance.kept_before import compute_kept_reports, has_kept_reports
from ..queries.history import report_of_row, report_rows
from ..queries.report_rows import NewReport, add_rows
from ..queries.verdict_rows import reports_of, store_verdicts

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

BATCH = 250  # jobs whose graphs are in memory together; a graph has 50 kB and more
# Only completed jobs are judged. A job that has no verdict so far has no reports to judge it by.
RECORDED_JOBS = """
SELECT id, graph, EXISTS (SELECT FROM anime.artifacts WHERE artifacts.job_id = jobs.id)
FROM anime.jobs WHERE state = 'completed' AND verdict IS NOT NULL
"""

# Id of a job, ids of its reports, and its verdict.
Judged = tuple[UUID, Sequence[int], JobVerdict]
# Ids and summaries of each job's reports, by the job's id.
Recorded = dict[UUID, tuple[list[int], list[ReportSummary]]]


def judge_recorded_jobs(connection: "Connection") -> None:
    """Judge all completed jobs again by the current rule.

    A job whose data don't allow this keeps the verdict of its worst report.

    Args:
        connection: connection inside the transaction of the migration.
    """
    jobs = 0
    # A server-side cursor reads the jobs as they were before the changes below, in one pass.
    with connection.cursor(name="recorded_jobs") as recorded_jobs:
        recorded_jobs.execute(RECORDED_JOBS)
        while rows := recorded_jobs.fetchmany(BATCH):
            jobs += len(rows)
            graphs = {job_id: graph for job_id, graph, _ in rows}
            without_files = {job_id for job_id, _, has_files in rows if not has_files}
            store_verdicts(connection, _judge(connection, graphs, without_files))
            log.info("Judged %s older jobs so far by the results that they kept.", jobs)


def _judge(
    connection: "Connection", graphs: Mapping[UUID, Any], without_files: Collection[UUID]
) -> list[Judged]:
    """Judge older jobs.

    Jobs in `without_files` wrote no file. For the other jobs, the database doesn't tell which Save
    Job wrote their files.
    """
    recorded = reports_of(connection, list(graphs))
    incomplete = [job_id for job_id, graph in graphs.items() if has_kept_reports(graph)]
    refused = _add_kept(connection, {job_id: graphs[job_id] for job_id in incomplete}, recorded)
    judged: list[Judged] = []
    for job_id, graph in graphs.items():
        ids, reports = recorded.get(job_id, ([], []))
        if graph is None or job_id in refused:
            judged.append((job_id, ids, judge_by_worst(reports)))
        else:
            saved_by = () if job_id in without_files else None
            judged.append((job_id, ids, judge(JobState.COMPLETED, graph, reports, saved_by)))
    return judged


def _add_kept(
    connection: "Connection", graphs: Mapping[UUID, Any], recorded: Recorded
) -> set[UUID]:
    """Add the reports of Gates and Best Ofs that older versions of the pack did not record.

    They are added to the database and to `recorded`.

    Returns:
        Ids of the jobs for which these reports can't be computed from the recorded data.
    """
    refused: set[UUID] = set()
    added: list[NewReport] = []
    for job_id, rows in report_rows(connection, list(graphs)).items() if graphs else ():
        event_id, position = rows[-1]["event_id"], rows[-1]["position"] + 1
        try:
            kept = compute_kept_reports(graphs[job_id], [report_of_row(row) for row in rows])
        except ValueError as error:  # NotRecomputable, or a row that isn't a valid report
            log.info("Job %s keeps the verdict of its worst report: %s", job_id, error)
            refused.add(job_id)
            continue
        added += [
            NewReport(event_id, job_id, position + number, each, each.report.score)
            for number, each in enumerate(kept)
        ]
    ids = add_rows(connection, added)
    for report_id, each in zip(ids, added, strict=True):
        node, report = each.node_report.node_id, each.node_report.report
        ids_of_job, summaries = recorded[each.job_id]
        ids_of_job.append(report_id)
        summaries.append(ReportSummary(node, report.subject, report.verdict, report.score))
    return refused
