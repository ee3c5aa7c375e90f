"""Verdicts of jobs in the database, by reports and graphs that arrive in any order."""

from datetime import datetime, timezone
from itertools import permutations
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobState, ShownReport, new_job
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.queries.listing import list_jobs
from anime_production.models.jobs.recording.events import JobFinished, JobQueued, JobStarted
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

from ..judging import example

END = datetime(2026, 3, 1, 12, 1, tzinfo=timezone.utc)
SEAM = Measure("seam", "steps", Better.HIGHER, 0.0, 10.0, "structural", 5.0, True)
OF_JOB = "SELECT verdict, score, judged_by FROM anime.jobs WHERE id = %s"
DECIDES = "SELECT node_id, decides FROM anime.reports WHERE job_id = %s ORDER BY position"


def scored(value: float) -> Report:
    return Report("loop", (SEAM.measured(value, "too_few_frames", {"frames": 1, "least": 2}),), 12)


# Close Loop: before, closed, and scored again.
REPORTS = tuple(
    ShownReport(node, scored(value).to_dict())
    for node, value in (("2", 3.9), ("3", 8.6), ("4", 8.6))
)


def ended(job, state=JobState.COMPLETED, graph=None) -> JobFinished:
    return JobFinished(job, state, None, END, None, graph, REPORTS)


def of(connection, job) -> tuple:
    verdict = connection.execute(OF_JOB, (job.id,)).fetchone()
    return verdict, dict(connection.execute(DECIDES, (job.id,)).fetchall())


CLOSED = (("PASS", scored(8.6).score, "kept"), {"2": False, "3": True, "4": False})


def test_a_closed_loop_is_a_pass_whenever_its_graph_comes(every_connection):
    graph = example("close_a_loop")
    for order in permutations(range(3)):
        job = new_job("p")
        events = [JobQueued(job, graph), JobStarted(job), ended(job)]
        for number in order:
            assert write(every_connection, events[number])
        assert of(every_connection, job) == CLOSED, order


def test_a_graph_may_come_with_the_end(connection, job):
    write(connection, ended(job, graph=example("close_a_loop")))
    assert of(connection, job) == CLOSED


def test_a_job_whose_graph_is_not_known_is_judged_by_all_until_it_comes(connection, job):
    write(connection, ended(job))
    every = dict.fromkeys("234", True)
    assert of(connection, job) == (("FAIL", scored(3.9).score, "last"), every)
    write(connection, JobQueued(job, example("close_a_loop")))
    assert of(connection, job) == CLOSED


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
def test_a_job_that_did_not_complete_has_reports_and_no_verdict(connection, job, state):
    write(connection, JobQueued(job, example("close_a_loop")))
    write(connection, ended(job, state))
    assert of(connection, job) == ((None, None, None), dict.fromkeys("234", False))


def test_a_job_that_was_taken_for_lost_has_its_verdict_when_its_end_comes(connection, job):
    write(connection, JobQueued(job, example("close_a_loop")))
    connection.execute(
        "UPDATE anime.jobs SET state = 'lost', finished_at = now() WHERE id = %s", (job.id,)
    )
    assert of(connection, job) == ((None, None, None), {})
    write(connection, ended(job))
    assert of(connection, job) == CLOSED


def test_a_job_is_read_back_with_what_decided(connection, job):
    write(connection, ended(job, graph=example("close_a_loop")))
    record = find_job(connection, str(job.id))
    assert record is not None
    assert tuple(record.columns[each] for each in ("verdict", "score", "judged_by")) == CLOSED[0]
    assert record.reports == tuple(each.read() for each in REPORTS)
    assert record.deciding == (1,)
    answer = record.to_dict()
    assert [answer["job"][name] for name in ("verdict", "score", "judged_by")] == [*CLOSED[0]]
    assert [each["decides"] for each in answer["reports"]] == [False, True, False]


def test_a_report_keeps_the_score_that_was_stored_with_it(connection, job):
    write(connection, ended(job, graph=example("close_a_loop")))
    connection.execute("UPDATE anime.reports SET score = 86 WHERE node_id = '3'")
    record = find_job(connection, str(job.id))
    assert record is not None
    scores = [each["report"]["score"] for each in record.to_dict()["reports"]]
    assert scores == [scored(3.9).score, 86.0, scored(8.6).score]


def test_the_list_has_the_rule_and_the_reason_of_what_decided(connection, job):
    graph = example("close_a_loop")
    write(connection, ended(job, graph=graph))
    (row,) = list_jobs(connection, JobQuery(), 10).jobs
    assert [row[name] for name in ("verdict", "judged_by", "reason")] == ["PASS", "kept", None]
    graph["8"]["inputs"]["report"] = ["2", 0]
    failed = new_job("failed")
    reports = (ShownReport("4", scored(1.0).to_dict()), ShownReport("2", scored(3.9).to_dict()))
    write(connection, JobFinished(failed, JobState.COMPLETED, None, END, None, graph, reports))
    connection.execute("UPDATE anime.measurements SET reason = report_id::text")
    query = "SELECT id::text FROM anime.reports WHERE job_id = %s AND node_id = '2'"
    row = next(each for each in list_jobs(connection, JobQuery(), 10).jobs
               if each["id"] == failed.id)  # fmt: skip
    assert (row["reason"],) == connection.execute(query, (failed.id,)).fetchone()


def test_a_job_that_is_gone_has_no_verdict_to_keep(connection):
    from anime_production.models.jobs.queries.verdict_rows import judge_job

    judge_job(connection, uuid4())
    assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (0,)
