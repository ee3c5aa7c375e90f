"""Frames and numbers that can't be worked with, in a running ComfyUI, which lives on.

tests/nodes/test_bad_input.py has every fault with every node; here is what only a server shows.
"""

from typing import Any

import pytest

from .client import ComfyClient, Node, Prompt, RequestRefused

FRAMES = 12


def clean(prompt: Prompt) -> list[Any]:
    """A link to a clean, closed loop of a drawn character."""
    return prompt.add(
        "AnimeSampleClip", frames=FRAMES, period=FRAMES, width=128, height=128, fps=12.0, seed=1
    ).out()


def spoiled(prompt: Prompt, fault: str) -> list[Any]:
    """A link to the same frames with a fault."""
    return prompt.add("TestSpoil", images=clean(prompt), fault=fault).out()


def run_to_error(client: ComfyClient, prompt: Prompt, node: Node) -> str:
    """Run a prompt that fails in a node, and return the message of its only error."""
    run = client.run(prompt, expect_success=False)
    assert client.server.alive, client.server.last_lines()
    assert not run.succeeded
    (error,) = run.message_data("execution_error")
    assert run.error is not None
    for told in (error, run.error):  # the websocket's and the history's
        assert told["node_id"] == node
        assert told["exception_type"].endswith("InputError"), told["exception_message"]
    assert error["exception_message"] == run.error["exception_message"]
    return str(error["exception_message"])


def assert_lives_on(client: ComfyClient) -> None:
    """The next prompt runs as if nothing had been."""
    prompt = Prompt()
    prompt.add("TestConsumer", value=prompt.add("TestNumber", number="1").out())
    assert client.run(prompt).succeeded


@pytest.mark.parametrize(
    ("node_id", "fault"), [("AnimeStillQuality", "rank 3"), ("AnimeLoopScore", "integers")]
)
def test_a_mistake_is_one_error_of_its_node(client: ComfyClient, node_id: str, fault: str):
    prompt = Prompt()
    node = prompt.add(node_id, images=spoiled(prompt, fault))
    message = run_to_error(client, prompt, node)
    assert message.startswith("images: expected ")
    assert ", got " in message
    assert_lives_on(client)


# NaN and infinity: tests/nodes/test_frame_rate.py. ComfyUI repeats a failing node's inputs in its
# error message, and there they are no JSON, whatever the node does.
def test_a_frame_rate_over_a_link_is_held_to_its_limits_by_the_node(client: ComfyClient):
    prompt = Prompt()
    rate = prompt.add("TestNumber", number="-12")
    node = prompt.add("AnimeClipQuality", images=clean(prompt), fps=rate.out())
    assert run_to_error(client, prompt, node).startswith("fps: expected ")


def test_what_cannot_be_measured_is_json_without_a_number_for_every_client(client: ComfyClient):
    prompt = Prompt()
    loop = prompt.add("AnimeLoopScore", images=spoiled(prompt, "infinity"), fps=12.0)
    still = prompt.add("AnimeStillQuality", images=spoiled(prompt, "all NaN"))
    run = client.run(prompt)  # its messages and its history are read as a browser reads them
    assert run.succeeded
    sent = {each["node"]: each["output"] for each in run.message_data("executed")}
    for node in (loop, still):
        assert sent[node]["anime_report"] == [[run.report(node)]]
        assert (run.report(node)["verdict"], run.report(node)["score"]) == ("NOT_MEASURED", None)


def test_a_score_that_does_not_exist_reaches_nobody(client: ComfyClient):
    prompt = Prompt()
    node = prompt.add("AnimeLoopScore", images=spoiled(prompt, "all NaN"), fps=12.0)
    score, passed = (prompt.add("TestConsumer", value=node.out(index)) for index in (1, 2))
    run = client.run(prompt)
    assert score not in run.outputs
    assert run.outputs[passed]["text"] == ["False"]
    assert run.message_data("execution_error") == [], "a silent block is no error"


# tests/nodes/test_wrong_links.py has every pair of types.
def test_an_output_of_another_type_is_answered_400(client: ComfyClient):
    prompt = Prompt()
    latent = prompt.add("EmptyLatentImage", width=64, height=64, batch_size=1)
    node = prompt.add("AnimeStillQuality", images=latent.out())
    with pytest.raises(RequestRefused) as answer:
        client.submit(prompt)
    assert answer.value.status == 400
    assert answer.value.answer["error"]["type"] == "prompt_outputs_failed_validation"
    assert set(answer.value.answer["node_errors"]) == {node}
