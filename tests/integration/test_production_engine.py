"""What becomes of a production when its ComfyUI ends, its prompt is interrupted, or time is up."""

import time
from pathlib import Path
from typing import Any

import pytest

from ..models.jobs.postgres import SystemPostgres
from .client import ComfyClient
from .job_bench import comfyui_with
from .production_bench import await_condition, ended, order, stills_of_ones_own
from .server import STOP_SECONDS
from .test_phases import delete


def states(found: Any, phase: int = 0) -> list[tuple[int, str]]:
    return [(each["number"], each["state"]) for each in found["phases"][phase]["attempts"]]


def renders(client: ComfyClient) -> Any:
    """Whether a production's prompt runs in ComfyUI, for waiting."""

    def is_so(found: Any) -> bool:
        attempts = [each for phase in found["phases"] for each in phase["attempts"]]
        running = [each for each in attempts if each["state"] == "running"]
        return bool(running and client.get("/queue")["queue_running"])

    return is_so


@pytest.fixture
def slow(client: ComfyClient):
    client.post("/anime/phases", stills_of_ones_own("endless", attempts=2, wall_seconds=1))
    yield "endless"
    delete(client, "endless")


@pytest.mark.slow
def test_a_comfyui_that_ends_in_the_midst_ends_at_once_and_goes_on_after_its_next_start(
    comfyui: Path,
    tmp_path: Path,
    system_postgres: SystemPostgres,
):
    url = system_postgres.new_database()
    with comfyui_with(comfyui, tmp_path, url) as server:
        client = ComfyClient(server)
        client.post("/anime/phases", stills_of_ones_own("slow", attempts=2))
        pause = {"slow": {"pause": 6.0}}
        production = order(client, phases=["sample_stills", "slow"], parameters=pause)
        await_condition(
            client, production, lambda found: bool(states(found, 1)) and renders(client)(found)
        )
        began = time.monotonic()
        server.stop()
        assert time.monotonic() - began < STOP_SECONDS  # by itself: it would be killed then
        server.start()
        found = ended(client, production)
        assert found["state"] == "completed"
        assert states(found) == [(1, "passed")]
        assert states(found, 1) == [(1, "lost"), (1, "passed")]
        lost, again = found["phases"][1]["attempts"]
        assert lost["seed"] == again["seed"]


def test_a_prompt_that_a_person_interrupts_by_hand_stops_its_production(client: ComfyClient, slow):
    production = order(client, phases=[slow], parameters={slow: {"pause": 600.0}})
    await_condition(client, production, renders(client))
    client.post("/interrupt", {})
    found = ended(client, production)
    assert (found["state"], found["reason_code"]) == ("cancelled", "production_interrupted")
    assert states(found) == [(1, "cancelled")]


def test_a_phase_whose_time_is_up_is_interrupted_and_says_so(client: ComfyClient, slow):
    production = order(client, phases=[slow], parameters={slow: {"pause": 600.0}})
    found = ended(client, production)
    assert (found["state"], found["reason_code"]) == ("failed", "production_wall_time")
    assert states(found) == [(1, "failed")]
