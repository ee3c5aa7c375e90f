"""Texts that can't be read are refused before anything of the prompt runs."""

from typing import Any

import pytest

CLIP: dict[str, Any] = {
    "class_type": "AnimeSampleClip",
    "inputs": {"frames": 4, "width": 64, "height": 64},
}
SCORE = {"class_type": "AnimeLoopScore", "inputs": {"images": ["1", 0]}}
JOB = {"class_type": "AnimeJob", "inputs": {}}
IMAGES = {"images": ["1", 0]}
NODES = {
    "thresholds": ("AnimeGate", {"report": ["2", 0], **IMAGES}),
    "metrics": ("AnimeCompareImages", {**IMAGES, "references": ["1", 0]}),
    "filename": ("AnimeJobSave", {"job": ["3", 0], **IMAGES}),
}


def prompt_with(name: str, value: object) -> dict[str, Any]:
    """A prompt whose node 4 has an input of this name with this value."""
    node, inputs = NODES[name]
    four = {"class_type": node, "inputs": {**inputs, name: value}}
    end = {"class_type": "AnimeJobSave", "inputs": {"job": ["3", 0], "images": ["4", 0]}}
    nodes = {"1": CLIP, "2": SCORE, "3": JOB, "4": four}
    return {**nodes, "5": end} if node == "AnimeGate" else nodes


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("thresholds", "nonsense", "name = number"),
        ("thresholds", "flicker = 2, flicker = 3", "flicker twice"),
        ("metrics", "psnr, nonsense", "'nonsense'"),
        ("filename", "{project}/{sho}", "{sho}"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_before_anything_runs(refusals, name, value, reason):
    (error,) = refusals(prompt_with(name, value))["4"]
    assert error["extra_info"]["input_name"] == name
    assert reason in error["details"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("thresholds", ""),
        ("thresholds", "flicker = 2.0"),
        ("metrics", "psnr"),
        ("filename", "{project}/%date%"),
    ],
)
def test_a_text_that_can_be_read_is_not_refused(refusals, name, value):
    assert refusals(prompt_with(name, value)) == {}
