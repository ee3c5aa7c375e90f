"""A real ComfyUI whose PostgreSQL is stopped by SIGSTOP: its own interface goes on answering."""

import statistics
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

from ..deadlines import BUSY
from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient
from .job_bench import JobPrompt, Jobs, comfyui_with

HUNG_SECONDS = 120.0
INTERFACE_SECONDS = 0.2
LISTS, THUMBNAILS = 12, 6
PANEL_PAUSE = 2.0  # seconds until a panel asks again after a refusal


@pytest.fixture
def url(system_postgres: SystemPostgres) -> str:
    return system_postgres.new_database()


@pytest.fixture
def client(comfyui: Path, url: str, tmp_path: Path) -> Iterator[ComfyClient]:
    with comfyui_with(comfyui, tmp_path, url) as server:
        yield ComfyClient(server)


def fetch(client: ComfyClient, path: str) -> tuple[int, float]:
    """Return the status of an answer, 0 for none, and the seconds until it was read."""
    started = time.monotonic()
    try:
        with urllib.request.urlopen(client.server.address + path, timeout=60) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as refusal:
        refusal.read()
        status = refusal.code
    except OSError:
        status = 0
    return status, time.monotonic() - started


class Panel(threading.Thread):
    """Client that asks for one path again and again, as an open panel does."""

    def __init__(self, client: ComfyClient, path: str) -> None:
        super().__init__(daemon=True)
        self._client, self._path = client, path
        self.answers: list[tuple[int, float]] = []
        self.closed = threading.Event()
        self.start()

    def run(self) -> None:
        while not self.closed.is_set():
            self.answers.append(fetch(self._client, self._path))
            self.closed.wait(PANEL_PAUSE)


def figures(name: str, seconds: Sequence[float]) -> str:
    in_order = sorted(1000 * each for each in seconds)
    p99 = in_order[int(0.99 * (len(in_order) - 1))]
    return (
        f"{name:12} {len(in_order):5} answers, p50 {statistics.median(in_order):.0f} ms,"
        f" p99 {p99:.0f} ms, max {in_order[-1]:.0f} ms"
    )


@pytest.mark.slow
def test_the_interface_answers_for_two_minutes_while_the_database_hangs(
    client: ComfyClient,
    url: str,
    system_postgres: SystemPostgres,
    capsys: pytest.CaptureFixture[str],
):
    prompt = client.run_without_client(JobPrompt(seed=1)).prompt_id
    wait_until(lambda: fetch(client, f"/anime/jobs/{prompt}")[0] == 200)
    Image.new("RGB", (64, 64)).save(client.server.base / "output" / "shot.png")
    interface = ("/", "/view?filename=shot.png&type=output", "/queue")
    durations: dict[str, list[float]] = {path: [] for path in interface}
    paths = [*["/anime/jobs?limit=50"] * LISTS, *[f"/anime/jobs/{prompt}/thumbnail"] * THUMBNAILS]
    with system_postgres.suspended():
        panels = [Panel(client, path) for path in paths]
        end = time.monotonic() + HUNG_SECONDS
        while time.monotonic() < end:
            for path in interface:
                status, seconds = fetch(client, path)
                assert status == 200
                durations[path].append(seconds)
            time.sleep(0.1)
        # Only now, as ComfyUI collects garbage some seconds after a prompt, which holds everything.
        for seed in range(2, 5):
            client.run_without_client(JobPrompt(seed=seed))
        for panel in panels:
            panel.closed.set()
        for panel in panels:
            panel.join(60)
    answers = [answer for panel in panels for answer in panel.answers]
    later = [answer for panel in panels for answer in panel.answers[2:]]
    with capsys.disabled():
        print()
        for path in interface:
            print(figures(path.partition("?")[0], durations[path]))
        print(figures("refusals", [seconds for _, seconds in answers]))
        print(figures("later ones", [seconds for _, seconds in later]))
    assert {status for status, _ in answers} == {503}
    assert max(map(max, durations.values())) < BUSY * INTERFACE_SECONDS
    thawed = time.monotonic()
    wait_until(lambda: fetch(client, "/anime/jobs?limit=50")[0] == 200, 5 * 2)
    with capsys.disabled():
        print(f"the first list after it answers again: {time.monotonic() - thawed:.1f} s")
    jobs = Jobs(url)
    wait_until(lambda: jobs.states()["completed"] == 4, 60)


@pytest.mark.slow
def test_comfyui_ends_while_the_database_hangs(
    client: ComfyClient, system_postgres: SystemPostgres
):
    prompt = client.run_without_client(JobPrompt(seed=1)).prompt_id
    wait_until(lambda: fetch(client, f"/anime/jobs/{prompt}")[0] == 200)
    with system_postgres.suspended():
        panels = [Panel(client, "/anime/jobs?limit=50") for _ in range(LISTS)]
        time.sleep(1)
        started = time.monotonic()
        for panel in panels:
            panel.closed.set()
        client.server.stop()
        assert time.monotonic() - started < BUSY * 5
