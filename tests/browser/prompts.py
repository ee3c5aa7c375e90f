"""Prompts that are jobs with clips, and waiting for what becomes of them."""

import time
from contextlib import suppress
from typing import Any

from anime_production.models.node_types import LOOP_SCORE

from ..integration.client import ComfyClient, Prompt, RequestRefused

FRAMES, FPS, SEED = 24, 12, 21


def loop_prompt(shot: str, format: str = "webp", jump: float = 6.0, **names: str) -> Prompt:
    """A clip, saved and remembered.

    Args:
        shot: the job's.
        format: that the clip is saved in.
        jump: at its seam; a loop without it passes.
        names: further ones of the job.
    """
    prompt = Prompt()
    clip = prompt.add(
        "AnimeSampleClip",
        **{"frames": FRAMES, "width": 128, "height": 128, "fps": 12.0, "period": FRAMES},
        **{"character": 2, "seed": SEED, "seam_jump": jump, "flicker": 0.0, "hold": 2},
        **{"blur": 0.0, "drift": 0.0},
    )
    score = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0, backend="structural")
    job = prompt.add("AnimeJob", **{"project": "detail", "scene": "", "shot": shot, **names})
    prompt.add(
        "AnimeJobSave",
        **{"job": job.out(), "images": clip.out(), "report": score.out(), "fps": 12.0},
        **{"filename": "detail/clip", "format": format},
    )
    return prompt


def waiting_prompt(shot: str) -> Prompt:
    """A job that measures a good loop and waits then, until it is interrupted."""
    prompt = loop_prompt(shot, jump=0.0)
    score = ["2", LOOP_SCORE.number("score")]  # of a hundred: as many seconds
    wait = prompt.add("TestWait", seconds=score, seed=time.time_ns() % 2**31)
    prompt.add("TestConsumer", value=wait.out())
    return prompt


def failing_prompt(shot: str) -> Prompt:
    """A job that measures a good loop and fails then."""
    prompt = loop_prompt(shot, jump=0.0)
    inputs = {"report": ["2", 0], "images": ["1", 0], "thresholds": "nonsense = 1"}
    gate = prompt.add("AnimeGate", **inputs)
    prompt.add("PreviewImage", images=gate.out())
    return prompt


def run_job(client: ComfyClient, prompt: dict[str, Any], **extra_data: Any) -> str:
    """Run a prompt to its end, and return its job's id."""
    return await_job(client, client.submit(prompt, extra_data=extra_data), "completed")


def await_job(client: ComfyClient, wanted: str, state: str, seconds: float = 90) -> str:
    """The id of a job once it is in this state."""
    deadline = time.monotonic() + seconds
    while True:
        with suppress(RequestRefused):  # the database may not have it yet
            job = client.get(f"/anime/jobs/{wanted}")["job"]
            if job["state"] == state:
                return str(job["id"])
        assert time.monotonic() < deadline, f"{wanted} doesn't become {state}"
        time.sleep(0.1)
