"""A gate that asks, in a real ComfyUI: who waits, who doesn't, and how a wait ends."""

import time
from typing import Any

import pytest

from ..browser.eight_seeds import BLURRED, SEEDS, eight_seeds
from .client import ComfyClient, Run

LIMIT = 300  # s; longer than any of these tests waits
WORKFLOW: dict[str, Any] = {"extra_pnginfo": {"workflow": {"nodes": []}}}


def because(run: Run) -> str:
    """Return the code of the first reason of the gate."""
    return str(gate_of(run)["because"][0]["reason_code"])


def gate_of(run: Run) -> dict[str, Any]:
    """Return what the gate shows."""
    (gate,) = [each["anime_gate"][0][0] for each in run.outputs.values() if "anime_gate" in each]
    return dict(gate)


def prompt(name: str, **gate: Any) -> dict[str, Any]:
    """Return a prompt whose gate always asks."""
    shot = f"{name} {time.time_ns()}"
    return eight_seeds(shot, ask="always", ask_seconds=LIMIT, **gate)


def open_question(client: ComfyClient) -> dict[str, Any]:
    """Return the open question, once there is one."""
    deadline = time.monotonic() + 60
    while not (questions := client.get("/anime/questions")["questions"]):
        assert time.monotonic() < deadline, "Nothing was asked."
        time.sleep(0.05)
    return dict(questions[0])


def wait(client: ComfyClient, prompt_id: str) -> Run:
    """Return the ended run of a prompt."""
    deadline = time.monotonic() + 60
    while (history := client.history(prompt_id)) is None:
        assert time.monotonic() < deadline, "The prompt did not end."
        time.sleep(0.05)
    return Run(prompt_id, [], history)


@pytest.mark.parametrize("extra_data", [{}, WORKFLOW], ids=["script", "with a workflow"])
def test_a_prompt_without_a_client_does_not_wait(client: ComfyClient, extra_data: dict[str, Any]):
    run = client.run_without_client(prompt("without"), extra_data=extra_data)
    assert because(run) == "gate_ask_no_editor"
    assert BLURRED not in gate_of(run)["indices"]


def test_a_script_with_a_websocket_does_not_wait(client: ComfyClient):
    assert because(client.run(prompt("script"))) == "gate_ask_no_editor"


def test_a_client_that_shows_no_question_waits_only_a_moment(client: ComfyClient):
    run = client.run(prompt("unseen"), extra_data=WORKFLOW)
    assert because(run) == "gate_ask_unseen"


def test_a_prompt_that_says_so_waits_for_anybody_and_records_who_chose(client: ComfyClient):
    prompt_id = client.submit(prompt("anybody", wait_without_editor=True))
    waiting = client.submit(prompt("next in the queue"))
    question = open_question(client)
    assert len(question["frames"]) == SEEDS
    assert question["frames"][BLURRED]["verdict"] == "FAIL"
    assert client.fetch("/view", **question["frames"][0]["picture"])[:4] == b"\x89PNG"
    assert client.history(waiting) is None, "the next prompt waits in the queue"
    body = {"picked": [BLURRED, 6], "reviewer": "Aoi"}
    client.post(f"/anime/questions/{question['id']}/answer", body)
    run = wait(client, prompt_id)
    assert gate_of(run)["indices"] == [BLURRED, 6]
    assert because(wait(client, waiting)) == "gate_ask_no_editor"
    job = client.get(f"/anime/jobs/{prompt_id}")
    (review,) = job["reviews"]
    assert (review["verdict"], review["reviewer"]) == ("approved", "Aoi")
    assert f"2 of 8: frames {BLURRED}, 6." in review["reason"]
    assert job["job"]["verdict"] == "FAIL", "a pick changes no measurement"


def test_cancel_ends_a_wait_at_once(client: ComfyClient):
    prompt_id = client.submit(prompt("cancelled", wait_without_editor=True))
    open_question(client)
    start = time.monotonic()
    client.post("/interrupt", {})
    run = wait(client, prompt_id)
    assert time.monotonic() - start < 10
    assert not run.succeeded
    assert client.get("/anime/questions")["questions"] == []


def test_a_chosen_result_is_cached_and_an_unanswered_one_is_asked_again(client: ComfyClient):
    graph = prompt("cached", wait_without_editor=True)
    answered = client.submit(graph)
    question = open_question(client)
    client.post(f"/anime/questions/{question['id']}/answer", {"picked": [1]})
    assert gate_of(wait(client, answered))["indices"] == [1]
    again = wait(client, client.submit(graph))
    assert gate_of(again)["indices"] == [1]
    gate = next(node for node, each in graph.items() if each["class_type"] == "AnimeGate")
    graph[gate]["inputs"]["ask_seconds"] = 10
    assert because(wait(client, client.submit(graph))) == "gate_ask_timeout"
    repeated = client.submit(graph)
    question = open_question(client)
    client.post(f"/anime/questions/{question['id']}/answer", {"picked": []})
    run = wait(client, repeated)
    assert gate_of(run)["indices"] == []


def test_error_fails_the_prompt_if_nothing_is_picked(client: ComfyClient):
    prompt_id = client.submit(prompt("error", wait_without_editor=True, on_fail="error"))
    question = open_question(client)
    client.post(f"/anime/questions/{question['id']}/answer", {"picked": []})
    run = wait(client, prompt_id)
    assert not run.succeeded
    assert "Nothing of 8 was picked by eye" in str(run.error)
