"""A prompt with a batch of eight pictures of different seeds, whose gate asks a person."""

import time
from typing import Any

from ..integration.client import Prompt

SEEDS = 8
BLURRED = 3  # picture that Still Quality fails
SIDE = 448


def eight_seeds(shot: str, **gate: Any) -> Prompt:
    """Return the prompt: eight pictures, their score, a gate, a job that saves what goes on.

    Args:
        shot: shot of the job.
        gate: further inputs of the gate.
    """
    prompt = Prompt()
    first_seed = (
        time.time_ns() % 2**40
    )  # a choice is cached, and the same pictures aren't asked about
    batch: list[Any] | None = None
    for seed in range(SEEDS):
        clip = prompt.add(
            "AnimeSampleClip",
            **{"frames": 1, "width": SIDE, "height": SIDE, "fps": 12.0, "period": 24},
            **{"character": seed % 4, "seed": first_seed + seed, "seam_jump": 0.0, "flicker": 0.0},
            **{"hold": 1, "blur": 6.0 if seed == BLURRED else 0.0, "drift": 0.0},
        )
        if batch is None:
            batch = clip.out()
        else:
            batch = prompt.add("ImageBatch", image1=batch, image2=clip.out()).out()
    score = prompt.add("AnimeStillQuality", images=batch, profile="supporting")
    inputs = {"on_fail": "block", "on_not_measured": "reject", "level": "frame", **gate}
    gate_node = prompt.add("AnimeGate", report=score.out(), images=batch, **inputs)
    job = prompt.add("AnimeJob", project="picking", shot=shot)
    prompt.add(
        "AnimeJobSave",
        **{"job": job.out(), "images": gate_node.out(), "report": score.out(), "fps": 12.0},
        **{"filename": "picking/still", "format": "png"},
    )
    return prompt
