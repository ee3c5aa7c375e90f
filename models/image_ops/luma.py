"""How bright every pixel is; one home for the one grey of all measures."""

import torch

# Rec. 709 luma: what the eye takes for brightness.
LUMA = (0.2126, 0.7152, 0.0722)


def luma(frames: torch.Tensor) -> torch.Tensor:
    """Brightness of every pixel: Rec. 709 luma, of the sRGB values as they are.

    Args:
        frames: RGB in 0–1, shape (…, 3).

    Returns:
        0–1, shape (…).
    """
    red, green, blue = LUMA
    return frames[..., 0] * red + frames[..., 1] * green + frames[..., 2] * blue
