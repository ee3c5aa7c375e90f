import subprocess
import sys
from uuid import UUID, uuid4

from anime_production.models.jobs.recording.process_lock import Life, ProcessLock, list_processes

HOLD = """
import sys
from pathlib import Path
from uuid import UUID
from anime_production.models.jobs.recording.process_lock import ProcessLock
lock = ProcessLock(Path(sys.argv[1]), UUID(sys.argv[2]))
lock.hold()
print("held", flush=True)
sys.stdin.readline()
"""


def told(folder) -> dict[UUID, Life]:
    return {process: life for process, life, _ in list_processes(folder)}


def holder(folder, process: UUID) -> subprocess.Popen:
    command = [sys.executable, "-c", HOLD, str(folder), str(process)]
    held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert held.stdout
    assert held.stdout.readline() == "held\n"
    return held


def test_a_process_is_seen_to_live_until_it_is_killed(tmp_path):
    process = uuid4()
    held = holder(tmp_path, process)
    assert told(tmp_path) == {process: Life.ALIVE}
    assert told(tmp_path) == {process: Life.ALIVE}  # to look changes nothing
    held.kill()
    held.wait()
    assert told(tmp_path) == {process: Life.DEAD}
    assert told(tmp_path) == {process: Life.DEAD}


def test_locks_of_one_process_are_told_apart(tmp_path):
    first, second = ProcessLock(tmp_path, uuid4()), ProcessLock(tmp_path, uuid4())
    for lock in (first, second, first):
        lock.hold()
    assert set(told(tmp_path).values()) == {Life.ALIVE}
    first.release(remove=False)
    second.release(remove=True)
    assert list(told(tmp_path).values()) == [Life.DEAD]
    assert len({path.stem for path in tmp_path.iterdir()}) == 1, "of the second nothing is left"


def test_of_another_machines_lock_nothing_is_said(tmp_path):
    (tmp_path / f"{uuid4()}.host").write_text("another machine")
    (tmp_path / f"{uuid4()}.host").touch()  # being made
    (tmp_path / "notes.host").write_text("not a process")
    assert list(told(tmp_path).values()) == [Life.UNKNOWN] * 2


def test_there_is_nothing_to_see_before_the_first_process(tmp_path):
    assert told(tmp_path / "none") == {}
