"""Time that AnimationLoopGenerator adds to a sampling step, in which it rolls the latents."""

import importlib
import os
import sys
from functools import partial
from statistics import median
from typing import Any

import torch

from ..models.loop.cyclic import rotate
from .timing import Comparison, alternate, print_table

# A step of this small network takes a tenth of a second. With a real network a step takes longer
# and rolling takes the same time, so its share is smaller.
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
    """Sample with the node's model and with the plain one in turns; then time the roll alone."""
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
    print_table((f"{STEPS} steps of {FRAMES} latents", "median s", "minimum s", "maximum s"), rows)
    # The minima are compared, because other programs on the machine can only add time.
    print(f"Rolling the latents and rolling them back: {min(rolls) / ROLLS * 1e6:.0f} µs per step")
    Comparison("generator/steps", min(ours), min(other), "s").print()


def _small_wan(comfyui: str) -> Any:
    """Return a MODEL with ComfyUI's own Wan network and random weights."""
    # ComfyUI reads the command line when it is imported.
    own_arguments, sys.argv = sys.argv, sys.argv[:1]
    if not torch.cuda.is_available():
        sys.argv.append("--cpu")
    sys.path.insert(0, comfyui)
    try:
        importlib.import_module("comfy.options").enable_args_parsing()
        wan = importlib.import_module("comfy.ldm.wan.model")
        operations = importlib.import_module("comfy.ops").disable_weight_init
        loading = importlib.import_module("comfy.sd")
    finally:
        sys.argv = own_arguments
    network = wan.WanModel(operations=operations, **TRANSFORMER)
    generator = torch.Generator().manual_seed(0)
    state = {
        name: torch.randn(value.shape, generator=generator) * 0.02
        for name, value in network.state_dict().items()
    }
    return loading.load_diffusion_model_state_dict(state)


def _sample(model: Any, latents: torch.Tensor) -> None:
    """Sample as KSampler does with Euler; noise, prompt and steps are the same for both models."""
    embedding = torch.zeros(1, 8, 4096)
    sampling = importlib.import_module("comfy.sample")
    prompt = [[embedding, {}]]
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
        rotate(rotate(latents, 1), -1)
