"""Productions on a real ComfyUI: from a request to files, with nobody looking on."""

import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from .client import ComfyClient, RequestRefused
from .job_bench import JobPrompt
from .production_bench import (
    PATIENCE,
    SHORT,
    act,
    await_condition,
    ended,
    look,
    order,
    stills_of_ones_own,
    tiny_diffusion,
)
from .test_phases import delete
from .tiny_wan import TRANSFORMER_FILE, VAE_FILE

SAMPLES = ["sample_stills", "sample_loop", "sample_clip"]


def states(phase: Any) -> list[str]:
    """What became of a phase's attempts."""
    return [each["state"] for each in phase["attempts"]]


def reviews(client: ComfyClient, production: Any, index: int) -> list[tuple[str, str, str]]:
    """Verdict, reason and reviewer of each review of the job of an attempt in the first phase."""
    attempt = production["phases"][0]["attempts"][index]
    rows = client.get(f"/anime/jobs/{attempt['job_id']}")["reviews"]
    return [(each["verdict"], each["reason"], each["reviewer"]) for each in rows]


@pytest.fixture
def registered(client: ComfyClient) -> Iterator[Callable[[dict[str, Any]], str]]:
    """Registers phases, and removes them again."""
    names = []

    def register(phase: dict[str, Any]) -> str:
        names.append(phase["id"])
        client.post("/anime/phases", phase)
        return str(phase["id"])

    yield register
    for name in names:
        delete(client, name)


def test_an_order_becomes_stills_a_loop_and_a_clip_and_everybody_is_told(client: ComfyClient):
    with client.listen() as channel:
        production = order(client, phases="sample", **SHORT)

        def done(message: dict[str, Any]) -> bool:
            return message["type"] == "anime.production" and (
                message["data"]["id"] == production
                and message["data"]["state"] in ("completed", "failed")
            )

        channel.until(done, PATIENCE)
    told = [
        (message["data"]["phase"], message["data"]["progress"])
        for message in channel.messages
        if message["type"] == "anime.production" and message["data"]["id"] == production
    ]
    assert list(dict.fromkeys(phase for phase, _ in told)) == SAMPLES
    assert [progress for _, progress in told] == sorted(progress for _, progress in told)
    found = look(client, production)
    assert (found["state"], found["progress"]) == ("completed", 1.0)
    assert [(each["phase"], states(each)) for each in found["phases"]] == [
        (name, ["passed"]) for name in SAMPLES
    ]
    for phase in found["phases"]:
        (file,) = phase["files"]
        assert file["exists"]
        assert (client.server.base / "output" / file["path"]).stat().st_size == file["bytes"]
        (attempt,) = phase["attempts"]
        assert (attempt["verdict"], attempt["seed"], attempt["chosen"]) == ("PASS", 5, True)
        told = client.get(f"/anime/jobs/{attempt['job_id']}")
        assert told["production_id"] == production
        job = told["job"]
        assert (job["source"], job["project"], job["state"]) == (
            "production", "Winter", "completed",
        )  # fmt: skip
    still, loop, clip = found["phases"]
    assert still["files"][0]["path"] in loop["attempts"][0]["parameters"]["image"]
    assert loop["files"][0]["path"] in clip["attempts"][0]["parameters"]["image"]
    assert found["files"] == clip["files"]
    assert len(client.fetch(found["files"][0]["view"])) == found["files"][0]["bytes"]
    worker = client.get("/anime/health")["components"]["worker"]
    assert worker == {"status": "ok", "running": True}


def test_a_loop_with_a_jump_passes_on_its_third_attempt_and_says_why_two_did_not(
    client: ComfyClient,
):
    production = order(
        client,
        phases=["sample_stills", "sample_loop"],
        parameters={"sample_loop": {"seam_jump": 8.0}},
        **SHORT,
    )
    found = ended(client, production)
    assert found["state"] == "completed"
    stills, loop = found["phases"]
    assert states(stills) == ["passed"]
    assert states(loop) == ["failed", "failed", "passed"]
    assert [each["number"] for each in loop["attempts"]] == [1, 2, 3]
    assert [each["seed"] for each in loop["attempts"]] == [5, 6, 7]
    assert [each["parameters"]["seam_jump"] for each in loop["attempts"]] == [8.0, 4.0, 0.0]
    for attempt in loop["attempts"][:2]:
        assert attempt["verdict"] == "FAIL"
        assert "seam" in attempt["reason"]
        assert attempt["files"]
        assert all(file["exists"] for file in attempt["files"])
        assert not attempt["chosen"]
        (decision,) = [
            each for each in found["decisions"]
            if each["attempt_id"] == attempt["id"] and each["to_state"] == "failed"
        ]  # fmt: skip
        assert decision["report_id"] is not None
        assert decision["reason"] == attempt["reason"]
    assert loop["files"] == loop["attempts"][2]["files"]


def test_a_person_approves_one_and_rejects_another(client: ComfyClient, registered):
    name = registered(stills_of_ones_own("seen", approval=True, attempts=2))
    fine, poor = (order(client, phases=[name], seed=seed) for seed in (1, 2))

    def waits(found: Any) -> bool:
        return bool(found["state"] == "waiting")

    shown = await_condition(client, fine, waits)
    assert states(shown["phases"][0]) == ["passed"]
    assert shown["phases"][0]["files"]
    approved = act(client, fine, "approve", who="Aoi", reason="lovely eyes")
    assert approved["state"] == "completed"
    assert ("Aoi", "lovely eyes") in [
        (each["decided_by"], each["reason"].rpartition(": ")[2]) for each in approved["decisions"]
    ]
    assert reviews(client, approved, 0) == [("approved", "lovely eyes", "Aoi")]
    await_condition(client, poor, waits)
    again = act(client, poor, "reject", who="Aoi", reason="six fingers")
    assert again["state"] == "running"
    assert reviews(client, again, 0) == [("rejected", "six fingers", "Aoi")]
    shown = await_condition(client, poor, waits)
    assert reviews(client, shown, 1) == []
    rejected = act(client, poor, "reject", who="Aoi", reason="six fingers still")
    assert rejected["state"] == "failed"
    assert "six fingers still" in rejected["reason"]
    assert states(rejected["phases"][0]) == ["rejected", "rejected"]
    assert [each["seed"] for each in rejected["phases"][0]["attempts"]] == [2, 3]
    with pytest.raises(RequestRefused) as refusal:
        act(client, fine, "reject", who="Aoi")
    assert refusal.value.status == 409


def test_an_attempt_has_a_small_picture_as_soon_as_its_job_has_one(client: ComfyClient):
    production = order(client, phases=["sample_stills"])

    def has_picture(found: Any) -> bool:
        return any(each["thumbnail"] for each in found["phases"][0]["attempts"])

    (attempt,) = await_condition(client, production, has_picture)["phases"][0]["attempts"]
    assert attempt["thumbnail"] == f"/anime/jobs/{attempt['job_id']}/thumbnail"
    with urllib.request.urlopen(client.server.address + attempt["thumbnail"]) as picture:
        assert picture.read(4) == b"RIFF"  # a WebP


def test_what_is_cancelled_in_the_middle_ends_at_once_and_is_resumed_where_it_was(
    client: ComfyClient, registered
):
    name = registered(stills_of_ones_own("slow", attempts=1))
    pause = {"slow": {"pause": 600.0}}
    production = order(client, phases=["sample_stills", name], parameters=pause)

    def sleeps(found: Any) -> bool:
        attempts = found["phases"][1]["attempts"]
        return bool(attempts and attempts[-1]["state"] == "running" and running(client))

    await_condition(client, production, sleeps)
    cancelled = act(client, production, "cancel", who="Aoi", reason="too slow")
    assert cancelled["state"] == "cancelled"
    prompt = cancelled["phases"][1]["attempts"][0]["prompt_id"]
    await_condition(client, production, lambda found: not running(client), 10)
    assert not client.get(f"/history/{prompt}")[prompt]["status"]["completed"]
    settled = await_condition(
        client, production, lambda found: states(found["phases"][1]) == ["cancelled"], 10
    )
    assert settled["state"] == "cancelled"
    act(client, production, "resume", who="Aoi")
    await_condition(client, production, lambda found: states(found["phases"][1])[-1] == "running")
    again = act(client, production, "cancel", who="Aoi")
    assert [each["number"] for each in again["phases"][1]["attempts"]] == [1, 1]
    assert states(again["phases"][0]) == ["passed"], "what had passed isn't made again"


def test_a_registered_phase_samples_with_a_diffusion_model_and_takes_the_best(
    client: ComfyClient, registered
):
    phase = tiny_diffusion("tiny", TRANSFORMER_FILE, VAE_FILE, attempts=2, at_end="best")
    answer = client.post(
        "/anime/generate",
        {"prompt": "noise", "type": "clip", "phase": registered(phase), "seed": 1},
    )
    found = ended(client, answer["id"])
    assert found["state"] == "completed", found["reason"]
    (tiny,) = found["phases"]
    assert states(tiny) == ["failed", "failed"], "random weights draw noise"
    first, second = tiny["attempts"]
    assert first["files"][0]["sha256"] != second["files"][0]["sha256"]
    assert tiny["files"][0]["frames"] == 9
    best = max(tiny["attempts"], key=lambda each: (each["score"], -each["number"]))
    assert best["chosen"]
    assert tiny["files"] == best["files"]


def test_what_a_person_queues_by_hand_goes_first(client: ComfyClient):
    """A person's prompt runs while a production is ordered, and another one comes after it."""
    running = client.submit(JobPrompt(seconds=60.0, seed=500))
    production = order(client, phases=["sample_stills"], seed=99)
    time.sleep(0.5)  # the worker hears of it at once, and leaves it alone
    assert states(look(client, production)["phases"][0]) == []
    later = client.submit(JobPrompt(seconds=0.2, seed=501))
    client.post("/interrupt", {"prompt_id": running})
    found = ended(client, production)
    assert found["state"] == "completed"
    of_production = found["phases"][0]["attempts"][0]["prompt_id"]
    history = client.get("/history")
    assert ends(history[running]) < ends(history[later]) < ends(history[of_production])


def running(client: ComfyClient) -> bool:
    """Whether a prompt runs."""
    return bool(client.get("/queue")["queue_running"])


def ends(entry: Any) -> int:
    """When a prompt ended."""
    return int(entry["status"]["messages"][-1][1]["timestamp"])
