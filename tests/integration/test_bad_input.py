"""Frames and numbers that can't be worked with: an answer, a reason or one error, no crash."""

import math
from typing import Any

import pytest

from .client import ComfyClient, Node, Prompt, Run

FRAMES = 12
SCORERS = [
    "AnimeLoopScore",
    "AnimeClipQuality",
    "AnimeStillQuality",
    "AnimeCompareImages",
    "AnimeCharacterSheet",
    "AnimeCharacterScore",
]
MOVING = SCORERS[:2]  # they ask for a clip, the others look at each picture for itself

# What the pack can work with although it is unusual.
HARMLESS = ["none", "alpha", "odd size"]
# What was measured nowhere, and is no mistake in the graph.
UNMEASURABLE = ["no frame", "one pixel", "NaN", "infinity", "all NaN"]
# What is a mistake in the graph.
WRONG = ["0-255", "negative", "integers", "rank 3", "rank 5", "two channels"]


def sample_clip(prompt: Prompt) -> Node:
    """Add a clean, closed loop of a drawn character; output 0 is the IMAGE."""
    return prompt.add(
        "AnimeSampleClip", frames=FRAMES, period=FRAMES, width=128, height=128, fps=12.0, seed=1
    )


def scorer(prompt: Prompt, node_id: str, images: list[Any], clean: list[Any]) -> Node:
    """Add a scoring node that looks at `images`; what else it needs is made from `clean`."""
    if node_id == "AnimeCharacterSheet":
        return prompt.add(node_id, name="Aoi", references=images)
    if node_id == "AnimeCharacterScore":
        sheet = prompt.add("AnimeCharacterSheet", name="Aoi", references=clean)
        return prompt.add(node_id, images=images, character=sheet.out(0))
    if node_id == "AnimeCompareImages":
        return prompt.add(node_id, images=images, references=images)
    if node_id == "AnimeStillQuality":
        return prompt.add(node_id, images=images)
    return prompt.add(node_id, images=images, fps=12.0)


def run_on(client: ComfyClient, node_id: str, fault: str) -> tuple[Run, Node]:
    """Score spoiled frames."""
    prompt = Prompt()
    clean = sample_clip(prompt).out()
    spoiled = prompt.add("TestSpoil", images=clean, fault=fault).out()
    node = scorer(prompt, node_id, spoiled, clean)
    run = client.run(prompt, expect_success=False)
    assert client.server.alive, client.server.last_lines()
    return run, node


def assert_reasons(report: dict[str, Any]) -> None:
    """Whatever has no value says why; whatever has one is a finite number."""
    for measurement in report["measurements"]:
        if measurement["value"] is None:
            assert measurement["verdict"] == "NOT_MEASURED"
            assert measurement["reason"]
        else:
            assert math.isfinite(measurement["value"])
    assert (report["score"] is None) == (report["verdict"] == "NOT_MEASURED")


def assert_one_clear_error(run: Run, node: str, name: str) -> None:
    """The scoring node raised one error that names the input, what was expected and what came."""
    assert not run.succeeded
    error = run.error
    assert error is not None
    assert error["node_id"] == node
    assert error["exception_type"].endswith("InputError"), error["exception_message"]
    assert error["exception_message"].startswith(f"{name}: expected ")
    assert ", got " in error["exception_message"]
    assert len(run.of_type("execution_error")) == 1


@pytest.mark.parametrize("fault", HARMLESS)
@pytest.mark.parametrize("node_id", SCORERS)
def test_alpha_and_odd_sizes_are_measured(client: ComfyClient, node_id: str, fault: str):
    run, node = run_on(client, node_id, fault)
    report = run.report(node)
    assert_reasons(report)
    assert report["verdict"] == "PASS"


@pytest.mark.parametrize("fault", UNMEASURABLE)
@pytest.mark.parametrize("node_id", SCORERS)
def test_what_cannot_be_measured_has_a_reason_and_no_number(
    client: ComfyClient, node_id: str, fault: str
):
    run, node = run_on(client, node_id, fault)
    report = run.report(node)
    assert_reasons(report)
    if fault in ("NaN", "infinity") and node_id not in MOVING:
        # One broken picture among good ones: the good ones can be measured.
        assert report["verdict"] in ("PASS", "NOT_MEASURED")
    else:
        assert report["verdict"] == "NOT_MEASURED"


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("node_id", SCORERS)
def test_a_mistake_is_one_error_that_names_the_input(client: ComfyClient, node_id: str, fault: str):
    run, node = run_on(client, node_id, fault)
    name = "references" if node_id == "AnimeCharacterSheet" else "images"
    assert_one_clear_error(run, node, name)


@pytest.mark.parametrize("fault", [*WRONG, "two frames", "odd size"])
def test_a_reference_that_does_not_fit_is_one_error(client: ComfyClient, fault: str):
    prompt = Prompt()
    clean = sample_clip(prompt).out()
    spoiled = prompt.add("TestSpoil", images=clean, fault=fault).out()
    node = prompt.add("AnimeCompareImages", images=clean, references=spoiled)
    run = client.run(prompt, expect_success=False)
    assert client.server.alive, client.server.last_lines()
    assert_one_clear_error(run, node, "references")


@pytest.mark.parametrize("fault", UNMEASURABLE)
def test_a_reference_that_cannot_be_measured_is_a_reason(client: ComfyClient, fault: str):
    prompt = Prompt()
    clean = sample_clip(prompt).out()
    spoiled = prompt.add("TestSpoil", images=clean, fault=fault).out()
    node = prompt.add(
        "AnimeCompareImages", images=clean, references=spoiled, resize="references_to_images"
    )
    run = client.run(prompt)
    assert_reasons(run.report(node))
    assert run.report(node)["verdict"] == "NOT_MEASURED"


@pytest.mark.parametrize("fault", ["one frame", "two frames"])
@pytest.mark.parametrize("node_id", SCORERS)
def test_very_short_clips_get_an_honest_answer(client: ComfyClient, node_id: str, fault: str):
    run, node = run_on(client, node_id, fault)
    report = run.report(node)
    assert_reasons(report)
    if node_id in MOVING:
        assert report["verdict"] == "NOT_MEASURED", "one or two frames are no motion"


# NaN and infinity: tests/nodes/test_frame_rate.py. ComfyUI repeats a failing node's inputs in its
# error message, and there they are no JSON, whatever the node does.
@pytest.mark.parametrize("number", ["0", "-12"])
@pytest.mark.parametrize("node_id", MOVING)
def test_a_frame_rate_that_is_none_is_one_error(client: ComfyClient, node_id: str, number: str):
    prompt = Prompt()
    rate = prompt.add("TestNumber", number=number)
    node = prompt.add(node_id, images=sample_clip(prompt).out(), fps=rate.out())
    run = client.run(prompt, expect_success=False)
    assert client.server.alive, client.server.last_lines()
    assert_one_clear_error(run, node, "fps")


def test_a_score_that_does_not_exist_reaches_nobody(client: ComfyClient):
    prompt = Prompt()
    spoiled = prompt.add("TestSpoil", images=sample_clip(prompt).out(), fault="all NaN")
    node = prompt.add("AnimeLoopScore", images=spoiled.out(), fps=12.0)
    score, passed = (prompt.add("TestConsumer", value=node.out(index)) for index in (3, 4))
    run = client.run(prompt)
    assert score not in run.outputs
    assert run.outputs[passed]["text"] == ["False"]
    assert run.of_type("execution_error") == [], "a silent block is no error"
