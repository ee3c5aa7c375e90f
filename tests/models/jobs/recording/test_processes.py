# mypy: disable-error-code="union-attr"
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recording.events import JobFinished, JobQueued, JobStarted
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.processes import HeartbeatMonitor, Presence
from anime_production.models.jobs.recording.shipper import Shipper

from ..postgres import wait_until

RUN_JOBS = """
import sys
from pathlib import Path
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
jobs = [new_job(f"prompt {number}") for number in range(3)]
for job in jobs:
    recorder.queue(job, {})
recorder.start(jobs[0].id)
if sys.argv[2] == "shipped":
    recorder.settle()
    recorder.database.run(lambda connection: None)
    assert recorder.backlog() == 0
print("running", flush=True)
sys.stdin.readline()
recorder.close()
"""


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float, of=None, connection=None) -> None:
        """Let time pass, ten seconds at a time, with a heartbeat of each."""
        for _ in range(round(seconds / 10)):
            self.now += 10
            for presence in of or ():
                presence.beat(connection)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def states(connection) -> list[str]:
    return [state for (state,) in connection.execute("SELECT state FROM anime.jobs ORDER BY state")]


def queue(connection, presence: Presence):
    job = replace(new_job(None), process_id=presence.id)
    write(connection, JobQueued(job, {}))
    return job


def on_another_machine(clock, folder: Path) -> Presence:
    """A process that shares the database, and no folder."""
    return Presence(folder / str(uuid4()), clock)


BEATS = datetime(2026, 1, 1, tzinfo=timezone.utc)


def test_a_process_is_missed_after_a_minute_without_a_heartbeat(clock):
    monitor, one, other = HeartbeatMonitor(clock), uuid4(), uuid4()
    for number in range(6):
        assert monitor.timed_out({one: BEATS, other: BEATS + timedelta(number)}) == set()
        clock.now += 10
    assert monitor.timed_out({one: BEATS, other: BEATS}) == {one}


@pytest.mark.parametrize("step", [-86400, 86400])
def test_a_clock_that_is_set_makes_nobody_missed(clock, step):
    monitor, one = HeartbeatMonitor(clock), uuid4()
    for number in range(100):
        at = BEATS + timedelta(seconds=number * 10 + (step if number > 50 else 0))
        assert monitor.timed_out({one: at}) == set()
        clock.now += 10


def test_who_could_not_look_for_a_while_misses_nobody(clock):
    monitor, one = HeartbeatMonitor(clock), uuid4()
    monitor.timed_out({one: BEATS})
    clock.now += 3600  # the database was away, or this machine slept
    assert monitor.timed_out({one: BEATS}) == set()


def test_one_process_start_leaves_anothers_jobs_alone(connection, clock, private):
    running = on_another_machine(clock, private)
    running.beat(connection)
    queue(connection, running)
    for _ in range(5):
        on_another_machine(clock, private).beat(connection)
        Presence(private, clock).beat(connection)
    assert states(connection) == ["pending"]


def test_jobs_of_a_machine_that_is_gone_are_lost_after_a_minute_and_no_earlier(
    connection, clock, private
):
    gone, stays = (on_another_machine(clock, private) for _ in range(2))
    for presence in (gone, stays):
        presence.beat(connection)
        queue(connection, presence)
    clock.pass_by(50, [stays], connection)
    assert states(connection) == ["pending", "pending"]
    clock.pass_by(20, [stays], connection)
    assert states(connection) == ["lost", "pending"]
    clock.pass_by(60, [stays], connection)
    kinds = connection.execute("SELECT kind, state FROM anime.job_events ORDER BY kind").fetchall()
    assert kinds == [("job_lost", "lost"), ("job_queued", "pending"), ("job_queued", "pending")]


def test_a_process_that_was_only_away_gets_its_jobs_back(every_connection, clock, private):
    away, stays = (on_another_machine(clock, private) for _ in range(2))
    for presence in (stays, away):
        presence.beat(every_connection)
    running, ended, _ = (queue(every_connection, away) for _ in range(3))
    write(every_connection, JobStarted(running))
    end = datetime.now(timezone.utc)
    write(every_connection, JobFinished(ended, JobState.COMPLETED, None, end, None, None, ()))
    clock.pass_by(80, [stays], every_connection)
    assert states(every_connection) == ["completed", "lost", "lost"]
    away.beat(every_connection)
    assert states(every_connection) == ["completed", "in_progress", "pending"]
    unended = "SELECT count(*) FROM anime.jobs WHERE finished_at IS NULL"
    assert every_connection.execute(unended).fetchone() == (2,)
    clock.pass_by(80, [stays, away], every_connection)
    assert states(every_connection) == ["completed", "in_progress", "pending"]


def test_a_process_that_leaves_in_order_loses_what_it_has_not_finished(connection, clock, private):
    presence = Presence(private, clock)
    presence.beat(connection)
    queue(connection, presence)
    presence.leave(connection)
    assert states(connection) == ["lost"]
    assert not list((private / "processes").iterdir())


def test_a_dead_process_is_known_as_such_until_all_it_said_has_arrived(connection, clock, private):
    dead, living = Presence(private, clock), Presence(private, clock)
    dead.hold()
    dead.release()  # as its death does; what it said still waits in the outbox
    living.beat(connection, lambda: (1, 2))
    queue(connection, dead)
    living.beat(connection, lambda: (2, 9))
    assert states(connection) == ["pending"]
    living.beat(connection, lambda: (3, 9))  # these are events of living processes
    assert states(connection) == ["lost"]
    living.beat(connection)
    left = {path.stem for path in (private / "processes").iterdir()}
    assert left == {str(living.id)}


def test_a_job_that_no_process_claims_is_lost_after_a_day(connection, clock, private):
    """Its end may wait in the outbox, so it is not lost before that is empty."""
    for age in (23, 25):
        job = new_job(None)
        job = replace(job, created_at=job.created_at - timedelta(hours=age))
        write(connection, JobStarted(job))
    presence = Presence(private, clock)
    presence.beat(connection, lambda: (1, 2))
    assert states(connection) == ["in_progress", "in_progress"]
    presence.beat(connection)
    assert states(connection) == ["in_progress", "lost"]


def running_process(folder: Path, shipped: str) -> subprocess.Popen:
    command = [sys.executable, "-c", RUN_JOBS, str(folder), shipped]
    environment = dict(os.environ)
    if shipped != "shipped":
        environment["ANIME_DATABASE_URL"] = "postgresql://127.0.0.1:1/nowhere"
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    assert process.stdout.readline() == "running\n"
    return process


def look(folder: Path, url: str) -> list[str]:
    """What the jobs' states are once another process of the folder has looked."""
    outbox = Outbox(folder / "outbox.sqlite")
    shipper = Shipper(outbox, Database(folder), presence=Presence(folder))
    assert shipper.settle(20)
    with psycopg.connect(url) as connection:
        found = states(connection)
    shipper.stop(5)
    outbox.close()
    return found


@pytest.mark.parametrize("shipped", ["shipped", "in the outbox"])
def test_jobs_of_a_killed_process_are_lost_as_soon_as_the_next_one_looks(
    private, database_url, shipped
):
    process = running_process(private, shipped)
    if shipped == "shipped":
        assert look(private, database_url) == ["in_progress", "pending", "pending"]
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert look(private, database_url) == ["lost"] * 3
    assert look(private, database_url) == ["lost"] * 3
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) FROM anime.job_events WHERE kind = 'job_lost'"
        assert connection.execute(query).fetchone() == (3,)


def test_a_process_that_sleeps_is_not_taken_for_dead(private, database_url):
    process = running_process(private, "shipped")
    process.send_signal(signal.SIGSTOP)
    try:
        assert look(private, database_url) == ["in_progress", "pending", "pending"]
    finally:
        process.send_signal(signal.SIGCONT)
    process.communicate("end\n")
    with psycopg.connect(database_url) as connection:
        assert states(connection) == ["lost"] * 3


def test_the_shipper_gives_the_heartbeat_while_nothing_happens(private, database_url, monkeypatch):
    monkeypatch.setattr("anime_production.models.jobs.recording.processes.BEAT_SECONDS", 0.05)
    monkeypatch.setattr("anime_production.models.jobs.recording.shipper.BEAT_SECONDS", 0.05)
    outbox = Outbox(private / "outbox.sqlite")
    shipper = Shipper(outbox, Database(private), presence=Presence(private))
    assert shipper.settle(20)
    with psycopg.connect(database_url, autocommit=True) as connection:
        seen = set()

        def look_again() -> bool:
            seen.add(connection.execute("SELECT seen_at FROM anime.processes").fetchone())
            return len(seen) > 3

        wait_until(look_again)
    shipper.stop(5)
    outbox.close()


def test_jobs_of_another_machine_are_left_to_a_process_that_runs_there(
    connection, clock, private, monkeypatch
):
    dead, restarted, other = (on_another_machine(clock, private) for _ in range(3))
    monkeypatch.setattr("platform.node", lambda: "workstation")
    dead.beat(connection)
    queue(connection, dead)
    monkeypatch.setattr("platform.node", lambda: "laptop")
    clock.pass_by(20, [other], connection)
    monkeypatch.setattr("platform.node", lambda: "workstation")
    restarted.beat(connection)  # it ships what the dead process left in the outbox there
    monkeypatch.setattr("platform.node", lambda: "laptop")
    seen = "UPDATE anime.processes SET seen_at = clock_timestamp() WHERE id = %s"
    for _ in range(9):
        connection.execute(seen, [restarted.id])
        clock.pass_by(10, [other], connection)
    ended = "SELECT ended_at IS NOT NULL FROM anime.processes WHERE id = %s"
    assert connection.execute(ended, [dead.id]).fetchone() == (True,)
    assert states(connection) == ["pending"]
    clock.pass_by(80, [other], connection)  # now both are gone
    assert states(connection) == ["lost"]


COMPLETE_JOBS = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recording.events import JobFinished
from anime_production.models.jobs.recording.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
jobs = [new_job(f"prompt {number}") for number in range(int(sys.argv[2]))]
for job in jobs:
    recorder.queue(job, {})
for job in jobs:
    job = recorder.start(job.id)
    end = datetime.now(timezone.utc)
    recorder.record(JobFinished(job, JobState.COMPLETED, None, end, None, None, ()))
    recorder.end(job.id)
recorder.queue(new_job("never ends"), {})
print("done", flush=True)
sys.stdin.readline()
"""


def test_jobs_that_a_killed_process_completed_are_never_lost(private, database_url, monkeypatch):
    folder = "anime_production.models.jobs.recording"
    monkeypatch.setattr(f"{folder}.processes.BEAT_SECONDS", 0.0)  # after every batch
    monkeypatch.setattr(f"{folder}.shipper.BATCH", 10)
    command = [sys.executable, "-c", COMPLETE_JOBS, str(private), "100"]
    environment = {**os.environ, "ANIME_DATABASE_URL": "postgresql://127.0.0.1:1/nowhere"}
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)
    assert process.stdout.readline() == "done\n"
    living = [Outbox(private / "outbox.sqlite") for _ in range(2)]  # two other ComfyUIs
    shippers = [Shipper(box, Database(private), presence=Presence(private)) for box in living]
    process.send_signal(signal.SIGKILL)
    process.wait()
    for number in range(50):  # they go on with jobs of their own
        living[number % 2].append(JobStarted(new_job(f"other {number}")))
        shippers[number % 2].wake()
    assert all(shipper.settle(30) for shipper in shippers)
    with psycopg.connect(database_url) as connection:
        query = "SELECT prompt_id FROM anime.jobs JOIN anime.job_events ON job_id = jobs.id"
        lost = connection.execute(f"{query} WHERE kind = 'job_lost'".encode()).fetchall()
        assert lost == [("never ends",)]
        assert states(connection).count("completed") == 100
    for shipper, box in zip(shippers, living, strict=True):
        shipper.stop(5)
        box.close()
