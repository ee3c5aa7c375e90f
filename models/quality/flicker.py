"""Brightness that jumps from drawing to drawing without anything moving."""

import torch

from .sharpness import luma

PIXELS = 16_384  # enough for a middle half that is steady to a tenth of a grey level
GREY_LEVELS = 255


def brightness_curve(frames: torch.Tensor) -> torch.Tensor:
    """Brightness of each frame relative to the first, blind to what moves.

    The mean of the middle half of all pixels' changes: a moving part changes a minority of the
    pixels, a change of light all of them.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3), at least one.

    Returns:
        Grey levels (of 255), shape (frames,), starting with 0.
    """
    height, width = frames.shape[1:3]
    stride = max(1, int((height * width / PIXELS) ** 0.5))
    sampled = frames[:, ::stride, ::stride].contiguous()
    grey = luma(sampled).flatten(1) * GREY_LEVELS
    changes = (grey[1:] - grey[:-1]).sort(dim=1).values
    quarter = changes.shape[1] // 4
    middle = changes[:, quarter : changes.shape[1] - quarter].mean(dim=1)
    return torch.cat([middle.new_zeros(1), middle.cumsum(dim=0)])


def flicker_per_frame(brightness: torch.Tensor) -> torch.Tensor:
    """How far each drawing's brightness lies off the line between its neighbours.

    A fade is a line, so it is no flicker.

    Args:
        brightness: of each drawing, shape (drawings,), at least 3.

    Returns:
        Shape (drawings − 2,), in the unit of `brightness`; for independent changes of standard
        deviation s its root mean square is s.
    """
    off = brightness[1:-1] - (brightness[:-2] + brightness[2:]) / 2
    return off / 1.5**0.5  # variance 1 + 1/4 + 1/4 of independent ones
