"""Step of migration 7: jobs that were recorded before are judged by what they kept."""

import logging
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from .history import reports_of as read_reports
from .job import JobState, NodeReport
from .judgement import JobVerdict, ReportSummary, judge, judge_by_worst, summaries
from .kept_before import NotRecomputable, has_kept_reports, kept_before
from .report_rows import add_report
from .verdict_rows import keep_verdicts, reports_of

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

BATCH = 250  # jobs whose graphs are in memory together, of 50 kB and more each
NO_JOB = UUID(int=0)
# Only what reported can be judged, and a job that didn't complete has no verdict.
NEXT_JOBS = """
SELECT id, graph FROM anime.jobs
WHERE id > %(after)s AND state = 'completed' AND verdict IS NOT NULL
ORDER BY id LIMIT %(limit)s
"""
END_OF_JOB = """
SELECT event_id, max(position) + 1 FROM anime.reports WHERE job_id = %(job_id)s
GROUP BY event_id ORDER BY 2 DESC LIMIT 1
"""

Judged = tuple[UUID, list[int], JobVerdict]


def judge_recorded_jobs(connection: "Connection") -> None:
    """Judge all completed jobs anew; those whose data don't allow it keep the worst of all reports.

    Args:
        connection: inside the transaction of the migration.
    """
    after, jobs = NO_JOB, 0
    while rows := connection.execute(NEXT_JOBS, {"after": after, "limit": BATCH}).fetchall():
        after, jobs = rows[-1][0], jobs + len(rows)
        keep_verdicts(connection, _judged(connection, dict(rows)))
        log.info("Jobs that were judged by what they kept so far: %s.", jobs)


def _judged(connection: "Connection", graphs: Mapping[UUID, Any]) -> Iterator[Judged]:
    recorded = reports_of(connection, list(graphs))
    for job_id, graph in graphs.items():
        ids, reports = recorded.get(job_id, ([], []))
        if graph is None:
            yield job_id, ids, judge_by_worst(reports)
            continue
        try:
            if has_kept_reports(graph):
                ids, reports = _with_kept(connection, job_id, graph, ids, reports)
            yield job_id, ids, judge(JobState.COMPLETED, graph, reports)
        except NotRecomputable as error:
            log.info("Job %s keeps the verdict of its worst report: %s", job_id, error)
            yield job_id, ids, judge_by_worst(reports)


def _with_kept(
    connection: "Connection",
    job_id: UUID,
    graph: Mapping[str, Any],
    ids: list[int],
    reports: list[ReportSummary],
) -> tuple[list[int], list[ReportSummary]]:
    """Add the reports that Gates and Best Ofs show today, and return all reports of the job.

    Raises:
        NotRecomputable: the data of the job don't say what was kept.
    """
    try:
        rows = read_reports(connection, job_id)
    except ValueError as error:
        raise NotRecomputable(str(error)) from error
    recorded = [NodeReport(row["node_id"], row["report"]) for row in rows]
    kept = kept_before(graph, recorded)
    end = connection.execute(END_OF_JOB, {"job_id": job_id}).fetchone()
    if end is None:
        return ids, reports
    event_id, position = end
    added = [
        add_report(connection, event_id, job_id, position + place, each)
        for place, each in enumerate(kept)
    ]
    return [*ids, *added], [*reports, *summaries(kept)]
