"""Ringing: ripples along lines from sharpening, wide resampling filters and compression."""

from collections.abc import Sequence

import torch
from torch.nn.functional import pad

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

# Grey levels over 2 px from which a slope is a line or an edge of colour.
LINE = 40 / 255
# Grey levels over 2 px from which a slope beside a line is drawn and not a ripple.
DRAWN = 16 / 255
# Distances from a line, px: ripples lie within the first range and don't reach the second distance.
NEAR, FAR = (3, 8), 12
LEAST_PIXELS = 64  # pixels beside lines, and far from them; fewer say nothing
GREY_LEVELS = 255


def ringing(grey: torch.Tensor) -> float | None:
    """Return the height of the ripples beside lines minus that of the texture far from lines.

    The height at a pixel is half the second difference of pixels 2 px apart, along the row or the
    column, whichever is larger; at that distance ripples are strongest. Pixels at 3–8 px from a
    line count as beside it. Strong noise hides ripples, and painted texture that ends before a line
    counts as ripples.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Grey levels (of 255), 0 or more. None without enough calm pixels beside lines and far from
        all lines, for example because of strong noise.
    """
    return ripples_of(ripple_numbers(grey[None])[0].tolist())


def ripple_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return what `ripples_of` needs of each picture, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).

    Returns:
        Number of calm pixels beside lines and the sum of their heights, and the same far from
        lines, shape (pictures, 4).
    """
    inner = grey[:, 2:-2, 2:-2]
    slope = torch.maximum(
        (grey[:, 2:-2, 3:-1] - grey[:, 2:-2, 1:-3]).abs_(),
        (grey[:, 3:-1, 2:-2] - grey[:, 1:-3, 2:-2]).abs_(),
    )
    twice = inner * 2
    curvature = torch.maximum(
        (grey[:, 2:-2, 4:] + grey[:, 2:-2, :-4]).sub_(twice).abs_(),
        (grey[:, 4:, 2:-2] + grey[:, :-4, 2:-2]).sub_(twice).abs_(),
    )
    lines = slope.clone().ge_(LINE).to(torch.uint8)
    calm = slope.lt_(DRAWN)
    touching = _dilated(lines, NEAR[0] - 1)
    beside = _dilated(touching, NEAR[1] - NEAR[0] + 1)
    around = _dilated(beside, FAR - NEAR[1])
    numbers = []
    for ring in (beside ^ touching, 1 - around):
        pixels = ring.float().mul_(calm)
        numbers += [pixels.sum(dim=(1, 2)), pixels.mul_(curvature).sum(dim=(1, 2))]
    return torch.stack(numbers, dim=1)


def ripples_of(numbers: Sequence[float]) -> float | None:
    """Return the height of the ripples in grey levels, or None without enough calm pixels.

    Args:
        numbers: numbers of one picture from `ripple_numbers`.
    """
    near, near_sum, far, far_sum = numbers
    if min(near, far) < LEAST_PIXELS:
        return None
    return max(0.0, near_sum / near - far_sum / far) / 2 * GREY_LEVELS


def _dilated(mask: torch.Tensor, reach: int) -> torch.Tensor:
    """Return a mask of 0 and 1 that is grown by `reach` px to every side."""
    side = 2 * reach + 1
    dilated = pad(mask, (reach,) * 4)
    for dim in (-1, -2):
        width = 1  # width of the windows so far, which grows as 1, 2, 4 … side
        while width < side:
            further = min(width, side - width)
            length = dilated.shape[dim] - further
            dilated = dilated.narrow(dim, 0, length) | dilated.narrow(dim, further, length)
            width += further
    return dilated


RINGING = Measure(
    "ringing",
    unit="grey levels",
    better=Better.LOWER,
    low=2.0,
    high=20.0,
    backend="ripples-by-lines",
    # There is no published limit. Clean drawings have up to 2.8 and painted ones up to 5.6; at half
    # as much again the ripples are not the picture's own.
    threshold=9.0,
    answers_to="Ripples beside lines, in grey levels",
    function=unless_dithered(lambda picture: ripples_of(picture.of_grey(ripple_numbers))),
    passes="ripples",
    absences=(
        "nothing_beside_lines",
        DITHERED,
    ),
)
