"""Sizes of frames that a video can have, and frames made to fit them."""

import torch

from ..frames import InputError

REFUSE, PAD, CROP = ODD_SIZES = ("refuse", "pad", "crop")


def is_odd(width: int, height: int) -> bool:
    """Return True if a size can't be that of an mp4, which shares colours among 2×2 pixels."""
    return bool(width % 2 or height % 2)


def odd_size_error(name: str, width: int, height: int) -> InputError:
    """Return the error for a size that is odd."""
    remedy = "Set odd_sizes to pad or crop, or save as webm, webp, apng or png."
    return InputError(name, "an even width and height for an mp4", f"{width}×{height}", remedy)


def evenly_sized(images: torch.Tensor, odd_sizes: str, name: str = "images") -> torch.Tensor:
    """Return images with an even width and height.

    Args:
        images: shape (frames, height, width, channels).
        odd_sizes: `refuse`, `pad` (the last row or column is repeated) or `crop` (it is left out).
        name: name of the input, for the error.

    Returns:
        The images themselves if their size is even.

    Raises:
        InputError: a side is odd and `odd_sizes` is `refuse`, or nothing would be left.
    """
    height, width = images.shape[1:3]
    if not is_odd(width, height):
        return images
    if odd_sizes == REFUSE or (odd_sizes == CROP and min(width, height) < 2):
        raise odd_size_error(name, width, height)
    if odd_sizes == CROP:
        return images[:, : height // 2 * 2, : width // 2 * 2]
    if height % 2:
        images = torch.cat((images, images[:, -1:]), dim=1)
    if width % 2:
        images = torch.cat((images, images[:, :, -1:]), dim=2)
    return images
