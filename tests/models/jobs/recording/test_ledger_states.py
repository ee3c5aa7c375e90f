# mypy: disable-error-code="union-attr"
from dataclasses import replace
from datetime import datetime, timezone
from itertools import permutations
from uuid import uuid4

import pytest

from anime_production.models.gating.retry import Attempt, OnExhausted, Trial
from anime_production.models.jobs.job import (
    JobSource,
    JobState,
    Review,
    ReviewVerdict,
    ShownReport,
    new_job,
)
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
)
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

END = datetime(2026, 3, 1, 12, 1, tzinfo=timezone.utc)
GRAPH = {"1": {"class_type": "AnimeJob", "inputs": {}}, "2": {"class_type": "AnimeRetryEnd"}}


def finished(job, state=JobState.COMPLETED, reports=(), graph=None) -> JobFinished:
    return JobFinished(job, state, None, END, None, graph, tuple(reports))


def ask(connection, query: str, job) -> tuple:
    return connection.execute(query.encode(), {"id": job.id}).fetchone()


def state_of(connection, job) -> str:
    return ask(connection, "SELECT state FROM anime.jobs WHERE id = %(id)s", job)[0]


def count(connection, table: str) -> int:
    return connection.execute(f"SELECT count(*) FROM anime.{table}".encode()).fetchone()[0]


def history(connection, job) -> list:
    query = "SELECT kind, state FROM anime.job_events WHERE job_id = %s ORDER BY at"
    return connection.execute(query, (job.id,)).fetchall()


def test_a_job_goes_from_waiting_over_running_to_its_end(every_connection, job):
    job = replace(job, process_id=uuid4(), source=JobSource.PRODUCTION, client_id="me")
    write(every_connection, JobQueued(job, GRAPH, {"nodes": []}))
    query = "SELECT state, started_at, source, client_id, process_id FROM anime.jobs"
    row = every_connection.execute(query.encode()).fetchone()
    assert row == ("pending", None, "production", "me", job.process_id)
    started = JobStarted(job)
    write(every_connection, started)
    assert state_of(every_connection, job) == "in_progress"
    write(every_connection, finished(job))
    query = "SELECT state, started_at, finished_at, progress, graph, workflow FROM anime.jobs"
    row = every_connection.execute(query.encode()).fetchone()
    assert row == ("completed", started.at, END, 1.0, GRAPH, {"nodes": []})
    assert history(every_connection, job) == [
        ("job_queued", "pending"),
        ("job_started", "in_progress"),
        ("job_finished", "completed"),
    ]


def test_whatever_the_order_the_job_comes_out_the_same(connection, report):
    orders = list(permutations(range(4)))
    for order in orders:
        queued = new_job("p", "as queued")
        named = replace(queued, project="as it ran", tags=("night",))
        events = [
            JobQueued(queued, GRAPH),
            JobStarted(named),
            JobProgressed(named, 0.5, "2"),
            finished(named, reports=[ShownReport("5", report.to_dict())]),
        ]
        for number in order:
            assert write(connection, events[number])
        query = (
            "SELECT state, name, tags, verdict, progress, progress_node_id, graph IS NOT NULL,"
            " finished_at FROM anime.jobs JOIN anime.projects ON projects.id = project_id"
            " WHERE jobs.id = %(id)s"
        )
        told = ("completed", "as it ran", ["night"], "FAIL", 1.0, None, True, END)
        assert ask(connection, query, queued) == told, order
    assert count(connection, "job_events") == 3 * len(orders)


def test_the_first_end_of_a_job_holds(connection, job, report):
    write(connection, finished(job, JobState.CANCELLED))
    late = [
        finished(job, JobState.COMPLETED, [ShownReport("5", report.to_dict())]),
        JobStarted(job),
        JobProgressed(job, 0.2, "1"),
        JobQueued(job, GRAPH),
    ]
    for event in late:
        assert write(connection, event)
    assert state_of(connection, job) == "cancelled"
    assert count(connection, "reports") == 0
    states = {state for _, state in history(connection, job)}
    assert states == {"cancelled", None}


def test_progress_stays_with_the_job_and_makes_no_history(every_connection, job):
    write(every_connection, JobQueued(job, GRAPH))
    for share, node in ((0.25, "1"), (0.5, "2")):
        assert write(every_connection, JobProgressed(job, share, node))
    query = "SELECT state, progress, progress_node_id FROM anime.jobs WHERE id = %(id)s"
    assert ask(every_connection, query, job) == ("in_progress", 0.5, "2")
    assert count(every_connection, "job_events") == 1


def lose(connection, job) -> None:
    connection.execute(
        "UPDATE anime.jobs SET state = 'lost', finished_at = now() WHERE id = %s", (job.id,)
    )


def test_a_lost_job_yields_to_its_process_but_not_to_a_bystander(connection, job):
    write(connection, JobStarted(job))
    for said in (JobProgressed(job, 0.5, "1"), JobStarted(job)):
        lose(connection, job)
        write(connection, said)
        query = "SELECT state, finished_at FROM anime.jobs WHERE id = %(id)s"
        assert ask(connection, query, job) == ("in_progress", None)
    lose(connection, job)
    write(connection, JobReviewed(job, Review(ReviewVerdict.REJECTED)))
    write(connection, JobQueued(job, GRAPH))
    assert state_of(connection, job) == "lost"
    write(connection, finished(job, JobState.FAILED))
    assert state_of(connection, job) == "failed"


def test_reviews_are_kept_each_once(every_connection, job):
    write(every_connection, finished(job))
    reviews = [
        JobReviewed(job, Review(ReviewVerdict.REJECTED, "the hair flickers", "Aoi")),
        JobReviewed(job, Review(ReviewVerdict.APPROVED)),
    ]
    for event in reviews * 2:
        write(every_connection, event)
    query = "SELECT verdict, reason, reviewer FROM anime.reviews ORDER BY reviewed_at"
    assert every_connection.execute(query.encode()).fetchall() == [
        ("rejected", "the hair flickers", "Aoi"),
        ("approved", "", ""),
    ]
    assert state_of(every_connection, job) == "completed"


def test_a_picture_of_a_file_is_kept(connection, job, artifact):
    write(connection, ArtifactWritten(job, artifact, thumbnail=b"a small picture"))
    write(connection, ArtifactWritten(job, artifact))
    assert connection.execute("SELECT webp FROM anime.thumbnails").fetchall() == [
        (b"a small picture",)
    ]


def test_nothing_more_is_said_of_a_deleted_job(connection, story):
    job = story[0].job
    write(connection, story[0])
    connection.execute("INSERT INTO anime.deleted_jobs (id) VALUES (%s)", (job.id,))
    connection.execute("DELETE FROM anime.jobs WHERE id = %s", (job.id,))
    for event in (*story, JobQueued(job, GRAPH), JobProgressed(job, 1.0, None)):
        assert not write(connection, event)
    assert count(connection, "jobs") == count(connection, "job_events") == 0


def test_a_job_that_is_run_again_names_the_first_where_that_is_known(connection, job):
    write(connection, JobQueued(job, GRAPH))
    again = replace(new_job("b"), reproduced_from=job.id)
    stranger = replace(new_job("c"), reproduced_from=uuid4())
    for each in (again, stranger):
        assert write(connection, JobQueued(each, GRAPH))
    query = "SELECT reproduced_from FROM anime.jobs WHERE id = %(id)s"
    assert ask(connection, query, again) == (job.id,)
    assert ask(connection, query, stranger) == (None,)


def scored(value: float) -> Report:
    seam = Measure("seam", "steps", Better.HIGHER, 0.0, 10.0, "structural", 5.0, True)
    return Report("loop", (seam.measured(value, "no_frames"),), 12)


def test_every_round_of_a_retry_is_kept(every_connection, job):
    trial = Trial(3, OnExhausted.BEST)
    for seed, value in ((2**64 - 1, 2.0), (0, 4.0), (1, 3.0)):
        trial = trial.after(Attempt(seed, scored(value)))
    reports = [
        ShownReport("2", trial.report.to_dict()),
        ShownReport("1", trial.report.to_dict()),
    ]  # 1: shown again
    write(every_connection, finished(job, reports=reports, graph=GRAPH))
    query = (
        "SELECT node_id, number, seed, verdict, score, chosen, reason <> ''"
        " FROM anime.retry_attempts ORDER BY number"
    )
    assert every_connection.execute(query.encode()).fetchall() == [
        ("2", 1, 2**64 - 1, "FAIL", scored(2.0).score, False, True),
        ("2", 2, 0, "FAIL", scored(4.0).score, True, True),
        ("2", 3, 1, "FAIL", scored(3.0).score, False, True),
    ]


def test_each_iteration_of_a_loop_keeps_its_own_rounds(connection, job):
    graph = {
        "2": {"class_type": "AnimeRetryEnd", "inputs": {}},
        "3": {"class_type": "AnimeReportMerge", "inputs": {}},
    }
    trial = Trial(3, OnExhausted.BEST).after(Attempt(1, scored(2.0)))
    longer = trial.after(Attempt(2, scored(6.0)))
    reports = [
        ShownReport("20.0.0.0_2", longer.report.to_dict()),
        ShownReport("20.0.0.1_2", trial.report.to_dict()),
        ShownReport("20.0.0.1_3", trial.report.to_dict()),  # merged: no rounds of its own
    ]
    write(connection, finished(job, reports=reports, graph=graph))
    query = "SELECT node_id, number FROM anime.retry_attempts ORDER BY node_id, number"
    assert connection.execute(query.encode()).fetchall() == [
        ("20.0.0.0_2", 1),
        ("20.0.0.0_2", 2),
        ("20.0.0.1_2", 1),
    ]


def test_what_comfyui_writes_about_loops_is_not_kept(connection, job):
    start = {"class_type": "StartLoop", "inputs": {"mode": "simple"}}
    marks = {"_loop_body": ["2"], "_loop_end": "3"}
    write(connection, JobQueued(job, {"1": {**start, **marks}}))
    assert ask(connection, "SELECT graph FROM anime.jobs", job) == ({"1": start},)


@pytest.mark.parametrize("shown", [61.25, "high", 1e9, float("nan")])
def test_a_report_keeps_the_score_that_its_version_gave_it(connection, job, shown):
    """Versions before 0.2.0 had another formula; what is no score is computed anew."""
    report = {**scored(6.0).to_dict(), "score": shown}
    write(connection, finished(job, reports=[ShownReport("2", report)]))
    expected = shown if shown == 61.25 else scored(6.0).score
    assert ask(connection, "SELECT score FROM anime.reports", job) == (expected,)


def test_what_a_graph_was_made_with_is_kept_once(connection, job):
    graph = {
        "1": {"class_type": "KSampler", "inputs": {"seed": 2**64 - 1, "steps": 20, "cfg": 7.5}}
    }
    write(connection, JobQueued(job, graph))
    write(connection, finished(job, graph=graph))
    query = "SELECT count(*), max(number) FROM anime.generation_parameters WHERE name = 'seed'"
    assert connection.execute(query.encode()).fetchone() == (1, 2**64 - 1)


def test_a_graph_that_cannot_be_read_costs_its_parameters_alone(connection, job, monkeypatch):
    from anime_production.models.jobs.provenance import generation_parameters

    def fail(graph):
        raise ValueError("no such graph")

    monkeypatch.setattr(generation_parameters, "generation_parameters", fail)
    assert write(connection, JobQueued(job, GRAPH))
    assert ask(connection, "SELECT graph FROM anime.jobs WHERE id = %(id)s", job) == (GRAPH,)
    assert count(connection, "generation_parameters") == 0
