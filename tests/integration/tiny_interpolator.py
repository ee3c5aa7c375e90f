"""Tiny model of frame interpolation, which goes through ComfyUI's real loader and node."""

import importlib
from pathlib import Path

import safetensors.torch
import torch

# The name of the file that the example and the blueprint load. ComfyUI's loader tells FILM from
# RIFE by the file's keys, and these are RIFE's.
INTERPOLATOR_FILE = "film_net_fp16.safetensors"
CHANNELS = (2, 2, 2, 2, 2)
# The layers from which each block's flow and mask come. Without them nothing moves and both frames
# have equal weight, so that every in-between is the mean of the frames before and after it.
LAST_LAYERS = ".lastconv."


def write_tiny_interpolator(models: Path) -> None:
    """Write the model's file below a models folder; needs `use_comfyui` first."""
    ifnet = importlib.import_module("comfy_extras.frame_interpolation_models.ifnet")
    shapes = ifnet.IFNet(head_ch=1, channels=CHANNELS).state_dict()
    generator = torch.Generator().manual_seed(0)
    values = {
        name: torch.zeros(value.shape)
        if LAST_LAYERS in name
        else torch.randn(value.shape, generator=generator) / 10
        for name, value in shapes.items()
    }
    path = models / "frame_interpolation" / INTERPOLATOR_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    safetensors.torch.save_file(values, path)
