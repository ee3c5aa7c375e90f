"""Step of migration 7: jobs that were recorded before are judged by what they kept."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..job import JobState
from ..provenance.judgement import JobVerdict, ReportSummary, judge, judge_by_worst
from ..provenance.kept_before import has_kept_reports, kept_before
from ..queries.history import report_of_row, report_rows
from ..queries.report_rows import NewReport, add_rows
from ..queries.verdict_rows import keep_verdicts, reports_of

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

BATCH = 250  # jobs whose graphs are in memory together, of 50 kB and more each
# Only what reported can be judged, and a job that didn't complete has no verdict.
RECORDED_JOBS = """
SELECT id, graph, EXISTS (SELECT FROM anime.artifacts WHERE artifacts.job_id = jobs.id)
FROM anime.jobs WHERE state = 'completed' AND verdict IS NOT NULL
"""

Judged = tuple[UUID, Sequence[int], JobVerdict]
Recorded = dict[UUID, tuple[list[int], list[ReportSummary]]]


def judge_recorded_jobs(connection: "Connection") -> None:
    """Judge all completed jobs anew; those whose data don't allow it keep the worst of all reports.

    Args:
        connection: inside the transaction of the migration.
    """
    jobs = 0
    # A cursor of the server reads the jobs as they were before this, in one pass.
    with connection.cursor(name="recorded_jobs") as recorded_jobs:
        recorded_jobs.execute(RECORDED_JOBS)
        while rows := recorded_jobs.fetchmany(BATCH):
            jobs += len(rows)
            graphs = {job_id: graph for job_id, graph, _ in rows}
            empty_handed = {job_id for job_id, _, wrote in rows if not wrote}
            keep_verdicts(connection, _judged(connection, graphs, empty_handed))
            log.info("Jobs that were judged by what they kept so far: %s.", jobs)


def _judged(
    connection: "Connection", graphs: Mapping[UUID, Any], empty_handed: Collection[UUID]
) -> list[Judged]:
    """Judge jobs of before, of which those in `empty_handed` wrote no file.

    Which Save Job wrote the files of the others is not known.
    """
    recorded = reports_of(connection, list(graphs))
    without_kept = [job_id for job_id, graph in graphs.items() if has_kept_reports(graph)]
    refused = _add_kept(connection, {job_id: graphs[job_id] for job_id in without_kept}, recorded)
    judged: list[Judged] = []
    for job_id, graph in graphs.items():
        ids, reports = recorded.get(job_id, ([], []))
        if graph is None or job_id in refused:
            judged.append((job_id, ids, judge_by_worst(reports)))
        else:
            saved_by = () if job_id in empty_handed else None
            judged.append((job_id, ids, judge(JobState.COMPLETED, graph, reports, saved_by)))
    return judged


def _add_kept(
    connection: "Connection", graphs: Mapping[UUID, Any], recorded: Recorded
) -> set[UUID]:
    """Add the reports that Gates and Best Ofs show today, also to `recorded`.

    Returns:
        Ids of the jobs whose data don't say what was kept.
    """
    refused: set[UUID] = set()
    added: list[NewReport] = []
    for job_id, rows in report_rows(connection, list(graphs)).items() if graphs else ():
        event_id, position = rows[-1]["event_id"], rows[-1]["position"] + 1
        try:
            kept = kept_before(graphs[job_id], [report_of_row(row) for row in rows])
        except ValueError as error:  # NotRecomputable, or a row that is no report
            log.info("Job %s keeps the verdict of its worst report: %s", job_id, error)
            refused.add(job_id)
            continue
        added += [
            NewReport(event_id, job_id, position + place, each) for place, each in enumerate(kept)
        ]
    ids = add_rows(connection, added)
    for report_id, each in zip(ids, added, strict=True):
        node, report = each.node_report.node_id, each.node_report.report
        ids_of_job, summaries = recorded[each.job_id]
        ids_of_job.append(report_id)
        summaries.append(ReportSummary(node, report.subject, report.verdict, report.score))
    return refused
