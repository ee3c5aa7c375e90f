# mypy: disable-error-code="union-attr"
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import Event, JobStarted
from anime_production.models.jobs.recording.outbox import Outbox

BEGINNING = """
import resource, sys
from pathlib import Path
from anime_production.models.jobs.recording.events import JobStarted
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.outbox import Outbox
outbox = Outbox(Path(sys.argv[1]))
"""
APPEND_FOREVER = """
while True:
    event = JobStarted(new_job(None, project="a" * 100))
    if outbox.append(event):
        print(event.id, flush=True)
"""
FILL_THE_DISK = """
assert outbox.append(JobStarted(new_job(None)))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
safe = [outbox.append(JobStarted(new_job(None, tags="t" * 200))) for _ in range(200)]
assert not safe[-1] and outbox.failure, "the disk never was full"
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
assert outbox.append(JobStarted(new_job(None))), outbox.failure
assert outbox.failure is None
print(1 + sum(safe) + 1, outbox.lost, outbox.backlog())
"""

RECORD_ON_A_FULL_DISK = """
from anime_production.models.jobs.recording.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
recorder.database.run(lambda connection: None)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
safe = []
for number in range(300):
    if number == 100:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8192, hard))
    if number == 200:
        assert recorder.status().outbox, "health does not know of the full disk"
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    job = new_job(f"prompt {number}")
    safe.append(recorder.queue(job, {"text": "t" * 2000}))
assert not all(safe) and safe[-1], "the disk never was full"
status = recorder.status()
assert status.outbox is None and status.lost == 0
count = lambda connection: connection.execute("SELECT count(*) FROM anime.jobs").fetchone()[0]
recorder.settle()
print(recorder.database.run(count))
recorder.close()
"""


def in_another_process(script: str, path) -> subprocess.Popen:
    command = [sys.executable, "-c", BEGINNING + script, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_events_come_out_in_the_order_they_went_in(tmp_path, story):
    outbox = Outbox(tmp_path / "outbox.sqlite")
    assert all(outbox.append(event) for event in story)
    waiting = outbox.oldest(10)
    assert [Event.from_json(each.body) for each in waiting] == story
    outbox.delete(waiting[:1])
    assert outbox.oldest(1) == waiting[1:2]
    assert outbox.backlog() == 2
    assert outbox.backlog(str(story[0].job.id)) == outbox.backlog("8c1f") == 2
    assert outbox.backlog("another") == 0


def test_a_saved_character_waits_with_the_jobs_and_counts_for_none(tmp_path, story, saved):
    outbox = Outbox(tmp_path / "outbox.sqlite")
    assert all(outbox.append(event) for event in (story[0], saved, saved))
    assert [Event.from_json(each.body) for each in outbox.oldest(10)] == [story[0], saved]
    assert (outbox.backlog(), outbox.backlog("8c1f")) == (2, 1)


def test_an_event_that_is_appended_twice_is_there_once(tmp_path, story):
    outbox = Outbox(tmp_path / "outbox.sqlite")
    assert outbox.append(story[0])
    assert outbox.append(story[0])
    assert outbox.backlog() == 1


def test_any_thread_may_append(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite")
    threads = [
        threading.Thread(
            target=lambda: [outbox.append(JobStarted(new_job(None))) for _ in range(50)]
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        outbox.delete(outbox.oldest(0))  # the shipper writes at the same time
    assert outbox.backlog() == 200
    assert outbox.lost == 0


def test_many_that_make_the_file_at_the_same_moment_all_write(tmp_path):
    for attempt in range(60):
        outboxes = [Outbox(tmp_path / str(attempt) / "outbox.sqlite") for _ in range(6)]
        together = threading.Barrier(len(outboxes))

        def begin(outbox: Outbox, together: threading.Barrier = together) -> None:
            together.wait()
            outbox.append(JobStarted(new_job(None)))

        threads = [threading.Thread(target=begin, args=(each,)) for each in outboxes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [each.failure for each in outboxes] == [None] * len(outboxes)
        assert outboxes[0].backlog() == len(outboxes)
        for each in outboxes:
            each.close()


def test_a_killed_process_loses_nothing_that_it_was_told_is_safe(tmp_path):
    path = tmp_path / "outbox.sqlite"
    process = in_another_process(APPEND_FOREVER, path)
    safe = [process.stdout.readline().strip() for _ in range(20)]
    time.sleep(0.1)
    process.kill()
    safe += [
        line.strip() for line in process.stdout.read().splitlines(keepends=True) if "\n" in line
    ]
    process.wait()
    assert len(safe) > 20
    assert set(safe) <= {each.id for each in Outbox(path).oldest(1_000_000)}


def test_a_full_disk_is_said_loudly_and_never_raised(tmp_path):
    process = in_another_process(FILL_THE_DISK, tmp_path / "outbox.sqlite")
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    safe, lost, backlog = map(int, said.split())
    assert safe < 202, "some were not safe while the disk was full"
    assert (backlog, lost) == (202, 0), "they were kept in memory, and written when it wasn't"
    assert errors.count("new events are only in memory") == 1


def test_a_place_that_cannot_be_written_is_said_once(tmp_path, caplog):
    outbox = Outbox(tmp_path)  # a folder, not a file
    with caplog.at_level(logging.WARNING):
        assert not outbox.append(JobStarted(new_job(None)))
        assert not outbox.append(JobStarted(new_job(None)))
    assert len(caplog.records) == 1
    assert caplog.records[0].levelno == logging.ERROR
    assert outbox.lost == 2
    assert outbox.failure
    assert not outbox.retry()


def test_what_could_not_be_written_is_written_in_order_once_it_can(tmp_path, story):
    path = tmp_path / "outbox.sqlite"
    path.mkdir()
    outbox = Outbox(path)
    assert not any(outbox.append(event) for event in story)
    path.rmdir()
    assert outbox.retry()
    assert [Event.from_json(each.body) for each in outbox.oldest(10)] == story
    assert (outbox.lost, outbox.failure) == (0, None)


def test_memory_holds_so_many_and_no_more(tmp_path, monkeypatch):
    limit = "anime_production.models.jobs.recording.unwritten_events.MOST_UNWRITTEN"
    monkeypatch.setattr(limit, 3)
    path = tmp_path / "outbox.sqlite"
    path.mkdir()
    outbox = Outbox(path)
    events = [JobStarted(new_job(None)) for _ in range(5)]
    assert not any(outbox.append(event) for event in events)
    path.rmdir()
    assert outbox.retry()
    assert [Event.from_json(each.body) for each in outbox.oldest(10)] == events[2:]
    assert outbox.lost == 2


READ_ONLY = """
import logging, os
logging.basicConfig()
outbox.append(JobStarted(new_job(None)))
folder = Path(sys.argv[1]).parent
folder.chmod(0o555)
for file in folder.iterdir():
    file.chmod(0o444)
outbox.close()
outbox = Outbox(Path(sys.argv[1]))
if os.geteuid() == 0:  # root may write whatever its mode is
    os.setegid(65534)
    os.seteuid(65534)
assert not outbox.append(JobStarted(new_job(None)))
assert outbox.failure and outbox.lost == 1, outbox.failure
os.seteuid(os.getuid())
os.setegid(os.getgid())
folder.chmod(0o755)
for file in folder.iterdir():
    file.chmod(0o644)
assert outbox.append(JobStarted(new_job(None)))
assert outbox.failure is None and outbox.lost == 0
print(outbox.backlog())
"""


def test_an_outbox_that_turns_read_only_is_said_and_used_again_later(tmp_path):
    folder = Path(tempfile.mkdtemp(dir=tmp_path.anchor + "tmp"))
    try:
        process = in_another_process(READ_ONLY, folder / "outbox.sqlite")
        said, errors = process.communicate(timeout=60)
    finally:
        shutil.rmtree(folder)
    assert process.returncode == 0, errors
    assert said == "3\n"
    assert errors.count("new events are only in memory") == 1


def test_a_recorder_with_a_full_disk_says_so_and_has_all_jobs_when_it_is_over(
    tmp_path, database_url
):
    process = in_another_process(RECORD_ON_A_FULL_DISK, tmp_path)
    said, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert errors.count("new events are only in memory") == 1
    assert said == "300\n"


def test_others_cannot_read_what_waits(tmp_path):
    outbox = Outbox(tmp_path / "outbox.sqlite")
    outbox.append(JobStarted(new_job(None)))
    modes = {path.name: path.stat().st_mode & 0o077 for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0}, modes
