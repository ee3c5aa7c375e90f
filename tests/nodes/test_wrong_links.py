"""What doesn't fit is refused before anything runs, with a message that names both types."""

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from ..integration.client import Prompt

# An output of one type, and a node's input that wants another.
WRONG = [
    ("ANIME_REPORT", "AnimeGate", "images", "IMAGE"),
    ("ANIME_REPORT", "AnimeGate", "latents", "LATENT"),
    ("ANIME_REPORT", "AnimeStillQuality", "images", "IMAGE"),
    ("ANIME_REPORT", "PreviewImage", "images", "IMAGE"),
    ("ANIME_REPORT", "AnimeCharacterScore", "character", "ANIME_CHARACTER"),
    ("IMAGE", "AnimeGate", "report", "ANIME_REPORT"),
    ("IMAGE", "AnimeBestOf", "report", "ANIME_REPORT"),
    ("IMAGE", "AnimeRetryEnd", "report", "ANIME_REPORT"),
    ("IMAGE", "AnimeReportMerge", "reports.report0", "ANIME_REPORT"),
    ("IMAGE", "AnimeGate", "masks", "MASK"),
    ("LATENT", "AnimeGate", "images", "IMAGE"),
    ("LATENT", "AnimeBestOf", "images", "IMAGE"),
    ("LATENT", "AnimeGate", "report", "ANIME_REPORT"),
]


def output_of(prompt: Prompt, kind: str) -> list[Any]:
    """A link to an output of a type."""
    if kind == "LATENT":
        return prompt.add("EmptyLatentImage", width=64, height=64, batch_size=1).out()
    clip = prompt.add("AnimeSampleClip", frames=8, width=64, height=64, seed=1)
    return clip.out() if kind == "IMAGE" else prompt.add("AnimeLoopScore", images=clip.out()).out()


def rest_of(prompt: Prompt, node: str, wrong: str) -> dict[str, Any]:
    """What a node needs beside the wrong link."""
    needs = {
        "AnimeGate": {"report": "ANIME_REPORT"},
        "AnimeBestOf": {"report": "ANIME_REPORT", "images": "IMAGE"},
        "AnimeCharacterScore": {"images": "IMAGE"},
    }.get(node, {})
    return {name: output_of(prompt, kind) for name, kind in needs.items() if name != wrong}


@pytest.mark.parametrize(
    ("given", "node", "name", "wanted"), WRONG, ids=["-".join(each[:3]) for each in WRONG]
)
def test_an_output_of_another_type_is_refused(
    refusals: Callable[..., Any], given: str, node: str, name: str, wanted: str
):
    prompt = Prompt()
    inputs = {name: output_of(prompt, given), **rest_of(prompt, node, name)}
    refused = prompt.add(node, **inputs)
    if not importlib.import_module("nodes").NODE_CLASS_MAPPINGS[node].OUTPUT_NODE:
        slot = 3 if node == "AnimeBestOf" else 2
        prompt.add("TestConsumer", value=refused.out(slot))
    ((of_node, (error,)),) = refusals(prompt).items()
    assert (of_node, error["type"]) == (refused, "return_type_mismatch")
    assert f"{name}, received_type({given}) mismatch input_type({wanted})" in error["details"]
