"""A drawn character swaying before a painted background: a clip of which every fault is planted."""

import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

PERIOD = 24  # frames of one sway
SWAY = 0.12  # of the width to either side


def moving_character(figure: Path, background: Path, frames: int, side: int) -> torch.Tensor:
    """Draw the clip, on ones.

    Args:
        figure: a picture with alpha.
        background: a picture.
        frames: how many.
        side: of the square picture, in px.

    Returns:
        [frames, side, side, 3].
    """
    behind = _fitted(background, "RGB", side)
    cut_out = _fitted(figure, "RGBA", side).expand(frames, -1, -1, -1)
    turns = torch.arange(frames) / PERIOD
    place = torch.eye(2, 3).repeat(frames, 1, 1)
    place[:, 0, 2] = 2 * SWAY * torch.sin(2 * math.pi * turns)  # in half widths
    grid = functional.affine_grid(place, list(cut_out.shape), align_corners=False)
    moved = functional.grid_sample(cut_out, grid, align_corners=False)
    colour, alpha = moved[:, :3], moved[:, 3:]
    return (colour * alpha + behind * (1 - alpha)).clamp(0, 1).movedim(1, -1).contiguous()


def _fitted(path: Path, mode: str, side: int) -> torch.Tensor:
    """The picture's upper square in a size, [1, C, side, side]."""
    with Image.open(path) as image:
        least = min(image.size)
        square = image.convert(mode).crop((0, 0, least, least)).resize((side, side))
    return torch.from_numpy(np.asarray(square).copy()).float().movedim(-1, 0)[None] / 255
