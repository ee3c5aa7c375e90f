"""What AnimationLoopGenerator adds to a step of sampling: nothing but the roll."""

import importlib
import os
import sys
from functools import partial
from statistics import median
from typing import Any

import torch

from ..models.loop.cyclic import turn
from .timing import Comparison, alternate, print_table

# A step of a network this small takes a tenth of a second; with a real one a step takes longer,
# and the roll as long as here, so that its share is smaller still.
FRAMES, HEIGHT, WIDTH = 9, 16, 28
STEPS, ROUNDS, ROLLS = 4, 5, 20
TRANSFORMER = {
    "model_type": "t2v",
    "dim": 256,
    "ffn_dim": 1024,
    "freq_dim": 256,
    "text_dim": 4096,
    "num_heads": 2,
    "num_layers": 4,
    "in_dim": 16,
    "out_dim": 16,
}


def run() -> None:
    """Call the model at every step in turns with the patch and without it; then roll alone."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    model = _small_wan(os.environ["COMFYUI_PATH"])
    node = importlib.import_module("..nodes.loop_generate", __package__).AnimationLoopGenerator
    looping = node.execute(model, 1)[0]
    latents = torch.randn(1, 16, FRAMES, HEIGHT, WIDTH, generator=torch.manual_seed(0))
    with torch.inference_mode():
        ours, other = alternate(
            partial(_sample, looping, latents), partial(_sample, model, latents), ROUNDS
        )
        rolls, _ = alternate(partial(_roll, latents), lambda: None, ROUNDS)
    rows = [
        (name, median(seconds), min(seconds), max(seconds))
        for name, seconds in (("with", ours), ("without", other))
    ]
    print_table((f"{STEPS} steps of {FRAMES} latents", "median s", "least s", "most s"), rows)
    # The least: whatever else the machine does only ever adds.
    print(f"Rolling there and back alone: {min(rolls) / ROLLS * 1e6:.0f} µs a step")
    Comparison("generator/steps", min(ours), min(other), "s").print()


def _small_wan(comfyui: str) -> Any:
    """A MODEL with ComfyUI's own Wan network, of random values."""
    given, sys.argv = sys.argv, sys.argv[:1]  # ComfyUI reads the command line when it is imported
    if not torch.cuda.is_available():
        sys.argv.append("--cpu")
    sys.path.insert(0, comfyui)
    try:
        importlib.import_module("comfy.options").enable_args_parsing()
        wan = importlib.import_module("comfy.ldm.wan.model")
        operations = importlib.import_module("comfy.ops").disable_weight_init
        loading = importlib.import_module("comfy.sd")
    finally:
        sys.argv = given
    network = wan.WanModel(operations=operations, **TRANSFORMER)
    generator = torch.Generator().manual_seed(0)
    state = {
        name: torch.randn(value.shape, generator=generator) * 0.02
        for name, value in network.state_dict().items()
    }
    return loading.load_diffusion_model_state_dict(state)


def _sample(model: Any, latents: torch.Tensor) -> None:
    """KSampler's Euler with these steps; the same noise, prompt and steps for both sides."""
    words = torch.zeros(1, 8, 4096)
    sampling = importlib.import_module("comfy.sample")
    prompt = [[words, {}]]
    sampling.sample(
        model,
        latents,
        STEPS,
        1.0,
        "euler",
        "simple",
        prompt,
        prompt,
        torch.zeros_like(latents),
        disable_pbar=True,
        seed=0,
    )


def _roll(latents: torch.Tensor) -> None:
    for _ in range(ROLLS):
        turn(turn(latents, 1), -1)
