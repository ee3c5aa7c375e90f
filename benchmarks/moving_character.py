"""Function that draws a clip without faults: a character sways before a painted background."""

import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

PERIOD = 24  # frames of one cycle of the sway
SWAY = 0.12  # amplitude of the sway, as a share of the width


def moving_character(figure: Path, background: Path, frames: int, side: int) -> torch.Tensor:
    """Draw the clip with a new drawing in every frame.

    Args:
        figure: file of the character, a picture with alpha.
        background: file of the background.
        frames: number of frames.
        side: side of the square frames in px.

    Returns:
        RGB in 0–1, shape (frames, side, side, 3).
    """
    backdrop = _fitted(background, "RGB", side)
    cut_out = _fitted(figure, "RGBA", side).expand(frames, -1, -1, -1)
    cycles = torch.arange(frames) / PERIOD
    transforms = torch.eye(2, 3).repeat(frames, 1, 1)
    # `affine_grid` counts in half widths, so a share of the width is doubled.
    transforms[:, 0, 2] = 2 * SWAY * torch.sin(2 * math.pi * cycles)
    grid = functional.affine_grid(transforms, list(cut_out.shape), align_corners=False)
    moved = functional.grid_sample(cut_out, grid, align_corners=False)
    colour, alpha = moved[:, :3], moved[:, 3:]
    return (colour * alpha + backdrop * (1 - alpha)).clamp(0, 1).movedim(1, -1).contiguous()


def _fitted(path: Path, mode: str, side: int) -> torch.Tensor:
    """Return the upper left square of a picture, scaled, shape (1, channels, side, side)."""
    with Image.open(path) as image:
        shorter = min(image.size)
        square = image.convert(mode).crop((0, 0, shorter, shorter)).resize((side, side))
    return torch.from_numpy(np.asarray(square).copy()).float().movedim(-1, 0)[None] / 255
