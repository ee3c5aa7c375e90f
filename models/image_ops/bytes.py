"""Conversion of pictures to 8 bits, for libraries that take no others."""

import numpy as np
import torch


def as_bytes(pictures: torch.Tensor) -> np.ndarray:
    """Return values in 0–1 as whole numbers of 8 bits, of the same shape, on the CPU.

    Examples:
        >>> as_bytes(torch.tensor([0.0, 0.5, 1.2])).tolist()
        [0, 128, 255]
    """
    pixels: np.ndarray = (pictures * 255).round().clamp(0, 255).byte().cpu().numpy()
    return pixels
