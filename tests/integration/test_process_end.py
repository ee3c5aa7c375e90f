"""The end of a real ComfyUI by signals: how long it takes, and what it leaves."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from ..deadlines import BUSY
from ..models.jobs.postgres import SystemPostgres, wait_until
from ..suspension import suspend_family
from .client import ComfyClient
from .job_bench import OUTBOX, JobPrompt, Jobs, comfyui_with
from .production_bench import SHORT, order
from .server import ComfyServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="Windows has other signals"),
]

END_SECONDS = 3.0
END_WITH_HUNG_DATABASE_SECONDS = 5.0
GONE_SECONDS = 60.0
LISTS, THUMBNAILS = 12, 6


@pytest.fixture
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base directory with an outbox, so that the worker of productions starts with ComfyUI."""
    base = tmp_path_factory.mktemp("comfyui")
    (base / OUTBOX.parent).mkdir(mode=0o700, parents=True)
    (base / OUTBOX).touch(mode=0o600)
    return base


@contextmanager
def used_comfyui(comfyui: Path, base: Path, url: str | None = None) -> Iterator[ComfyServer]:
    """A ComfyUI whose database has a job, and in which another job runs."""
    with comfyui_with(comfyui, base, url) as server:
        client = ComfyClient(server)
        first = client.run_without_client(JobPrompt(seed=1)).prompt_id
        client.get(f"/anime/jobs/{first}")
        client.submit(JobPrompt(seed=2, seconds=60))
        wait_until(lambda: client.get("/anime/jobs?state=in_progress")["jobs"])
        try:
            yield server
        finally:
            server.kill()


def end_by(server: ComfyServer, number: int, seconds: float, case: str) -> None:
    """Send a signal and wait for the end of the process, which a message shows."""
    process = psutil.Process(server.process_id)
    started = time.monotonic()
    process.send_signal(number)
    process.wait(BUSY * seconds)
    print(f"{case}: {time.monotonic() - started:.1f} s, deadline {seconds:.0f} s")


def suspend_database(server: ComfyServer) -> list[psutil.Process]:
    """Suspend the embedded server, and return its processes."""
    (process_id,) = server.databases()
    return suspend_family(process_id)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_a_signal_ends_comfyui_and_its_database_in_order(comfyui: Path, base: Path, name: str):
    with used_comfyui(comfyui, base) as server:
        end_by(server, getattr(signal, name), END_SECONDS, name)
        assert "Stopped server" in server.last_lines()
        wait_until(lambda: not server.databases())  # with a slow disk it ends a little later
        assert "database system is shut down" in log_of_database(base)
        assert not list((base / OUTBOX.parent / "processes").iterdir())  # it said goodbye


def log_of_database(base: Path) -> str:
    """The last line of the embedded server's log."""
    return (base / OUTBOX.parent / "postgres" / "log").read_text().splitlines()[-1]


def test_a_phase_that_runs_does_not_keep_comfyui(comfyui: Path, base: Path):
    with comfyui_with(comfyui, base, None) as server:
        client = ComfyClient(server)
        order(client, phases=["sample_stills", "sample_loop"], parameters={"sample_loop": SHORT})
        wait_until(lambda: client.get("/anime/jobs")["jobs"], 60)
        end_by(server, signal.SIGINT, END_SECONDS, "SIGINT with a production")
        wait_until(lambda: not server.databases())  # with a slow disk it ends a little later


def test_the_embedded_database_ends_after_comfyui_was_killed(comfyui: Path, base: Path):
    with used_comfyui(comfyui, base) as server:
        process = psutil.Process(server.process_id)
        started = time.monotonic()
        process.kill()
        process.wait(10)
        assert server.databases()
        wait_until(lambda: not server.databases(), BUSY * GONE_SECONDS)
        print(f"SIGKILL: the database has gone after {time.monotonic() - started:.1f} s")
        assert "database system is shut down" in log_of_database(base)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_an_embedded_database_that_hangs_does_not_keep_comfyui(
    comfyui: Path, base: Path, name: str
):
    with used_comfyui(comfyui, base) as server:
        processes = suspend_database(server)
        with clients_that_wait(server):
            seconds = END_WITH_HUNG_DATABASE_SECONDS
            end_by(server, getattr(signal, name), seconds, f"{name}, embedded database suspended")
        wait_until(lambda: not any(map(runs, processes)), BUSY * GONE_SECONDS)


def test_a_database_of_ones_own_that_hangs_does_not_keep_comfyui(
    comfyui: Path, base: Path, system_postgres: SystemPostgres
):
    url = system_postgres.new_database()
    seconds = END_WITH_HUNG_DATABASE_SECONDS
    with (
        used_comfyui(comfyui, base, url) as server,
        system_postgres.suspended(),
        clients_that_wait(server),
    ):
        end_by(server, signal.SIGINT, seconds, "SIGINT, own database suspended")
    jobs = Jobs(url)
    assert jobs.states()["in_progress"] <= 1  # its end is written by the next start
    with comfyui_with(comfyui, base, url):
        wait_until(lambda: jobs.states() == {"completed": 1, "lost": 1}, 60)


def test_a_second_sigterm_ends_at_once(comfyui: Path, base: Path):
    with used_comfyui(comfyui, base) as server:
        suspend_database(server)  # so that the first one takes its time
        process = psutil.Process(server.process_id)
        process.terminate()
        wait_until(lambda: "Stopped server" in server.last_lines())
        started = time.monotonic()
        process.terminate()
        assert process.wait(BUSY * 1.0) == -signal.SIGTERM
        print(f"second SIGTERM: {time.monotonic() - started:.1f} s")
        # Its watcher ends the suspended database.
        wait_until(lambda: not server.databases(), BUSY * GONE_SECONDS)


@contextmanager
def clients_that_wait(server: ComfyServer) -> Iterator[None]:
    """Open panels: lists and thumbnails that are asked for while the database hangs."""
    client = ComfyClient(server)
    paths = [*["/anime/jobs"] * LISTS, *["/anime/jobs/1/thumbnail"] * THUMBNAILS]

    def ask(path: str) -> None:
        with suppress(Exception):
            client.get(path)

    threads = [threading.Thread(target=ask, args=(path,), daemon=True) for path in paths]
    for thread in threads:
        thread.start()
    time.sleep(1.0)
    yield
    for thread in threads:
        thread.join(60)


def runs(process: psutil.Process) -> bool:
    """Whether a process has not ended."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
