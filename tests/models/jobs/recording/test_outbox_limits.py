"""The outbox stays small, and is honest where the disk is full or an event can't be kept."""

# mypy: disable-error-code="union-attr"
import json
import subprocess
import sys
import threading
from datetime import datetime, timezone
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import JobState, new_job
from anime_production.models.jobs.recording.events import (
    Event,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobStarted,
)
from anime_production.models.jobs.recording.outbox import STOP_SECONDS, Outbox
from anime_production.models.jobs.recording.shipper import Shipper

from ..postgres import wait_until

# Without checkpoints, the write-ahead log of so many jobs has 16 MB.
JOBS, MOST_BYTES = 400, 9_000_000

NODE = {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "model": ["2", 0]}}
GRAPH = {str(number): NODE for number in range(12)}

SHIP_ON_A_FULL_DISK = """
import json, resource, sys
from pathlib import Path
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.recorder import Recorder

private, waiting, new = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
graph = {"1": {"class_type": "Text", "inputs": {"text": "t" * 2000}}}
recorder = Recorder(private, longest_pause=0.05)
count = lambda connection: connection.execute("SELECT count(*) FROM anime.jobs").fetchone()[0]
recorder.database.run(count)
outbox = recorder._outbox
for number in range(waiting):
    assert outbox.append(JobQueued(new_job(f"waits {number}"), graph))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
graph["1"]["inputs"]["text"] = "t" * 100_000  # too long for a log that begins anew too
safe = [recorder.queue(new_job(f"new {number}"), graph) for number in range(new)]
assert not any(safe), "the disk never was full"
recorder.settle()
full = recorder.status()
shipped = recorder.database.run(count)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
recorder.settle()
after = recorder.status()
print(json.dumps({
    "shipped": shipped, "outbox": bool(full.outbox), "backlog": full.backlog, "lost": full.lost,
    "dropped": full.dropped, "after": [after.outbox, after.backlog, after.lost],
    "rows": recorder.database.run(count),
}))
recorder.close()
"""


def life(number: int) -> list[Event]:
    """The events of a quick job."""
    job, end = new_job(f"prompt {number}", project="Winter"), datetime.now(timezone.utc)
    return [
        JobQueued(job, GRAPH),
        JobStarted(job),
        JobProgressed(job, 0.5, "1"),
        JobFinished(job, JobState.COMPLETED, None, end, None, None, ()),
    ]


def size_of(outbox: Path) -> int:
    return sum(each.stat().st_size for each in outbox.parent.glob(f"{outbox.name}*"))


def run_quick_jobs(outbox: Outbox, shipper: Shipper, path: Path, jobs: int) -> int:
    """Append the events of many jobs, and return the largest size of the outbox's files."""
    largest = 0
    for number in range(jobs):
        for event in life(number):
            assert outbox.append(event)
            shipper.wake()
        largest = max(largest, size_of(path))
    return largest


@pytest.mark.database  # it asks for its fixture while it runs
@pytest.mark.parametrize("database", ["there", "away"])
def test_the_log_stays_small_while_the_database_is_busy_or_away(
    private, request, monkeypatch, database
):
    url = request.getfixturevalue("database_url")
    if database == "away":
        monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/away")
    path = private / "outbox.sqlite"
    outbox = Outbox(path)
    shipper = Shipper(outbox, Database(private), longest_pause=0.05)
    assert run_quick_jobs(outbox, shipper, path, JOBS) < MOST_BYTES
    if database == "away":
        assert outbox.backlog() == 4 * JOBS
        monkeypatch.setenv("ANIME_DATABASE_URL", url)
    wait_until(lambda: outbox.backlog() == 0, 60)
    assert size_of(path) < MOST_BYTES
    shipper.stop(5)
    outbox.close()


@pytest.mark.parametrize("thread", ["waits", "works"])
def test_the_thread_of_the_checkpoints_ends_with_the_outbox(private, monkeypatch, thread):
    limit = "anime_production.models.jobs.recording.outbox_file.MOST_LOG_BYTES"
    monkeypatch.setattr(limit, 10_000)
    for close in range(20):  # at another moment of its work each time
        path = private / f"{close}.sqlite"
        before = set(threading.enumerate())  # other outboxes of this process may have theirs
        outbox = Outbox(path)
        for number in range(10):
            assert all(outbox.append(event) for event in life(number))
        if thread == "waits":
            log = path.with_name(f"{path.name}-wal")
            wait_until(lambda log=log: log.stat().st_size < 10_000)
        threads = [each for each in threading.enumerate() if each not in before]
        assert [each.name for each in threads] == ["anime-outbox-checkpoint"]
        outbox.close()
        threads[0].join(5 * STOP_SECONDS)
        assert not threads[0].is_alive()


def test_with_a_full_disk_what_waits_and_what_comes_is_shipped(private, database_url):
    command = [sys.executable, "-c", SHIP_ON_A_FULL_DISK, str(private), "120", "50"]
    process = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert process.returncode == 0, process.stderr
    told = json.loads(process.stdout)
    assert (told["shipped"], told["rows"]) == (170, 170)
    assert told["outbox"], "the status says that the disk is full"
    assert (told["backlog"], told["lost"], told["dropped"]) == (0, 0, 0)
    assert told["after"] == [None, 0, 0]
    assert process.stderr.count("new events are only in memory") == 1
    with psycopg.connect(database_url) as connection:
        query = "SELECT count(*) FROM anime.job_events WHERE kind = 'job_queued'"
        assert connection.execute(query).fetchone() == (170,)


def test_an_event_that_is_shipped_but_not_deleted_is_not_shipped_again(private, story):
    path = private / "outbox.sqlite"
    outbox = Outbox(path)
    assert all(outbox.append(event) for event in story)
    other = Outbox(path)
    with other._connection() as connection:  # another process holds the lock for too long
        connection.execute("BEGIN IMMEDIATE")
        outbox.delete(outbox.oldest(2))
        assert outbox.failure
        assert [Event.from_json(each.body) for each in outbox.oldest(10)] == story[2:]
        assert outbox.backlog() == 1
        connection.execute("COMMIT")
    assert outbox.retry()
    assert outbox.failure is None
    assert other.backlog() == 1
    outbox.close()
    other.close()


def nested(levels: int, leaf: object) -> dict:
    value: object = leaf
    for _ in range(levels):
        value = {"inputs": value}
    return {"1": value}


def test_a_deep_graph_with_a_nul_is_recorded(private):
    outbox = Outbox(private / "outbox.sqlite")
    event = JobQueued(new_job(None), nested(600, "a\0b"))
    assert outbox.append(event)
    (stored,) = outbox.oldest(10)
    assert "a\ufffdb" in stored.body
    assert isinstance(Event.from_json(stored.body), JobQueued)
    outbox.close()


def test_a_graph_that_is_too_deep_for_json_is_refused_by_name(private, caplog):
    outbox = Outbox(private / "outbox.sqlite")
    assert not outbox.append(JobQueued(new_job(None), nested(200_000, "a\0b")))
    assert "nested too deeply" in caplog.text
    assert "disk" not in caplog.text
    assert (outbox.lost, outbox.dropped, outbox.failure) == (1, 1, None)
    assert outbox.append(JobStarted(new_job(str(uuid4()))))
    outbox.close()
