from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import Artifact, Job, JobState, ShownReport, new_job
from anime_production.models.jobs.queries.choose import best_job, latest_job, origin_of
from anime_production.models.jobs.queries.filters import JobQuery
from anime_production.models.jobs.recording.events import ArtifactWritten, JobFinished, JobStarted
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report

START = datetime(2026, 3, 1, tzinfo=timezone.utc)
FILE = Artifact("012.png", "image", 10, "ab" * 32, 64, 64, 1)


@pytest.fixture
def connection(every_database):
    with every_database.connect(None) as connection:
        yield connection


def report_of(seconds: float) -> Report:
    """One that passes up to a second, and scores the better the shorter."""
    gap = Measure("gap", "s", Better.LOWER, 0.0, 10.0, "clock", 1.0, True)
    return Report("loop", (gap.measured(seconds, "no_frames"),), 24)


@pytest.fixture
def add(connection):
    """Writes a job that ended; the later the minute, the newer."""

    def add(minute: int, seconds: float | None, state=JobState.COMPLETED, files=1, **names) -> Job:
        at = START + timedelta(minutes=minute)
        named = {"project": "Winter", "shot": "012", **names}
        job = replace(new_job(None, **named), created_at=at)
        reports = () if seconds is None else (ShownReport("1", report_of(seconds).to_dict()),)
        write(connection, JobStarted(job, at=at))
        for _ in range(files):
            write(connection, ArtifactWritten(job, FILE, at=at))
        write(connection, JobFinished(job, state, at, at, None, {}, reports, at=at))
        return job

    return add


def test_the_latest_is_the_newest_that_fits_and_has_files(connection, add):
    add(1, None)
    wanted = add(2, None)
    add(3, None, files=0)
    add(4, None, state=JobState.FAILED)
    newest = add(5, None, shot="013", episode="01", character="Hana", tags="night, snow")
    winter = JobQuery(project="Winter", shot="012", state="completed")
    assert latest_job(connection, winter) == wanted.id
    assert latest_job(connection, JobQuery()) == newest.id
    for query in (
        JobQuery(episode="01"),
        JobQuery(character="Hana"),
        JobQuery(tag="snow"),
        JobQuery(project="Winter", episode="01", shot="013", character="Hana", tag="night"),
    ):
        assert latest_job(connection, query) == newest.id
    for query in (
        JobQuery(project="Summer"),
        JobQuery(tag="sno"),
        JobQuery(scene="03"),
        JobQuery(shot="\0x"),
    ):
        assert latest_job(connection, query) is None


def test_the_best_has_the_highest_score_and_passes(connection, add):
    add(1, 5.0)
    best = add(2, 0.2)
    add(3, 0.9)
    add(4, None)
    assert best_job(connection, JobQuery(project="Winter")) == best.id
    assert best_job(connection, JobQuery(project="Summer")) is None


def test_without_a_score_there_is_no_best(connection, add):
    add(1, None)
    assert best_job(connection, JobQuery()) is None


def test_a_query_says_what_was_asked(connection):
    assert str(JobQuery(project="Winter", tag="snow")) == "project 'Winter', tag 'snow'"
    assert str(JobQuery()) == "anything"


def test_where_a_job_comes_from_is_in_its_graph(connection, add):
    job = new_job(None)
    graph = {
        "1": {"class_type": "CLIPTextEncode", "inputs": {"clip": ["9", 0], "text": "snow"}},
        "2": {
            "class_type": "KSampler",
            "inputs": {"positive": ["1", 0], "seed": 2**64 - 1, "steps": 5},
        },
    }
    write(connection, JobFinished(job, JobState.COMPLETED, START, START, None, graph, ()))
    origin = origin_of(connection, job.id)
    assert (origin.prompt, origin.seed) == ("snow", 2**64 - 1)
    add_attempt = """
    INSERT INTO anime.retry_attempts (job_id, node_id, number, seed, verdict, reason, chosen)
    VALUES (%s, '9', %s, %s, 'FAIL', '', %s)
    """
    for number, seed, chosen in ((1, 10, False), (2, 11, True), (3, 12, False)):
        connection.execute(add_attempt, (job.id, number, seed, chosen))
    assert origin_of(connection, job.id).seed == 11, "of the attempt that was kept"
    nothing = origin_of(connection, uuid4())
    assert (nothing.prompt, nothing.seed) == (None, None)
