"""A backup that is made while ComfyUI writes, restored on another machine."""

import json
import subprocess
import sys
import zipfile

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.recording.backup import back_up, restore

from ..postgres import private_folder, wait_until
from .test_backup import everything, silent

WRITE = """
import sys
from pathlib import Path
from anime_production.models.jobs.job import Artifact, JobState, new_job
from anime_production.models.jobs.recording.events import ArtifactWritten, JobFinished
from anime_production.models.jobs.recording.recorder import Recorder
from datetime import datetime, timezone
from threading import Event, Thread

recorder, stop = Recorder(Path(sys.argv[1])), Event()
Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
count = 0
while not stop.is_set():
    job = new_job(f"{sys.argv[2]} {count}", "Winter", shot=str(count % 7), tags="a, b")
    recorder.queue(job, {"1": {"class_type": "KSampler", "inputs": {"seed": count}}})
    recorder.start(job.id)
    picture = Artifact(f"{job.id}.png", "image", 4, "ab" * 32, 8, 8, 1)
    recorder.record(ArtifactWritten(job, picture))
    now = datetime.now(timezone.utc)
    recorder.record(JobFinished(job, JobState.COMPLETED, now, now, None, None, ()))
    count += 1
    stop.wait(0.3)
recorder.settle()
recorder.close()
print(count)
"""
HALF = """
SELECT count(*) FROM anime.jobs WHERE state = 'completed'
    AND NOT EXISTS (SELECT FROM anime.artifacts WHERE job_id = jobs.id)
"""


@pytest.mark.slow
@pytest.mark.database
def test_a_backup_during_writing_is_restored_on_another_machine(private, tmp_path, system_postgres,
                                                                monkeypatch):  # fmt: skip
    monkeypatch.delenv("ANIME_DATABASE_URL", raising=False)
    source, file = Database(private, only_embedded=True), tmp_path / "jobs.zip"
    pipe = subprocess.PIPE
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(private), name], text=True, stdin=pipe, stdout=pipe
        )
        for name in ("one", "two")
    ]
    try:

        def count() -> int:
            with source.connect() as connection:
                return connection.execute("SELECT count(*) FROM anime.jobs").fetchone()[0]

        wait_until(lambda: count() > 9, 60)
        # In ComfyUI's place two processes write; this one is `quickstart.py jobs backup`.
        command = "import sys; from pathlib import Path; from anime_production.models.jobs"
        command += ".recording.backup import back_up; back_up(Path(sys.argv[1]),"
        command += " Path(sys.argv[2]), print)"
        subprocess.run(
            [sys.executable, "-c", command, str(private), str(file)], check=True, timeout=120
        )
        at_backup = count()
        wait_until(lambda: count() > at_backup + 3, 60)
    finally:
        answers = [writer.communicate(timeout=60) for writer in writers]
    written = sum(int(answer.split()[-1]) for answer, _ in answers)
    assert count() == written, "the writers lost nothing by the backup"
    kept = {name: set(rows) for name, rows in everything(source).items()}
    source.close()
    with zipfile.ZipFile(file) as archive:
        tables = json.loads(archive.read("manifest.json"))["tables"]
    in_manifest = {each["name"]: each["contents"] for each in tables}
    assert 9 < in_manifest["jobs"]["rows"] < written

    with private_folder() as machine:  # with an embedded server of its own
        restored = restore(machine, file, False, silent)
        assert {name: vars(each) for name, each in restored.items()} == in_manifest
        database = Database(machine)
        rows = everything(database)
        # What never changes after it is written is the same as in the source.
        for name in ("artifacts", "job_events", "generation_parameters", "shots", "projects"):
            assert set(rows[name]) <= kept[name], name
        with database.connect() as connection:
            assert connection.execute(HALF).fetchone() == (0,), "a moment, not a mixture"
        database.close()

    # An outside server of the oldest version that this machine has.
    url = system_postgres.new_database()
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    with private_folder() as machine:
        restored = restore(machine, file, False, silent)
        assert {name: vars(each) for name, each in restored.items()} == in_manifest
        again = tmp_path / "again.zip"
        assert back_up(machine, again, silent) == restored
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (
            in_manifest["jobs"]["rows"],
        )
