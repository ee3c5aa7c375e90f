"""Conversion of RGB to luma, the grey that all measures use."""

import torch

# Weights of red, green and blue in Rec. 709, by how bright the eye sees each.
LUMA = (0.2126, 0.7152, 0.0722)


def luma(frames: torch.Tensor) -> torch.Tensor:
    """Return the Rec. 709 luma of every pixel, computed from the sRGB values without linearising.

    Args:
        frames: RGB in 0–1, shape (…, 3).

    Returns:
        Luma in 0–1, shape (…).
    """
    red, green, blue = LUMA
    return frames[..., 0] * red + frames[..., 1] * green + frames[..., 2] * blue


def luma_of_planes(planes: torch.Tensor) -> torch.Tensor:
    """Return the Rec. 709 luma of pictures whose colours lie in planes.

    Args:
        planes: RGB in 0–1, shape (…, 3, height, width).

    Returns:
        Luma in 0–1, shape (…, height, width).
    """
    red, green, blue = planes.unbind(-3)
    return (red * LUMA[0]).add_(green * LUMA[1]).add_(blue * LUMA[2])
