# mypy: disable-error-code="union-attr"
from uuid import uuid4

import pytest

from anime_production.models.jobs.events import JobFinished, JobStarted
from anime_production.models.jobs.history import find_job
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.ledger import write

TABLES = ("projects", "shots", "characters", "machines", "jobs", "job_events", "reports",
          "measurements", "artifacts")  # fmt: skip


def rows(connection) -> dict[str, int]:
    counts = {}
    for table in TABLES:
        query = f"SELECT count(*) FROM anime.{table}"
        counts[table] = connection.execute(query.encode()).fetchone()[0]
    return counts


@pytest.fixture
def connection(database):
    with database.connect() as connection:
        yield connection


def test_what_was_written_is_read_back_exactly(connection, story, report):
    for event in story:
        assert write(connection, event)
    started, written, finished = story
    for wanted in (str(started.job.id), "8c1f"):
        record = find_job(connection, wanted)
        assert record.job == started.job
        assert record.state == "failed"
        assert (record.started_at, record.finished_at) == (
            finished.started_at,
            finished.finished_at,
        )
        assert record.error == finished.error
        assert record.reports == finished.reports
        assert [each.report.to_dict() for each in record.reports] == [report.to_dict()] * 2
        assert record.artifacts == (written.artifact,)


def test_an_event_that_comes_again_changes_nothing(connection, story):
    for event in story:
        write(connection, event)
    before, record = rows(connection), find_job(connection, "8c1f")
    assert before["measurements"] == 6
    assert [write(connection, event) for event in story] == [False] * 3
    assert rows(connection) == before
    assert find_job(connection, "8c1f") == record


def test_events_may_come_in_any_order(connection, story):
    for event in reversed(story):
        assert write(connection, event)
    assert find_job(connection, "8c1f").state == "failed"
    assert rows(connection)["job_events"] == 3


def test_jobs_of_one_shot_share_its_rows(connection):
    for _ in range(3):
        write(connection, JobStarted(new_job(None, "Winter", "03", "012", "Hana")))
    write(connection, JobStarted(new_job(None, "Summer", "03", "012", "Hana")))
    counts = rows(connection)
    assert (counts["projects"], counts["shots"], counts["characters"]) == (2, 2, 2)
    assert (counts["jobs"], counts["machines"]) == (4, 1)


def test_the_newest_job_of_a_prompt_is_found(connection):
    jobs = [new_job("again", project=str(number)) for number in range(3)]
    for job in jobs:
        write(connection, JobStarted(job))
    assert find_job(connection, "again").job == jobs[-1]
    assert find_job(connection, str(jobs[0].id)).job == jobs[0]


def test_an_unfinished_job_has_no_verdict_and_no_end(connection):
    job = new_job(None)
    write(connection, JobStarted(job))
    found = find_job(connection, str(job.id)).to_dict()["job"]
    assert found["state"] == "in_progress"
    assert found["verdict"] is found["score"] is found["finished_at"] is found["error"] is None


@pytest.mark.parametrize("wanted", ["", "nobody", "a\0b", str(uuid4()), "'; DROP TABLE x; --"])
def test_what_is_not_there_is_not_found(connection, wanted: str):
    assert find_job(connection, wanted) is None


def test_the_graph_is_kept_as_it_was_sent(connection, story):
    write(connection, story[-1])
    (graph,) = connection.execute("SELECT graph FROM anime.jobs").fetchone()
    assert graph == story[-1].graph
    assert isinstance(story[-1], JobFinished)
    assert story[-1].state is JobState.FAILED
