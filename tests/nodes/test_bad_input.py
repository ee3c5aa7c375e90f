"""Frames and numbers that can't be worked with: an answer, a reason or one error, no crash."""

import json
import math
import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.sample.sample_clip import draw_clip

from ..integration.testing_nodes import FAULTS

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
# What is a mistake in the graph, and what the error says of it.
WRONG = {
    "0-255": "values from ",
    "negative": "values from -",
    "integers": "integers (torch.uint8)",
    "rank 3": f"shape {(128, 128, 3)}",
    "rank 5": f"shape {(1, FRAMES, 128, 128, 3)}",
    "two channels": f"shape {(FRAMES, 128, 128, 2)}",
}

Report = dict[str, Any]
Spoil = Callable[[str], torch.Tensor]
Score = Callable[[str, torch.Tensor], Report]
Compare = Callable[..., Report]


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    """A clean, closed loop of a drawn character."""
    return draw_clip(FRAMES, 128, 128, FRAMES, 0, 1)


@pytest.fixture
def spoiled(clean: torch.Tensor) -> Spoil:
    """Plants a fault in a copy of the clean frames."""
    return lambda fault: FAULTS[fault](clean.clone())


@pytest.fixture(scope="module")
def character(run_node: Callable[..., Any], node_classes: dict[str, Any], clean: torch.Tensor):
    """The character of the clean frames."""
    return run_node(node_classes["AnimeCharacterSheet"], references=clean, name="Aoi").args[0]


@pytest.fixture
def score(run_node: Callable[..., Any], node_classes: dict[str, Any], character: Any) -> Score:
    """Scores frames with a node, and gives the report that it publishes."""

    def report(node_id: str, images: torch.Tensor) -> Report:
        inputs = {
            "AnimeCharacterSheet": {"references": images, "name": "Aoi"},
            "AnimeCharacterScore": {"images": images, "character": character},
            "AnimeCompareImages": {"images": images, "references": images},
            "AnimeStillQuality": {"images": images},
        }.get(node_id, {"images": images, "fps": 12.0})
        return published(run_node(node_classes[node_id], **inputs))

    return report


@pytest.fixture
def compare(
    run_node: Callable[..., Any], node_classes: dict[str, Any], clean: torch.Tensor
) -> Compare:
    """Compares the clean frames with references, and gives the report that is published."""

    def report(references: torch.Tensor, **inputs: Any) -> Report:
        node = node_classes["AnimeCompareImages"]
        return published(run_node(node, images=clean, references=references, **inputs))

    return report


def published(answer: Any) -> Report:
    """The report of a node, as the JSON of a browser has it."""
    report: Report = json.loads(json.dumps(answer.ui, allow_nan=False))["anime_report"][0][0]
    return report


def assert_reasons(report: Report) -> None:
    """Whatever has no value says why; whatever has one is a finite number."""
    for measurement in report["measurements"]:
        if measurement["value"] is None:
            assert measurement["verdict"] == "NOT_MEASURED"
            assert measurement["reason"]
        else:
            assert math.isfinite(measurement["value"])
    assert (report["score"] is None) == (report["verdict"] == "NOT_MEASURED")


def error_of(name: str, came: str = "") -> Any:
    """Expect one error that names the input, what was expected and what came."""
    return pytest.raises(InputError, match=rf"^{name}: expected [\s\S]*, got {re.escape(came)}")


@pytest.mark.parametrize("fault", HARMLESS)
@pytest.mark.parametrize("node_id", SCORERS)
def test_alpha_and_odd_sizes_are_measured(score: Score, spoiled: Spoil, node_id: str, fault: str):
    report = score(node_id, spoiled(fault))
    assert_reasons(report)
    assert report["verdict"] == "PASS"


@pytest.mark.parametrize("fault", UNMEASURABLE)
@pytest.mark.parametrize("node_id", SCORERS)
def test_what_cannot_be_measured_has_a_reason_and_no_number(
    score: Score, spoiled: Spoil, node_id: str, fault: str
):
    report = score(node_id, spoiled(fault))
    assert_reasons(report)
    if fault in ("NaN", "infinity") and node_id not in MOVING:
        # One broken picture among good ones: the good ones can be measured.
        assert report["verdict"] in ("PASS", "NOT_MEASURED")
    else:
        assert report["verdict"] == "NOT_MEASURED"


@pytest.mark.parametrize("fault", WRONG)
@pytest.mark.parametrize("node_id", SCORERS)
def test_a_mistake_is_one_error_that_names_the_input(
    score: Score, spoiled: Spoil, node_id: str, fault: str
):
    with error_of("references" if node_id == "AnimeCharacterSheet" else "images", WRONG[fault]):
        score(node_id, spoiled(fault))


@pytest.mark.parametrize("fault", [*WRONG, "two frames", "odd size"])
def test_a_reference_that_does_not_fit_is_one_error(compare: Compare, spoiled: Spoil, fault: str):
    with error_of("references", WRONG.get(fault, "")):
        compare(spoiled(fault))


@pytest.mark.parametrize("fault", UNMEASURABLE)
def test_a_reference_that_cannot_be_measured_is_a_reason(
    compare: Compare, spoiled: Spoil, fault: str
):
    report = compare(spoiled(fault), resize="references_to_images")
    assert_reasons(report)
    assert report["verdict"] == "NOT_MEASURED"


@pytest.mark.parametrize("fault", ["one frame", "two frames"])
@pytest.mark.parametrize("node_id", SCORERS)
def test_very_short_clips_get_an_honest_answer(
    score: Score, spoiled: Spoil, node_id: str, fault: str
):
    report = score(node_id, spoiled(fault))
    assert_reasons(report)
    if node_id in MOVING:
        assert report["verdict"] == "NOT_MEASURED", "one or two frames are no motion"
