"""Several ComfyUI processes on one PostgreSQL share productions; some die, and none is lost."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest

from anime_production.benchmarks.production import phase_times
from anime_production.tools.comfyui import use_comfyui

from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient, RequestRefused
from .job_bench import Jobs, comfyui_with
from .production_bench import (
    SHORT,
    await_condition,
    ended,
    look,
    order,
    stills_of_ones_own,
    tiny_diffusion,
)
from .server import ComfyServer
from .tiny_wan import TRANSFORMER_FILE, VAE_FILE, write_tiny_wan

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

MANY = 40
PATIENCE = 900.0  # seconds for all of them, on two cores
PHASES = ["sample_stills", "sample_loop"]

STATES = "SELECT state, count(*) FROM anime.productions GROUP BY state"
UNFINISHED = "SELECT count(*) FROM anime.productions WHERE finished_at IS NULL"
# A number of a phase counts once, whoever tried it however often.
COUNTED_TWICE = """
SELECT phase_id, number FROM anime.attempts
WHERE state NOT IN ('lost', 'superseded', 'cancelled') GROUP BY phase_id, number
HAVING count(*) > 1
"""
CHOSEN_NOT_ONCE = """
SELECT phases.id FROM anime.phases LEFT JOIN anime.attempts ON phase_id = phases.id AND chosen
WHERE phases.state = 'passed' GROUP BY phases.id HAVING count(attempts.id) <> 1
"""
SHARES = """
SELECT process_id::text, count(*) FROM anime.attempts WHERE state IN ('passed', 'failed')
GROUP BY process_id ORDER BY count(*)
"""
# Every file that a production's job wrote, of an attempt that counts.
WITHOUT_FILE = """
SELECT attempts.id FROM anime.attempts
LEFT JOIN anime.artifacts ON artifacts.job_id = attempts.job_id
WHERE attempts.state IN ('passed', 'failed') AND artifacts.path IS NULL
"""
OPEN = "SELECT count(*) FROM anime_queue.procrastinate_jobs WHERE status IN ('todo', 'doing')"
# Queued by a production, and not one of its attempts.
STRAY = """
SELECT jobs.prompt_id FROM anime.jobs LEFT JOIN anime.attempts USING (prompt_id)
WHERE jobs.source = 'production' AND attempts.id IS NULL
"""


@contextmanager
def comfyuis(comfyui: Path, folder: Path, url: str, count: int) -> Iterator[list[ComfyServer]]:
    """Several with base directories of their own, as on several machines."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(comfyui_with(comfyui, folder / f"machine {number}", url))
            for number in range(count)
        ]


def order_many(servers: Sequence[ComfyServer], count: int = MANY, **fields: Any) -> list[str]:
    """Order productions, in turns of whom."""
    clients = [ComfyClient(server) for server in servers]
    return [
        order(clients[number % len(clients)], phases=PHASES, **SHORT, **{"seed": number, **fields})
        for number in range(count)
    ]


def finished(url: str) -> Any:
    """Whether all productions have ended, for waiting."""
    return lambda: Jobs(url).rows(UNFINISHED) == [(0,)]


def expect_all(url: str, count: int) -> None:
    """Every production is completed, each phase of it counted once, each file known."""
    told = Jobs(url)
    assert dict(told.rows(STATES)) == {"completed": count}
    assert told.rows(COUNTED_TWICE) == []
    assert told.rows(CHOSEN_NOT_ONCE) == []
    assert told.rows(WITHOUT_FILE) == []
    assert told.rows(STRAY) == []
    assert told.rows("SELECT count(*) FROM anime.phases WHERE state = 'passed'") == [
        (count * len(PHASES),)
    ]
    wait_until(lambda: told.rows(OPEN) == [(0,)], 30)


def in_the_midst(told: Jobs, passed: int) -> bool:
    """Whether so many phases passed and a prompt runs."""
    rows = told.rows("SELECT count(*) FROM anime.phases WHERE state = 'passed'")
    return bool(rows) and rows[0][0] >= passed and told.states()["in_progress"] == 1


def tell(url: str, seconds: float, capsys: pytest.CaptureFixture[str]) -> Counter[str]:
    """Print the share that each process did and the overhead of a phase."""
    shares = Counter({process: count for process, count in Jobs(url).rows(SHARES)})
    with psycopg.connect(url) as connection:
        times = phase_times(connection)
    with capsys.disabled():
        print(f"\n{len(times)} phases in {seconds:.0f} s; attempts of each process: ", end="")
        print(", ".join(f"{process[:8]}: {count}" for process, count in shares.items()))
        print(
            f"per phase at the median: prompts {median(each.prompts for each in times):.0f} ms,"
            f" beside them {median(each.after_claim for each in times):.0f} ms after it was taken"
        )
    return shares


@pytest.mark.parametrize("count", [2, 4])
def test_processes_share_forty_productions(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
    count: int,
    capsys: pytest.CaptureFixture[str],
):
    url = system_postgres.new_database()
    with comfyuis(comfyui, tmp_path, url, count) as servers:
        began = time.monotonic()
        order_many(servers)
        wait_until(finished(url), PATIENCE)
        seconds = time.monotonic() - began
        expect_all(url, MANY)
    shares = tell(url, seconds, capsys)
    assert len(shares) == count
    assert min(shares.values()) > MANY * len(PHASES) / count / 3, "one of them hardly worked"


def test_one_is_killed_in_the_middle_of_a_phase_and_the_other_finishes_all(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
    capsys: pytest.CaptureFixture[str],
):
    url = system_postgres.new_database()
    told = Jobs(url)
    with comfyuis(comfyui, tmp_path, url, 2) as (first, second):
        began = time.monotonic()
        order_many([first, second], 12)
        running = """
            SELECT phases.id FROM anime.phases
            JOIN anime.attempts ON phase_id = phases.id AND attempts.state = 'running'
            JOIN anime.jobs USING (prompt_id)
            WHERE jobs.state = 'in_progress' AND position = 1 AND attempts.process_id IN
                (SELECT process_id FROM anime.jobs WHERE source = 'production')
        """
        wait_until(lambda: len(told.rows(running)) == 2, 120)
        first.kill()
        wait_until(finished(url), PATIENCE)
        assert second.alive
        expect_all(url, 12)
    tell(url, time.monotonic() - began, capsys)
    lost = told.rows("SELECT count(*) FROM anime.attempts WHERE state IN ('lost', 'superseded')")
    assert lost == [(1,)]
    taken_over = "SELECT count(*) FROM anime.decisions WHERE reason_code = 'production_taken_over'"
    assert told.rows(taken_over) == [(1,)]


def test_one_that_hung_and_comes_back_is_recorded_and_counts_no_second_time(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    told = Jobs(url)
    attempts = "SELECT state FROM anime.attempts ORDER BY started_at"
    variables = {"ANIME_WORKER_HEARTBEAT": "3"}
    first, second = (
        comfyui_with(comfyui, tmp_path / name, url, **variables) for name in ("first", "second")
    )
    with first:
        client = ComfyClient(first)
        client.post("/anime/phases", stills_of_ones_own("slow", attempts=1))
        production = order(client, phases=["slow"], parameters={"slow": {"pause": 8.0}})
        await_condition(client, production, lambda found: found["phases"][0]["attempts"])
        wait_until(lambda: told.states()["in_progress"] == 1, 60)
        os.kill(first.process_id, signal.SIGSTOP)
        try:
            with second:
                wait_until(finished(url), 120)
                assert told.rows(attempts) == [("lost",), ("passed",)]
                os.kill(first.process_id, signal.SIGCONT)
                wait_until(lambda: told.rows(attempts) == [("superseded",), ("passed",)], 60)
        finally:
            os.kill(first.process_id, signal.SIGCONT)
        found = look(client, production)
    assert found["state"] == "completed"
    assert [each["number"] for each in found["phases"][0]["attempts"]] == [1, 1]
    late = found["phases"][0]["attempts"][0]
    assert late["job_id"], "what became of its prompt is known all the same"
    assert not late["chosen"]


def test_a_phase_runs_only_where_its_models_are(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    told = Jobs(url)
    use_comfyui(comfyui)
    write_tiny_wan(tmp_path / "machine 0" / "models")
    with comfyuis(comfyui, tmp_path, url, 2) as (having, lacking):
        client, other = ComfyClient(having), ComfyClient(lacking)
        phase = tiny_diffusion("tiny", TRANSFORMER_FILE, VAE_FILE, attempts=1, at_end="best")
        client.post("/anime/phases", phase)
        ended(other, order(other, phases=["sample_stills"]))  # it works as well
        said = {"prompt": "noise", "type": "clip", "phase": "tiny"}
        of_tiny = [
            client.post("/anime/generate", {**said, "seed": seed})["id"] for seed in range(4)
        ]
        for each in of_tiny:
            assert ended(client, each, 180)["state"] == "completed"
        other.post("/anime/phases", phase)
        with pytest.raises(RequestRefused) as refusal:
            other.post("/anime/generate", said)
        assert refusal.value.status == 409
        assert TRANSFORMER_FILE in refusal.value.answer["error"]["message"]
    where = """
        SELECT count(DISTINCT attempts.process_id) FROM anime.attempts
        JOIN anime.phases ON phases.id = phase_id JOIN anime.phase_definitions USING (version)
        WHERE phase_definitions.name = 'tiny'
    """
    assert told.rows(where) == [(1,)]


def test_a_restart_under_way_loses_nothing(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    told = Jobs(url)
    server = comfyui_with(comfyui, tmp_path, url)
    with server:
        order_many([server], 4)
        for passed, end in enumerate((server.kill, server.stop, server.kill), 1):
            wait_until(partial(in_the_midst, told, passed), 120)
            end()
            server.start()
        wait_until(finished(url), PATIENCE)
        expect_all(url, 4)


def test_a_database_that_is_away_for_half_a_minute_loses_nothing(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    told = Jobs(url)
    with comfyui_with(comfyui, tmp_path, url) as server:
        client = ComfyClient(server)
        order_many([server], 4)
        slow = stills_of_ones_own("away", attempts=1)
        client.post("/anime/phases", slow)
        waits = order(client, phases=["away"], parameters={"away": {"pause": 5.0}})
        await_condition(client, waits, lambda found: found["phases"][0]["state"] == "running", 120)
        system_postgres.stop()
        try:
            time.sleep(30)
        finally:
            system_postgres.start()
        wait_until(finished(url), PATIENCE)
        assert dict(told.rows(STATES)) == {"completed": 5}
        assert told.rows(COUNTED_TWICE) == []
        assert told.rows(CHOSEN_NOT_ONCE) == []
        assert told.rows(STRAY) == []
