# mypy: disable-error-code="union-attr"
"""Files that nodes report become artifacts of their job, whatever happens meanwhile."""

import hashlib
import os
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from anime_production.models.jobs.job import Artifact, Job, JobState
from anime_production.models.jobs.queries import details
from anime_production.models.jobs.queries.deletion import delete_job
from anime_production.models.jobs.queries.history import JobRecord, find_job
from anime_production.models.jobs.recording import file_inspection, file_inspector
from anime_production.models.jobs.recording.events import ArtifactWritten, JobFinished, JobQueued
from anime_production.models.jobs.recording.file_queue import FileQueue
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.reported_file import ReportedFile

from ..postgres import wait_until

# A process that reports a file and dies while it is read.
REPORT_AND_DIE = """
import os, sys
from pathlib import Path
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording import file_inspection, file_inspector
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.reported_file import ReportedFile

def die(*arguments):
    os._exit(0)

file_inspection.sha256_of = die
recorder = Recorder(Path(sys.argv[1]))
job = new_job("p")
recorder.queue(job, {})
path = Path(sys.argv[2])
size, modified_ns = path.stat().st_size, path.stat().st_mtime_ns
file = ReportedFile("7", "SaveImage", str(path.parent), path.name, size, modified_ns)
recorder.files.add(job, [file], lambda: None)
import time
time.sleep(30)
"""


@pytest.fixture
def recorder(private, database_url):
    recorder = Recorder(private)
    yield recorder
    recorder.close()


def written(root: Path, name: str = "core/a.png", node: str = "7", side: int = 64) -> ReportedFile:
    """Write a picture, and return it as a node reports it."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (side, side), "teal").save(path, "PNG")
    return reported(root, name, node)


def reported(root: Path, name: str, node: str = "7") -> ReportedFile:
    status = (root / name).stat()
    return ReportedFile(node, "SaveImage", str(root), name, status.st_size, status.st_mtime_ns)


def end_of(job: Job) -> JobFinished:
    return JobFinished(job, JobState.COMPLETED, None, job.created_at, None, {}, ())


def record(recorder: Recorder, job: Job, *files: ReportedFile) -> JobRecord:
    """End a job whose nodes reported files, and return what the database has of it then."""
    recorder.record(JobQueued(job, {}))
    recorder.record(end_of(job))
    recorder.files.add(job, files, lambda: None)
    return found(recorder, job)


def found(recorder: Recorder, job: Job) -> JobRecord:
    recorder.settle()
    return cast(JobRecord, recorder.database.run(find_job, str(job.id)))


def test_a_reported_file_is_the_jobs_with_its_node_and_all_that_can_be_read(
    recorder, job, tmp_path
):
    file = written(tmp_path)
    record_of_job = record(recorder, job, file)
    content = (tmp_path / file.path).read_bytes()
    assert record_of_job.artifacts == (
        Artifact("core/a.png", "image", len(content), hashlib.sha256(content).hexdigest(),
                 64, 64, 1, None, "7", "SaveImage"),
    )  # fmt: skip
    assert record_of_job.state == "completed"
    thumbnail = recorder.database.run(details.thumbnail_of, job.id, "core/a.png")
    assert thumbnail is not None
    assert thumbnail[1][8:12] == b"WEBP"
    assert recorder.database.run(details.thumbnail_of, job.id, "core/b.png") is None


def test_a_file_that_is_reported_again_counts_once(recorder, job, tmp_path):
    file = written(tmp_path)
    record(recorder, job, file, replace(file, node_id="8"))
    recorder.files.add(job, [file], lambda: None)
    assert [each.node_id for each in found(recorder, job).artifacts] == ["7"]
    kinds = [each["kind"] for each in recorder.database.run(details.events_of, job.id)]
    assert kinds.count("artifact_written") == 1


def test_a_file_of_save_job_is_not_doubled_and_goes_first(recorder, job, tmp_path):
    other, file = written(tmp_path, "a/first.png"), written(tmp_path, "z/own.png")
    own = Artifact("z/own.png", "image", file.bytes, "cd" * 32, 64, 64, 1)
    recorder.record(ArtifactWritten(job, own))
    artifacts = record(recorder, job, other, file).artifacts
    assert [(each.path, each.node_id) for each in artifacts] == [
        ("z/own.png", None), ("a/first.png", "7"),
    ]  # fmt: skip
    assert artifacts[0].sha256 == "cd" * 32


def test_frames_that_cannot_be_read_are_left_out_and_the_content_is_known(recorder, job, tmp_path):
    for name in ("a.png", "b.mp4", "c.flac", "d.glb"):
        (tmp_path / name).write_bytes(b"\0 no such thing")
    files = [reported(tmp_path, name) for name in ("a.png", "b.mp4", "c.flac", "d.glb")]
    artifacts = record(recorder, job, *files).artifacts
    assert [each.kind for each in artifacts] == ["image", "video", "audio", "other"]
    assert {(each.width, each.frames, each.fps) for each in artifacts} == {(None, None, None)}
    assert {len(each.sha256) for each in artifacts} == {64}
    assert recorder.database.run(details.thumbnail_of, job.id) is None


def test_a_file_that_vanished_or_changed_meanwhile_is_not_the_jobs(recorder, job, tmp_path):
    gone, changed, kept = (written(tmp_path, f"{name}.png") for name in ("gone", "changed", "kept"))
    (tmp_path / gone.path).unlink()
    (tmp_path / changed.path).write_bytes(b"another picture")
    touched = tmp_path / kept.path
    os.utime(touched, ns=(kept.modified_ns, kept.modified_ns + 900_000_000))  # a network drive
    assert [each.path for each in record(recorder, job, gone, changed, kept).artifacts] == [
        "kept.png"
    ]
    assert FileQueue(recorder._outbox._path).remaining() == []


def test_a_huge_file_delays_neither_its_job_nor_the_next_one(recorder, job, tmp_path, monkeypatch):
    """Hashing it takes as long as the test lasts; ends of jobs are recorded and read meanwhile."""
    go_on = threading.Event()
    real = file_inspection.sha256_of
    monkeypatch.setattr(
        file_inspection, "sha256_of", lambda path, poll: (go_on.wait(60), real(path, poll))[1]
    )
    monkeypatch.setattr("anime_production.models.jobs.recording.recorder.INSPECT_SECONDS", 0.2)
    start = time.monotonic()
    recorder.record(JobQueued(job, {}))
    recorder.record(end_of(job))
    recorder.files.add(job, [written(tmp_path)], lambda: None)
    assert time.monotonic() - start < 1.0
    waiting = found(recorder, job)
    assert (waiting.state, waiting.artifacts) == ("completed", ())
    assert recorder.settle() == {job.id: 1}
    go_on.set()
    wait_until(lambda: found(recorder, job).artifacts)
    assert recorder.settle() == {}


def test_what_follows_is_told_when_all_files_are_recorded(recorder, job, tmp_path):
    known: list[Any] = []
    recorder.follow(lambda event: known.append(event.kind))
    files = [written(tmp_path, f"{number}.png") for number in range(3)]
    recorder.files.add(job, files, lambda: known.append("done"))
    wait_until(lambda: "done" in known)
    assert known == ["artifact_written"] * 3 + ["done"]
    recorder.files.add(job, [], lambda: known.append("nothing"))
    time.sleep(0.1)
    assert known[-1] == "done"


def test_a_file_survives_the_death_of_its_process(private, database_url, tmp_path):
    file = written(tmp_path)
    script = [sys.executable, "-c", REPORT_AND_DIE, str(private), str(tmp_path / file.path)]
    assert subprocess.run(script, timeout=60).returncode == 0
    (waiting,) = FileQueue(private / "outbox.sqlite").remaining()
    assert waiting.tries == 1
    recorder = Recorder(private)
    recorder.resume()
    (artifact,) = found(recorder, waiting.job).artifacts
    assert (artifact.path, artifact.width) == ("a.png", 64)
    recorder.close()


def test_a_file_that_ends_what_opens_it_is_hashed_alone(recorder, job, tmp_path):
    file = written(tmp_path)
    recorder.record(JobQueued(job, {}))
    queue = FileQueue(recorder._outbox._path)
    (waiting,) = queue.add(job, [file])
    for _ in range(2):
        queue.count_try(waiting.position)
    recorder.resume()
    (artifact,) = found(recorder, job).artifacts
    assert (artifact.kind, artifact.frames, artifact.bytes) == ("image", None, file.bytes)


def test_a_process_that_ends_while_it_reads_leaves_the_file_for_the_next_one(
    private, database_url, job, tmp_path, monkeypatch
):
    reading = threading.Event()
    real = file_inspection.sha256_of

    def slow(path: Path, poll: Any) -> str:
        reading.set()
        while True:
            poll()
            time.sleep(0.01)

    monkeypatch.setattr(file_inspection, "sha256_of", slow)
    recorder = Recorder(private)
    recorder.record(JobQueued(job, {}))
    recorder.files.add(job, [written(tmp_path)], lambda: None)
    assert reading.wait(10)
    start = time.monotonic()
    recorder.close(5)
    assert time.monotonic() - start < 4
    assert [each.tries for each in FileQueue(private / "outbox.sqlite").remaining()] == [0]
    monkeypatch.setattr(file_inspection, "sha256_of", real)
    later = Recorder(private)
    later.resume()
    assert len(found(later, job).artifacts) == 1
    later.close()


def test_a_full_disk_keeps_the_files_in_memory(recorder, job, tmp_path, monkeypatch):
    def full(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileQueue, "add", full)
    assert len(record(recorder, job, written(tmp_path)).artifacts) == 1


def test_a_file_of_a_job_that_was_deleted_meanwhile_is_no_ones(recorder, job, tmp_path):
    record(recorder, job)
    recorder.database.run(delete_job, job.id)
    recorder.files.add(job, [written(tmp_path)], lambda: None)
    assert found(recorder, job) is None
    assert (tmp_path / "core/a.png").is_file()


def test_unreadable_rows_of_another_version_are_dropped(recorder, job, tmp_path):
    queue = FileQueue(recorder._outbox._path)
    queue.add(job, [written(tmp_path)])
    with file_inspector_connection(recorder) as connection:
        connection.execute("INSERT INTO reported_files (body) VALUES ('{}'), ('no JSON')")
    assert len(queue.remaining()) == 1
    assert len(queue.remaining()) == 1


def file_inspector_connection(recorder: Recorder) -> Any:
    """A connection to the outbox's file."""
    from contextlib import closing

    from anime_production.models.jobs.recording.outbox_file import open_file

    return closing(open_file(recorder._outbox._path))


def test_the_thread_rests_between_files_unless_someone_waits(recorder, job, tmp_path, monkeypatch):
    monkeypatch.setattr(file_inspector, "REST_SHARE", 1e6)
    monkeypatch.setattr(file_inspector, "LONGEST_REST", 60.0)
    files = [written(tmp_path, f"{number}.png") for number in range(3)]
    recorder.record(JobQueued(job, {}))
    recorder.files.add(job, files, lambda: None)
    time.sleep(1.0)
    assert len(FileQueue(recorder._outbox._path).remaining()) >= 2
    assert len(found(recorder, job).artifacts) == 3
