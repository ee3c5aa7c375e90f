"""Reduction of pictures to the means of areas, on every kind of device."""

from functools import lru_cache

import torch
from torch.nn.functional import interpolate

from .precision import full_precision


def area_mean(pictures: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return pictures of another size, each pixel the mean of the area that it covers.

    The numbers are those of torch's `interpolate` with the mode `area`. On a CPU it is the fastest
    way. On a GPU it runs slowly, Apple's refuses sizes that don't divide, and some devices don't
    have it; there the means are two matrix products.

    Args:
        pictures: shape (pictures, channels, height, width).
        size: height and width of the result, px.

    Returns:
        Shape (pictures, channels, height, width) of that size.

    Examples:
        >>> area_mean(torch.arange(6.0).view(1, 1, 1, 6), (1, 3)).flatten().tolist()
        [0.5, 2.5, 4.5]
    """
    if pictures.device.type == "cpu":
        return interpolate(pictures, size=size, mode="area")
    height, width = pictures.shape[2:]
    means = pictures
    with full_precision():
        if height != size[0]:
            means = _weights(height, size[0], means.device) @ means
        if width != size[1]:
            means = means @ _weights(width, size[1], means.device).T
    return means


def block_mean(values: torch.Tensor, axis: int, length: int) -> torch.Tensor:
    """Return the means of blocks of values along an axis, which the blocks divide evenly.

    Adding one value of each block after the other takes an eighth to two thirds of the time of
    torch's `mean` on a CPU, as long stretches of memory are added.

    Args:
        values: numbers of floating point, any shape.
        axis: the axis, counted from 0.
        length: number of values of a block, 1 or more.

    Examples:
        >>> block_mean(torch.tensor([[1.0, 3.0, 5.0, 6.0]]), axis=1, length=2)
        tensor([[2.0000, 5.5000]])
    """
    first, *further = values.unflatten(axis, (-1, length)).unbind(axis + 1)
    total = first.clone()
    for value in further:
        total += value
    return total.div_(length)


# A clip needs a few of them for each frame; the largest is about a megabyte.
@lru_cache(maxsize=16)
def _weights(length: int, count: int, device: torch.device) -> torch.Tensor:
    """Return the weight of each of `length` values in each of `count` means, on a device."""
    number = torch.arange(count)[:, None]
    start = number * length // count
    end = -(-(number + 1) * length // count)  # neighbours overlap by a value if it doesn't divide
    place = torch.arange(length)
    inside = (place >= start) & (place < end)
    return (inside / (end - start)).to(device)
