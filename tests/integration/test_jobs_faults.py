"""What goes wrong around a real ComfyUI: rendering goes on, nothing is lost, nothing doubled."""

import errno
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ..deadlines import within
from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient, RequestRefused
from .job_bench import OUTBOX, JobPrompt, Jobs, comfyui_with

PATIENCE = 60.0  # seconds: the shipper tries again every half a minute at the latest


@pytest.fixture(scope="module")
def url(system_postgres: SystemPostgres) -> str:
    """An empty database."""
    return system_postgres.new_database()


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A base directory whose private folder is a disk of its own, with room for little."""
    base = tmp_path_factory.mktemp("comfyui")
    private = base / OUTBOX.parent
    private.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", str(private)]
    mounted = (
        sys.platform == "linux" and not subprocess.run(command, capture_output=True).returncode
    )
    yield base
    if mounted:
        subprocess.run(["umount", "--lazy", str(private)], check=True)


@pytest.fixture(scope="module")
def client(comfyui: Path, url: str, small_disk: Path) -> Iterator[ComfyClient]:
    """A ComfyUI whose outbox is there."""
    with comfyui_with(comfyui, small_disk, url) as server:
        yield ComfyClient(server)


@pytest.fixture
def jobs(url: str) -> Jobs:
    """What the database knows."""
    return Jobs(url)


def expect(client: ComfyClient, jobs: Jobs, prompts: list[str]) -> None:
    """Every one of them is in the database, once, and completed, with what was said of it."""
    with suppress(RequestRefused):
        client.get("/anime/jobs/nobody")  # has the shipper try again at once
    wait_until(
        lambda: [jobs.of_prompt(each) for each in prompts] == [["completed"]] * len(prompts),
        PATIENCE,
    )
    for each in prompts:
        assert jobs.events(each) == ["job_queued", "job_started", "job_finished"]


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_a_database_that_stops_loses_and_delays_no_prompt(
    client: ComfyClient,
    jobs: Jobs,
    system_postgres: SystemPostgres,
    when: str,
):
    client.run_without_client(JobPrompt(seed=100))
    if when == "before":
        system_postgres.stop()
    prompts = [client.submit(JobPrompt(seed=time.monotonic_ns() % 2**32, seconds=0.5))]
    if when == "during":
        wait_until(lambda: jobs.of_prompt(prompts[0]) == ["in_progress"])
        system_postgres.stop()
    wait_until(lambda: prompts[0] in client.get(f"/history/{prompts[0]}"), 10)
    if when == "after":
        system_postgres.stop()
    try:
        with within(2):  # rendering doesn't wait for the database
            prompts += [client.run_without_client(JobPrompt(seed=n)).prompt_id for n in range(5)]
    finally:
        system_postgres.start()
    expect(client, jobs, prompts)


def health(client: ComfyClient) -> Any:
    """The answer of `/anime/health`, whatever its status is."""
    try:
        return client.get("/anime/health")
    except RequestRefused as refusal:
        return refusal.answer


@contextmanager
def full(folder: Path) -> Iterator[None]:
    """A disk without a byte left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    try:
        yield
    finally:
        filler.unlink()


def test_a_full_disk_is_said_and_what_ran_meanwhile_is_recorded_afterwards(
    client: ComfyClient,
    jobs: Jobs,
    small_disk: Path,
    system_postgres: SystemPostgres,
):
    private = small_disk / OUTBOX.parent
    if not private.is_mount():
        pytest.skip("no file system may be mounted here")
    prompts = [client.run_without_client(JobPrompt(seed=200)).prompt_id]
    expect(client, jobs, prompts)
    system_postgres.stop()  # so that nothing makes room
    try:
        with full(private):
            big = {"note": "x" * 100_000}
            for number in range(10):
                prompt = JobPrompt(seed=201 + number)
                prompt[prompt.job]["_meta"] |= big
                prompts.append(client.run_without_client(prompt).prompt_id)
            outbox = health(client)["components"]["outbox"]
            assert outbox["status"] != "ok"
            assert outbox["lost"] > 0
    finally:
        system_postgres.start()
    prompts.append(client.run_without_client(JobPrompt(seed=300)).prompt_id)
    expect(client, jobs, prompts)
    assert health(client)["components"]["outbox"]["status"] == "ok"
    assert "new events are only in memory" in client.server.log.read_text(errors="replace")


def test_with_a_full_disk_jobs_go_from_memory_into_the_database(
    client: ComfyClient, jobs: Jobs, small_disk: Path
):
    private = small_disk / OUTBOX.parent
    if not private.is_mount():
        pytest.skip("no file system may be mounted here")
    expect(client, jobs, [client.run_without_client(JobPrompt(seed=400)).prompt_id])
    with full(private):
        prompts = [client.run_without_client(JobPrompt(seed=401 + n)).prompt_id for n in range(8)]
        expect(client, jobs, prompts)
        answer = health(client)
        assert answer["status"] == "degraded"
        outbox = answer["components"]["outbox"]
        assert (outbox["status"], outbox["lost"], outbox["backlog"]) == ("down", 0, 0)
    prompts = [client.run_without_client(JobPrompt(seed=500)).prompt_id]
    expect(client, jobs, prompts)
    assert health(client)["components"]["outbox"]["status"] == "ok"
