"""What doesn't fit is refused before anything runs, with a message that names both types."""

from typing import Any

import pytest

from .client import ComfyClient, Node, Prompt, RequestRefused

# An output of one type on an input of another: what makes the first, what has the second.
MAKERS = {"ANIME_REPORT": ("AnimeLoopScore", 0), "IMAGE": ("AnimeSampleClip", 0)}
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
    client: ComfyClient, given: str, node: str, name: str, wanted: str
):
    prompt = Prompt()
    inputs = {name: output_of(prompt, given), **rest_of(prompt, node, name)}
    refused: Node = prompt.add(node, **inputs)
    if not client.get(f"/object_info/{node}")[node]["output_node"]:
        slot = 3 if node == "AnimeBestOf" else 2
        prompt.add("TestConsumer", value=refused.out(slot))
    with pytest.raises(RequestRefused) as answer:
        client.submit(prompt)
    # 400 where nothing else is left to run; a score beside it would run, and be told apart.
    errors = answer.value.answer
    errors = errors.get("node_errors", errors)
    (error,) = errors[refused]["errors"]
    assert error["type"] == "return_type_mismatch"
    assert f"{name}, received_type({given}) mismatch input_type({wanted})" in error["details"]


def test_a_prompt_of_nothing_else_is_answered_400(client: ComfyClient):
    prompt = Prompt()
    prompt.add("AnimeStillQuality", images=output_of(prompt, "LATENT"))
    with pytest.raises(RequestRefused) as answer:
        client.submit(prompt)
    assert answer.value.status == 400
    assert answer.value.answer["error"]["type"] == "prompt_outputs_failed_validation"
