"""Pictures with 8 bits per channel, as files hold them, made from batches of images."""

import numpy as np
import torch
from PIL import Image

from ..frames import InputError, as_frames


def levels_of(image: torch.Tensor, bits: int = 8) -> np.ndarray:
    """Return a picture as whole levels, rounded; NaN becomes black.

    Args:
        image: picture with values in 0–1, shape (height, width, 1, 3 or 4 channels).
        bits: bits of a level, 8 or 16.

    Returns:
        The same shape, uint8 or uint16.
    """
    highest = (1 << bits) - 1
    rounded = (image.detach().float().nan_to_num(0.0).clamp(0, 1) * highest).round()
    levels = rounded.to(torch.uint8) if bits == 8 else rounded  # torch has few 16-bit operations
    return np.ascontiguousarray(levels.cpu().numpy().astype(f"uint{bits}", copy=False))


def as_picture(image: torch.Tensor) -> Image.Image:
    """Return a picture with 8 bits per channel as Pillow has it; see `levels_of`."""
    levels = levels_of(image)
    return Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels)


def has_alpha(images: torch.Tensor) -> bool:
    """Return True if images have a channel of alpha."""
    return images.shape[-1] == 4


def refuse_broken(images: torch.Tensor, name: str = "images") -> None:
    """Refuse images that no file can hold as they are.

    Args:
        images: batch of images, shape (frames, height, width, channels).
        name: name of the input, for the error.

    Raises:
        InputError: the batch is no batch of images, it is empty, the images have no width or no
            height, or a value is NaN or infinite.
    """
    frames = as_frames(images, name)
    if not len(images):
        remedy = "Connect frames, or leave the input unconnected."
        raise InputError(name, "at least one frame", "none", remedy)
    height, width = images.shape[1:3]
    if not (height and width):
        remedy = "Look at the node before this one: it gives pictures of no size."
        raise InputError(name, "a width and a height above 0", f"{width}×{height}", remedy)
    if frames.is_finite:
        return
    broken = [number for number, image in enumerate(images) if not image.isfinite().all()]
    if broken:
        remedy = (
            "Such a picture would be saved as black. Render it again, with another precision "
            "or VAE if it happens every time."
        )
        received = f"NaN or infinity in {len(broken)} of {len(images)} frames, first in frame "
        raise InputError(name, "finite values", f"{received}{broken[0]}", remedy)
