"""Tiny Wan models with random values, which go through ComfyUI's real loaders and samplers."""

import importlib
import math
from pathlib import Path

import safetensors.torch
import torch

# One attention head is always 128 wide in ComfyUI's reading of a Wan file, and its text
# encoder's output 4096: nothing smaller would be recognised.
TRANSFORMER = {
    "model_type": "t2v",
    "dim": 128,
    "ffn_dim": 256,
    "freq_dim": 256,
    "text_dim": 4096,
    "num_heads": 1,
    "num_layers": 2,
    "in_dim": 16,
    "out_dim": 16,
}
VAE = {
    "dim": 8,
    "z_dim": 16,
    "dim_mult": [1, 2, 4, 4],
    "num_res_blocks": 2,
    "attn_scales": [],
    "temperal_downsample": [False, True, True],
}
TRANSFORMER_FILE, VAE_FILE = "tiny_wan.safetensors", "tiny_wan_vae.safetensors"
# Image-to-video gets 4 channels of mask and 16 of the image beside the latents. Wan 2.1's has a
# place for CLIP's view of the image, 2.2's has not; 2.2's small one takes the image as latents.
IMAGE_TO_VIDEO_FILE = "tiny_wan_2.1_image.safetensors"
IMAGE_TO_VIDEO_22_FILE = "tiny_wan_2.2_image.safetensors"
TRANSFORMER_22_FILE = "tiny_wan_2.2_small.safetensors"
TRANSFORMERS = {
    TRANSFORMER_FILE: TRANSFORMER,
    IMAGE_TO_VIDEO_FILE: {**TRANSFORMER, "model_type": "i2v", "in_dim": 36},
    IMAGE_TO_VIDEO_22_FILE: {**TRANSFORMER, "in_dim": 36},
    TRANSFORMER_22_FILE: {**TRANSFORMER, "in_dim": 48, "out_dim": 48},
}


def write_tiny_wan(models: Path) -> None:
    """Write all files below a models folder; needs `use_comfyui` first."""
    wan = importlib.import_module("comfy.ldm.wan.model")
    vae = importlib.import_module("comfy.ldm.wan.vae")
    operations = importlib.import_module("comfy.ops").disable_weight_init
    networks: dict[tuple[str, str], torch.nn.Module] = {("vae", VAE_FILE): vae.WanVAE(**VAE)}
    for file, sizes in TRANSFORMERS.items():
        networks["diffusion_models", file] = wan.WanModel(operations=operations, **sizes)
    for (folder, file), network in networks.items():
        path = models / folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        safetensors.torch.save_file(tiny_values(network), path)


def tiny_values(network: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Random values for all of a network's parameters, by name."""
    generator = torch.Generator().manual_seed(0)
    shapes = {name: value.shape for name, value in network.state_dict().items()}
    return {name: _filled(name, shape, generator) for name, shape in shapes.items()}


def _filled(name: str, shape: torch.Size, generator: torch.Generator) -> torch.Tensor:
    """Random values that keep a signal's size on its way through: norms 1, biases 0."""
    if name.endswith("gamma") or (len(shape) == 1 and name.endswith("weight")):
        return torch.ones(shape)
    if len(shape) == 1:
        return torch.zeros(shape)
    inputs_of_one_output = max(1, shape[1:].numel())
    return torch.randn(shape, generator=generator) / math.sqrt(inputs_of_one_output)
