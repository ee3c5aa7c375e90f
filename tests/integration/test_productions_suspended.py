"""A ComfyUI that is suspended while it runs a phase ends quietly when it wakes."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ..models.jobs.postgres import SystemPostgres, wait_until
from .client import ComfyClient
from .job_bench import Jobs, comfyui_with
from .production_bench import ended, order, stills_of_ones_own

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

HEARTBEAT = 4.0  # seconds without a heartbeat after which the other process takes the phase over
PAUSE = 6.0  # seconds that the prompt takes at least
MOMENTS = 10
SECONDS = 120.0
# Each attempt, oldest first: its id, its state, the process that ran it, and if it is chosen.
ATTEMPTS = """
SELECT attempts.id, attempts.state, processes.pid, attempts.chosen FROM anime.attempts
JOIN anime.processes ON processes.id = attempts.process_id
JOIN anime.phases ON phases.id = attempts.phase_id
WHERE phases.production_id = %s ORDER BY attempts.started_at
"""
HOLDER = """
SELECT processes.pid FROM anime.phases JOIN anime.processes ON processes.id = phases.process_id
WHERE phases.production_id = %s AND phases.state = 'running'
"""
RUNNING = """
SELECT attempts.id FROM anime.attempts JOIN anime.processes ON processes.id = attempts.process_id
JOIN anime.phases ON phases.id = attempts.phase_id JOIN anime.jobs USING (prompt_id)
WHERE phases.production_id = %s AND processes.pid <> %s AND attempts.state = 'running'
    AND jobs.state = 'in_progress'
"""
PROMPTS = "SELECT count(*) FROM anime.jobs WHERE finished_at IS NULL"
TAKEN_OVER = """
SELECT count(*) FROM anime.decisions
WHERE production_id = %s AND reason_code = 'production_taken_over'
"""


@contextmanager
def suspended(process_id: int) -> Iterator[None]:
    """Suspend a process for as long as the block runs."""
    os.kill(process_id, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(process_id, signal.SIGCONT)


def test_one_that_is_suspended_at_ten_moments_of_a_phase_wakes_and_disturbs_nothing(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
    capsys: pytest.CaptureFixture[str],
):
    url = system_postgres.new_database()
    told = Jobs(url)
    variables = {"ANIME_WORKER_HEARTBEAT": str(HEARTBEAT)}
    first, second = (
        comfyui_with(comfyui, tmp_path / name, url, **variables) for name in ("first", "second")
    )
    lines: list[str] = []
    with first, second:
        clients = {each.process_id: ComfyClient(each) for each in (first, second)}
        client = ComfyClient(first)
        for each in clients.values():
            each.post("/anime/phases", stills_of_ones_own("slow", attempts=1))
        ended(client, order(client, phases=["slow"]))  # everything is loaded
        for moment in range(MOMENTS):
            fields: dict[str, Any] = {"seed": moment, "parameters": {"slow": {"pause": PAUSE}}}
            production = order(client, phases=["slow"], **fields)
            wait_until(partial(told.rows, HOLDER, production), 30)
            time.sleep(moment * PAUSE / (MOMENTS - 1))
            holders = told.rows(HOLDER, production)
            if not holders:  # the phase ended earlier than in the rounds before
                assert ended(client, production)["state"] == "completed"
                lines.append(f"moment {moment}: the phase had ended")
                continue
            ((holder,),) = holders
            other = next(client for pid, client in clients.items() if pid != holder)
            with suspended(holder):
                # Until the other one runs an attempt.
                wait_until(partial(told.rows, RUNNING, production, holder), SECONDS)
                attempt, before = told.rows(RUNNING, production, holder)[0][0], time.monotonic()
            assert ended(other, production, SECONDS)["state"] == "completed"
            assert time.monotonic() - before > PAUSE / 2, "it ran on while the first one was awake"
            wait_until(lambda: told.rows(PROMPTS) == [(0,)], 60)  # its prompt is interrupted
            time.sleep(2.0)
            *late, last = told.rows(ATTEMPTS, production)
            assert last == (attempt, "passed", other.server.process_id, True)
            states = [state for _, state, _, _ in late]
            assert states in ([], ["lost"], ["superseded"])
            assert all(process_id == holder for _, _, process_id, _ in late)
            assert told.rows(TAKEN_OVER, production) == [(1,)]
            assert ended(other, production)["state"] == "completed"
            lines.append(f"moment {moment}: {', '.join([*states, 'passed'])}")
        assert all(each.alive for each in (first, second))
        for server in (first, second):
            assert "Traceback" not in server.log.read_text(errors="replace")
        again = order(client, phases=["slow"], seed=99)  # both still take phases
        assert ended(client, again)["state"] == "completed"
    with capsys.disabled():
        print("\n" + "\n".join(lines))
    assert sum("had ended" not in line for line in lines) == MOMENTS
