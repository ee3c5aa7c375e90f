"""Functions that change the character of a picture, each at a known strength."""

import math
from collections.abc import Mapping
from functools import partial

import torch
from torch.nn.functional import interpolate

from .distortions import Distortion

# Luma and two axes of colour (YIQ), in which a turn of hue is a rotation.
TO_YIQ = torch.tensor(
    [[0.299, 0.587, 0.114], [0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]]
)
COVER = 0.5  # brightness of the plate that covers a figure


def turn_hue(frames: torch.Tensor, degrees: float) -> torch.Tensor:
    """Turn the hue of all colours by an angle."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    turned = torch.tensor([[1, 0, 0], [0, cos, -sin], [0, sin, cos]])
    matrix = torch.linalg.inv(TO_YIQ) @ turned @ TO_YIQ
    return (frames @ matrix.T).clamp(0, 1)


def cover(frames: torch.Tensor, share: float) -> torch.Tensor:
    """Cover a share of the picture, from below, with a grey plate."""
    covered = frames.clone()
    height = frames.shape[1]
    covered[:, height - round(share * height) :] = COVER
    return covered


def mix(frames: torch.Tensor, share: float, stranger: torch.Tensor) -> torch.Tensor:
    """Fade a share of another character's picture in.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        share: 0 for none, 1 for the other picture alone.
        stranger: the other picture, shape (1, height, width, 3), of any size.
    """
    size = frames.shape[1:3]
    fitted = interpolate(stranger.movedim(-1, 1), size, mode="bilinear", antialias=True)
    return torch.lerp(frames, fitted.movedim(1, -1).expand_as(frames), share)


def character_faults(stranger: torch.Tensor) -> Mapping[str, Distortion]:
    """Return the faults of a picture of a character, with the picture of another one."""
    shares = (0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
    mixed = partial(mix, stranger=stranger)
    return {
        "another character": Distortion(mixed, shares, 0.0, "mixed in", "similarity"),
        # Beyond a quarter turn a hue is no more wrong, only another one.
        "hue": Distortion(turn_hue, (10, 20, 30, 45, 60, 90), 0.0, "°", "similarity"),
        "covered": Distortion(
            cover, (0.1, 0.2, 0.3, 0.4, 0.5, 0.6), 0.0, "of the height", "similarity"
        ),
    }
