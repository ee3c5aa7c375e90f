"""What goes wrong between the outbox and the database: nothing is lost, and nothing doubled."""

# mypy: disable-error-code="union-attr, index"
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import (
    JobState,
    Review,
    ReviewVerdict,
    ShownReport,
    new_job,
)
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    Event,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
)
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.processes import Presence
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.recording.shipper import Shipper

from ....deadlines import within
from ..postgres import wait_until

GRAPH = {"1": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20}}}
COUNTED = ("jobs", "job_events", "reports", "measurements", "artifacts", "reviews")
EACH = {"jobs": 1, "job_events": 5, "reports": 1, "measurements": 3, "artifacts": 1, "reviews": 1}

RECORD_MANY = """
import sys
from pathlib import Path
from anime_production.models.jobs.recording.events import JobFinished
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recording.recorder import Recorder
from datetime import datetime, timezone
recorder = Recorder(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[2])):
    job = new_job(f"{sys.argv[3]} {number}", project=f"{number % 3}")
    assert recorder.queue(job, {})
    job = recorder.start(job.id)
    end = datetime.now(timezone.utc)
    assert recorder.record(JobFinished(job, JobState.COMPLETED, None, end, None, None, ()))
    recorder.end(job.id)
recorder.settle()
recorder.database.run(lambda connection: None)
recorder.close()
print(recorder.status().lost, flush=True)
"""


@pytest.fixture
def shipper(private, outbox, system_url):
    shipper = Shipper(outbox, Database(private), 0.05, Presence(private))
    yield shipper
    shipper.stop(5)


@pytest.fixture
def life(artifact, report):
    """Everything that is said of a job that succeeds."""

    def life(number: int) -> list[Event]:
        job = new_job(f"prompt {number}", project=f"{number % 3}")
        end, shown = datetime.now(timezone.utc), ShownReport("5", report.to_dict())
        return [
            JobQueued(job, GRAPH, {"nodes": []}),
            JobStarted(job),
            JobProgressed(job, 0.5, "1"),
            ArtifactWritten(job, replace(artifact, path=f"{number}.webp"), b"picture"),
            JobFinished(job, JobState.COMPLETED, None, end, None, None, (shown,)),
            JobReviewed(job, Review(ReviewVerdict.APPROVED)),
        ]

    return life


def tell(outbox: Outbox, shipper: Shipper, events: list[Event]) -> None:
    for event in events:
        assert outbox.append(event)
        shipper.wake()


def count(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        tables = {table: f"SELECT count(*) FROM anime.{table}".encode() for table in COUNTED}
        return {name: connection.execute(query).fetchone()[0] for name, query in tables.items()}


def states(url: str) -> dict[str, int]:
    with psycopg.connect(url) as connection:
        query = "SELECT state, count(*) FROM anime.jobs GROUP BY state"
        return dict(connection.execute(query).fetchall())


def expect(url: str, outbox: Outbox, jobs: int) -> None:
    """All that was told of so many jobs is in the database, once."""
    wait_until(lambda: outbox.backlog() == 0, 60)
    assert count(url) == {table: jobs * each for table, each in EACH.items()}
    assert states(url) == {"completed": jobs}
    assert (outbox.lost, outbox.rejected()) == (0, 0)


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_the_database_may_stop_before_during_and_after_a_prompt(
    outbox, shipper, system_url, system_postgres, life, when
):
    events = [event for number in range(20) for event in life(number)]
    split = {"before": 0, "during": len(events) // 2, "after": len(events)}[when]
    if when != "before":
        tell(outbox, shipper, events[:split])
        assert shipper.settle(20)
    system_postgres.stop()
    try:
        tell(outbox, shipper, events[split:])
        assert shipper.settle(20) is (when == "after")
        assert outbox.backlog() == len(events) - split
    finally:
        system_postgres.start()
    expect(system_url, outbox, 20)


def test_while_the_database_is_away_events_wait_and_then_arrive_once(
    outbox, shipper, system_url, system_postgres, caplog
):
    caplog.set_level(logging.INFO)
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    system_postgres.stop()
    try:
        for _ in range(250):
            assert outbox.append(JobStarted(new_job(None)))
        assert not shipper.settle(20)
        wait_until(lambda: shipper._rounds_ended > 4)
        assert outbox.backlog() == 250
        assert shipper.failure
    finally:
        system_postgres.start()
    wait_until(lambda: outbox.backlog() == 0)
    counts = count(system_url)
    assert (counts["jobs"], counts["job_events"]) == (251, 251)
    assert caplog.text.count("Jobs wait in the outbox") == 1
    assert "The database can be used again" in caplog.text


def test_a_connection_that_was_cut_is_opened_anew(outbox, shipper, system_url, system_postgres):
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    assert system_postgres.cut_connections()
    outbox.append(JobStarted(new_job(None)))
    assert shipper.settle(20)
    assert count(system_url)["jobs"] == 2


def test_the_database_may_be_restarted_under_load(
    outbox, shipper, system_url, system_postgres, life
):
    told = threading.Thread(
        target=lambda: [tell(outbox, shipper, life(number)) for number in range(150)]
    )
    told.start()
    for _ in range(3):
        time.sleep(0.3)
        system_postgres.stop()
        system_postgres.start()
    told.join()
    expect(system_url, outbox, 150)


def test_connections_may_be_cut_again_and_again_under_load(
    outbox, shipper, system_url, system_postgres, life, caplog
):
    told = threading.Thread(
        target=lambda: [tell(outbox, shipper, life(number)) for number in range(100)]
    )
    told.start()
    cut = 0
    for _ in range(20):
        cut += system_postgres.cut_connections()
        time.sleep(0.1)
    told.join()
    assert cut > 3
    expect(system_url, outbox, 100)
    assert caplog.text
    for secret in ("keeper", "127.0.0.1", str(system_postgres.port), system_url.rpartition("/")[2]):
        assert secret not in caplog.text


def test_a_connection_may_be_cut_in_the_middle_of_a_transaction(
    outbox, shipper, system_url, system_postgres, life
):
    assert shipper.settle(20)  # the schema is there
    events = [event for number in range(5) for event in life(number)]
    waiting = "FROM pg_locks WHERE NOT granted AND relation = 'anime.reports'::regclass"
    waits, cut = f"SELECT count(*) {waiting}", f"SELECT pg_terminate_backend(pid) {waiting}"
    with psycopg.connect(system_url) as blocking, psycopg.connect(system_url) as looking:
        blocking.execute("LOCK TABLE anime.reports")
        assert all(outbox.append(event) for event in events)
        shipper.wake()
        wait_until(lambda: looking.execute(waits.encode()).fetchone()[0])
        written = "SELECT count(*) FROM anime.jobs"
        assert looking.execute(written).fetchone() == (0,)  # half a batch, which nobody sees
        assert looking.execute(cut.encode()).fetchall() == [(True,)]
    expect(system_url, outbox, 5)


def test_a_hanging_database_holds_up_neither_appends_nor_the_end(
    private, system_url, system_postgres, life
):
    recorder = Recorder(private, longest_pause=0.05)
    for event in life(0):
        assert recorder.record(event)
    recorder.settle()
    with system_postgres.suspended():
        with within(0.5):
            for event in life(1):
                assert recorder.record(event)
        with within(8):
            status = recorder.status()
        assert "did not answer" in status.database
        assert status.backlog == 6
        with within(2):
            recorder._shipper.stop(2)
        recorder.close()
    outbox = Outbox(private / "outbox.sqlite")
    shipper = Shipper(outbox, Database(private), 0.05)
    shipper.wake()
    expect(system_url, outbox, 2)
    shipper.stop(5)
    outbox.close()


@pytest.mark.database
def test_an_embedded_server_may_be_killed_under_load(private, outbox, life):
    database = Database(private)
    shipper = Shipper(outbox, database, 0.05, Presence(private))
    for number in range(60):
        tell(outbox, shipper, life(number))
        if number in (20, 40):
            assert shipper.settle(30)
            note = private / "postgres" / "data" / "postmaster.pid"
            os.kill(int(note.read_text().split()[0]), signal.SIGKILL)
    wait_until(lambda: outbox.backlog() == 0, 60)
    with database.connect() as connection:
        text = connection.info.dsn + f" password={connection.info.password}"
    expect(text, outbox, 60)
    shipper.stop(5)
    database.close()


def test_a_clock_that_is_set_back_loses_and_confuses_nothing(outbox, shipper, system_url, life):
    now = datetime.now(timezone.utc)
    for number in range(20):
        events = life(number)
        for place, event in enumerate(events):
            at = now - timedelta(days=place * number)
            ended = {"finished_at": at} if isinstance(event, JobFinished) else {}
            events[place] = replace(event, at=at, **ended)
        tell(outbox, shipper, events)
    expect(system_url, outbox, 20)


def test_two_processes_may_write_and_ship_one_outbox_at_once(private, system_url):
    command = [sys.executable, "-c", RECORD_MANY, str(private), "150"]
    pipe = subprocess.PIPE
    both = [subprocess.Popen([*command, name], stdin=pipe, stdout=pipe, text=True) for name in "ab"]
    for process in both:
        assert process.stdout.readline() == "ready\n"
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate(timeout=120)[0] for process in both] == ["0\n", "0\n"]
    outbox = Outbox(private / "outbox.sqlite")
    shipper = Shipper(outbox, Database(private))
    assert shipper.settle(20)
    shipper.stop(5)
    assert (outbox.backlog(), outbox.rejected()) == (0, 0)
    outbox.close()
    assert states(system_url) == {"completed": 300}
    counts = count(system_url)
    assert (counts["jobs"], counts["job_events"]) == (300, 900)
    with psycopg.connect(system_url) as connection:
        query = "SELECT count(DISTINCT prompt_id), count(DISTINCT process_id) FROM anime.jobs"
        assert connection.execute(query).fetchone() == (300, 2)
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        assert connection.execute(query).fetchone() == (0,)


def test_a_slow_database_gets_smaller_batches_and_all_of_it(
    outbox, shipper, system_url, life, monkeypatch
):
    monkeypatch.setattr("anime_production.models.jobs.recording.shipper.LONGEST_BATCH", 0.0)
    for number in range(30):
        for event in life(number):
            assert outbox.append(event)
    shipper.wake()
    expect(system_url, outbox, 30)
    assert shipper._batch == 1
