# mypy: disable-error-code="union-attr"
import logging
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import JobState, Review, ReviewVerdict, new_job
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobFinished,
    JobReviewed,
    JobStarted,
)
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.processes import Presence
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.recording.retention import Retention, delete_old_jobs
from anime_production.models.jobs.recording.shipper import Shipper
from anime_production.models.settings import KEEP_DAYS

from ..postgres import wait_until


def names(connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT prompt_id FROM anime.jobs")}


def end(connection, name: str, age: int, *verdicts: ReviewVerdict, artifact=None) -> None:
    """A job that ended so many days ago."""
    at = datetime.now(timezone.utc) - timedelta(days=age)
    job = replace(new_job(name), created_at=at)
    if artifact is not None:
        write(connection, ArtifactWritten(job, artifact, at=at))
    write(connection, JobFinished(job, JobState.COMPLETED, None, at, None, None, ()))
    for number, verdict in enumerate(verdicts):
        reviewed = at + timedelta(minutes=number)
        write(connection, JobReviewed(job, Review(verdict), at=reviewed))


@pytest.fixture
def jobs(connection, artifact):
    approved, rejected = ReviewVerdict.APPROVED, ReviewVerdict.REJECTED
    end(connection, "young", 6)
    end(connection, "old", 8, artifact=artifact)
    end(connection, "older", 30, rejected)
    end(connection, "approved", 30, approved)
    end(connection, "first approved", 30, approved, rejected)
    job = new_job("running")
    month = timedelta(days=30)
    write(connection, JobStarted(replace(job, created_at=job.created_at - month)))


def test_old_jobs_go_and_what_was_approved_or_runs_stays(connection, jobs):
    assert delete_old_jobs(connection, 7) == 3
    assert names(connection) == {"young", "approved", "running"}
    assert delete_old_jobs(connection, 7) == 0


def test_what_was_approved_goes_where_that_is_asked(connection, jobs):
    assert delete_old_jobs(connection, 7, approved=True) == 4
    assert names(connection) == {"young", "running"}


def test_files_are_named_to_who_wants_to_delete_them(connection, jobs, artifact):
    files: list = []
    delete_old_jobs(connection, 7, delete_file=files.append)
    assert [(file.path, file.sha256) for file in files] == [(artifact.path, artifact.sha256)]


def test_the_oldest_go_first(connection, jobs):
    assert delete_old_jobs(connection, 7, most=2) == 2
    assert "old" in names(connection)


@pytest.mark.parametrize(
    ("said", "days"), [("30", 30), (" 1 ", 1), ("", None), ("0", None), ("-3", None),
     ("2.5", None), ("soon", None), ("9999999", None)],
)  # fmt: skip
def test_the_days_are_a_number_or_everything_is_kept(tmp_path, said, days, caplog):
    with caplog.at_level(logging.WARNING):
        assert KEEP_DAYS.read(tmp_path, {"ANIME_KEEP_DAYS": said}) == days
    assert bool(caplog.records) == (days is None and said != "")


def test_the_config_file_says_it_where_the_environment_does_not(tmp_path):
    (tmp_path / "config.json").write_text('{"keep_days": 14}')
    assert KEEP_DAYS.read(tmp_path, {}) == 14
    assert KEEP_DAYS.read(tmp_path, {"ANIME_KEEP_DAYS": "3"}) == 3


def test_it_is_done_once_a_day_and_goes_on_while_there_is_more(
    private, connection, jobs, monkeypatch
):
    monkeypatch.setenv("ANIME_KEEP_DAYS", "7")
    monkeypatch.setattr("anime_production.models.jobs.recording.retention.MOST_AT_ONCE", 3)
    now = 0.0
    retention = Retention(private, lambda: now)
    retention.run(connection)
    assert retention.is_due()
    retention.run(connection)
    assert not retention.is_due()
    now = 86_401.0
    assert retention.is_due()


def test_the_shippers_thread_does_it(private, connection, jobs, monkeypatch):
    outbox = Outbox(private / "outbox.sqlite")
    keeping = Shipper(outbox, Database(private), 1, Presence(private), Retention(private))
    assert keeping.settle(20)
    keeping.stop(5)
    assert len(names(connection)) == 6
    monkeypatch.setenv("ANIME_KEEP_DAYS", "7")
    recorder = Recorder(private)
    recorder.settle()
    assert recorder.database.run(names) <= names(connection) | {"old"}
    wait_until(lambda: names(connection) == {"young", "approved", "running"})
    recorder.close()
    outbox.close()
