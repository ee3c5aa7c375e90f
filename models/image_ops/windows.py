"""Windowed sums and means around every pixel, shared by all measures."""

import math
from collections.abc import Sequence

import torch
from torch.nn.functional import pad


def gaussian_weights(sigma: float, radius: int) -> tuple[float, ...]:
    """Return the weights of a Gaussian window, whose sum is 1.

    Args:
        sigma: standard deviation, px.
        radius: px on either side of the middle; the window has 2 × `radius` + 1 weights.
    """
    bell = [math.exp(-0.5 * (place / sigma) ** 2) for place in range(-radius, radius + 1)]
    return tuple(height / sum(bell) for height in bell)


def windowed_mean(picture: torch.Tensor, weights: Sequence[float]) -> torch.Tensor:
    """Return the weighted mean around every pixel whose whole window lies inside the picture.

    Adding shifted copies takes a tenth of the time of a convolution on a CPU, because a convolution
    is made for many channels. On a CPU, pass one picture at a time: it then stays in the
    processor's cache.

    Args:
        picture: shape (…, height, width).
        weights: weights of a row of the window, and of a column: an odd number, symmetric.

    Returns:
        Means; height and width are smaller than those of `picture` by `len(weights) − 1`.
    """
    radius = len(weights) // 2
    for axis in (-1, -2):
        length = picture.shape[axis] - 2 * radius
        mean = picture.narrow(axis, radius, length) * weights[radius]
        for place in range(radius):
            mirrored = picture.narrow(axis, 2 * radius - place, length)
            mean.add_(picture.narrow(axis, place, length) + mirrored, alpha=weights[place])
        picture = mean
    return picture


def box_mean(picture: torch.Tensor, radius: int) -> torch.Tensor:
    """Return the mean around every pixel, over the part of the window inside the picture.

    On a CPU this takes a hundredth of the time of `avg_pool2d`, whose work grows with the area of
    the window.

    Args:
        picture: shape (height, width).
        radius: px from the middle of the window to each of its sides.
    """
    down, across = (_pixels_inside(length, radius, picture) for length in picture.shape)
    sums = box_sum(pad(picture, (radius,) * 4), 2 * radius + 1)
    return sums.div_(down[:, None]).div_(across)


def _pixels_inside(length: int, radius: int, picture: torch.Tensor) -> torch.Tensor:
    """Return how many pixels of each window along an axis lie inside the picture."""
    places = torch.arange(length, device=picture.device, dtype=picture.dtype)
    return (places + radius).clamp_(max=length - 1) - (places - radius).clamp_(min=0) + 1


def box_sum(values: torch.Tensor, side: int, dims: Sequence[int] = (-1, -2)) -> torch.Tensor:
    """Return the sums over windows.

    Few steps are enough: windows of 1, 2, 4 … values are summed, and those whose lengths add up to
    `side` are added.

    Args:
        values: numbers of a type that can hold the sums.
        side: length of the window along each of its axes, 1 or more.
        dims: axes of `values` along which the window extends.

    Returns:
        Sums; shorter than `values` by `side − 1` along each of the axes.
    """
    for dim in dims:
        length = values.shape[dim] - side + 1
        power, sums, offset = 1, values, 0
        total: torch.Tensor | None = None
        while power <= side:
            if side & power:
                part = sums.narrow(dim, offset, length)
                total = part.clone() if total is None else total.add_(part)
                offset += power
            if 2 * power <= side:
                count = sums.shape[dim] - power
                sums = sums.narrow(dim, 0, count) + sums.narrow(dim, power, count)
            power *= 2
        assert total is not None
        values = total
    return values
