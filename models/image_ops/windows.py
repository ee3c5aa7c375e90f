"""Weighted means around every pixel; one home for the windows of all measures."""

import math
from collections.abc import Sequence

import torch
from torch.nn.functional import pad


def gaussian_weights(sigma: float, radius: int) -> tuple[float, ...]:
    """A Gaussian of standard deviation `sigma` (px), `radius` px to either side; sum 1."""
    bell = [math.exp(-0.5 * (place / sigma) ** 2) for place in range(-radius, radius + 1)]
    return tuple(each / sum(bell) for each in bell)


def windowed_mean(picture: torch.Tensor, weights: Sequence[float]) -> torch.Tensor:
    """Weighted mean around every pixel whose whole window lies inside the picture.

    Sums of shifted copies: on a CPU a tenth of the time of a convolution, which is made for many
    channels. Give one picture at a time there, so that it stays in the processor's cache.

    Args:
        picture: shape (…, height, width).
        weights: of a row and of a column of the window, an odd number, the same backwards.

    Returns:
        Smaller by `len(weights) − 1` in height and width.
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
    """Mean around every pixel, of what of the window lies inside the picture.

    On a CPU a hundredth of the time of `avg_pool2d`, whose work grows with the window's area.

    Args:
        picture: shape (height, width).
        radius: of the window, px to every side.
    """
    ones = [torch.ones(length, device=picture.device) for length in picture.shape]
    down, across = (box_sum(pad(each, (radius, radius)), 2 * radius + 1, (0,)) for each in ones)
    sums = box_sum(pad(picture, (radius,) * 4), 2 * radius + 1)
    return sums.div_(down[:, None]).div_(across)


def box_sum(values: torch.Tensor, side: int, dims: Sequence[int] = (-1, -2)) -> torch.Tensor:
    """Sums over windows of `side` along each axis, in few steps: sums of 1, 2, 4 … are added up.

    Args:
        values: any type that can hold the sums.
        side: of the window, from 1.
        dims: axes of the window.

    Returns:
        Smaller by `side − 1` along each of the axes.
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
                kept = sums.shape[dim] - power
                sums = sums.narrow(dim, 0, kept) + sums.narrow(dim, power, kept)
            power *= 2
        assert total is not None
        values = total
    return values
