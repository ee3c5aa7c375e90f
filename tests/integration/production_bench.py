"""Productions as a user of the routes orders and follows them."""

import copy
import json
import time
from collections.abc import Callable
from typing import Any

from anime_production.models.production.catalogue import SHIPPED

from .client import ComfyClient, Prompt, PromptFailed

SMALL = {"width": 128, "height": 128}
ORDER = {
    **{"project": "Winter", "character": "Hana", "prompt": "a girl on a hill", "seed": 5},
    **SMALL,
}
SHORT = {"frames": 12, "fps": 12}
PATIENCE = 180.0  # seconds for a production; each prompt takes one or two, twenty on a busy machine
ENDED = ("completed", "failed", "cancelled")


def order(client: ComfyClient, **fields: Any) -> str:
    """Order a production and return its id."""
    answer = client.post("/anime/orchestrate", {**ORDER, **fields})
    assert answer["url"] == f"/anime/productions/{answer['id']}"
    return str(answer["id"])


def look(client: ComfyClient, production: str) -> Any:
    """A production as it is now."""
    return client.get(f"/anime/productions/{production}")


def act(client: ComfyClient, production: str, action: str, **said: str) -> Any:
    """Have a person act on it."""
    return client.post(f"/anime/productions/{production}/{action}", said)


def await_condition(
    client: ComfyClient,
    production: str,
    true: Callable[[Any], bool],
    seconds: float = PATIENCE,
) -> Any:
    """A production as soon as something is true of it."""
    end = time.monotonic() + seconds
    while not true(found := look(client, production)):
        if time.monotonic() > end:
            shown = json.dumps(found, indent=1)[:6000]
            raise PromptFailed(f"Waited {seconds} s.\n{shown}\n{client.server.last_lines()}")
        time.sleep(0.1)
    return found


def ended(client: ComfyClient, production: str, seconds: float = PATIENCE) -> Any:
    """A production as soon as it has ended."""
    return await_condition(client, production, lambda found: found["state"] in ENDED, seconds)


def shipped(name: str) -> dict[str, Any]:
    """A shipped phase as its file has it, to be changed."""
    found: dict[str, Any] = json.loads((SHIPPED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def stills_of_ones_own(name: str, **policy: Any) -> dict[str, Any]:
    """A phase that makes stills, after a pause which a request can set."""
    phase = {**shipped("sample_stills"), "id": name, "name": "Slow stills", "policy": policy}
    graph = copy.deepcopy(phase["graph"])
    seed = next(key for key, node in graph.items() if node["inputs"].get("name") == "seed")
    graph["pause"] = parameter("AnimeParameterFloat", "pause", 0.0, low=0.0, high=600.0)
    graph["wait"] = {
        "class_type": "TestWait",
        "inputs": {"seconds": ["pause", 0], "seed": [seed, 0]},
    }
    graph["shown"] = {"class_type": "TestConsumer", "inputs": {"value": ["wait", 0]}}
    return {**phase, "graph": graph}


def parameter(class_type: str, name: str, value: Any, **bounds: Any) -> dict[str, Any]:
    """A parameter's node."""
    return {"class_type": class_type, "inputs": {"name": name, "value": value, **bounds}}


def tiny_diffusion(name: str, model: str, vae: str, **policy: Any) -> dict[str, Any]:
    """A phase that samples with a tiny Wan model and judges what comes out."""
    graph = Prompt()
    seed = graph.add("AnimeParameterInt", name="seed", value=1, low=0, high=2**64 - 1)
    steps = graph.add("AnimeParameterInt", name="steps", value=1, low=1, high=50)
    frames = graph.add("AnimeParameterInt", name="frames", value=9, low=1, high=33)
    loaded = graph.add("UNETLoader", unet_name=model, weight_dtype="default")
    words = graph.add("TestConditioning", seed=3)
    latents = graph.add(
        "EmptyHunyuanLatentVideo", width=128, height=128, length=frames.out(), batch_size=1
    )
    sampled = graph.add(
        "KSampler",
        **{"model": loaded.out(), "positive": words.out(), "negative": words.out()},
        **{"latent_image": latents.out(), "seed": seed.out(), "steps": steps.out()},
        **{"cfg": 1.0, "sampler_name": "euler", "scheduler": "simple", "denoise": 1.0},
    )
    decoder = graph.add("VAELoader", vae_name=vae)
    images = graph.add("VAEDecode", samples=sampled.out(), vae=decoder.out())
    quality = graph.add("AnimeClipQuality", images=images.out(), fps=12.0)
    gate = {"on_fail": "block", "on_not_measured": "reject", "level": "batch"}
    # No clip keeps its light this well, random weights least of all.
    graph.add("AnimeGate", report=quality.out(), thresholds="flicker=0.001", **gate)
    job = graph.add("AnimeJob", project="tiny", shot="clip")
    graph.add(
        "AnimeJobSave",
        **{"job": job.out(), "images": images.out(), "report": quality.out(), "fps": 12.0},
        **{"filename": "tiny/clip", "format": "webp"},
    )
    return {"id": name, "name": "Tiny clip", "kind": "clip", "policy": policy, "graph": graph}
