"""Noise of a picture, measured apart from what is drawn on it."""

import math
from collections.abc import Sequence

import torch
from torch.nn.functional import pad

from ...image_ops.gradients import mixed_difference
from ...image_ops.order import ascending
from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

SIDE = 16  # px of a block
PERIOD = 8  # px after which an ordered dither repeats itself at most
# Quantile of the blocks, sorted from the calmest, that stands for the noise of the picture: noise
# is in all blocks, texture and lines are in some only.
CALM = 0.25
# Mean of all blocks divided by that quantile, measured with pure noise; the same at every strength.
MEAN_OVER_CALM = 1.067
BLACK, WHITE = 2 / 255, 253 / 255  # beyond these grey levels noise is clipped
# Share of clipped pixels from which a block is left out, because noise can't show in it.
MOST_CLIPPED = 0.25
# Grey levels of noise for a mean response of 1 in the calm blocks.
GREY_LEVELS_OF_RESPONSE = MEAN_OVER_CALM * math.sqrt(math.pi / 2) / 6 * 255


def noise(grey: torch.Tensor, with_dither: bool = False) -> float | None:
    """Return the standard deviation of the noise of a picture, in grey levels.

    Method: J. Immerkær, Fast Noise Variance Estimation, 1996: the difference of two Laplacians,
    which is 0 for flat colour, gradients and straight soft edges. Lines and painted texture raise
    it as noise does. So it is averaged in each block, and the lower quartile of the blocks gives
    the result. Blocks of flat colour count, because their 0 shows that there is no noise. Only
    clipped blocks, where noise can't show, are left out.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 px a side.
        with_dither: True to count a pattern that repeats itself, as an ordered dither does.

    Returns:
        Grey levels (of 255); None if nearly the whole picture is clipped.
    """
    return strength_of(noise_numbers(grey[None])[0].tolist(), with_dither)


def noise_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return what `strength_of` needs of each picture, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width), at least 16 px a side.

    Returns:
        Number of usable blocks, and the mean response of the calm ones without and with what
        repeats itself, shape (pictures, 3).
    """
    inner = grey[:, 1:-1, 1:-1]
    clipped = inner.clone().le_(BLACK).add_(inner.clone().ge_(WHITE))
    usable = _sums(_rows_of_blocks(clipped)) <= MOST_CLIPPED * _pixels_of_block(inner)
    blocks = _rows_of_blocks(mixed_difference(grey))
    whole = _sums(blocks.abs()) / _pixels_of_block(inner)
    irregular = _irregular(blocks) if blocks.shape[2] == SIDE and inner.shape[2] >= SIDE else whole
    count = usable.sum(dim=1, keepdim=True)
    calm = ((count - 1).clamp_(min=0) * CALM).long()
    numbers = [count.float()]
    for means in (irregular, whole):
        numbers.append(ascending(means.where(usable, math.inf)).gather(1, calm).where(count > 0, 0))
    return torch.cat(numbers, dim=1)


def strength_of(numbers: Sequence[float], with_dither: bool = False) -> float | None:
    """Return the noise in grey levels, or None if nearly the whole picture is clipped.

    Args:
        numbers: numbers of one picture from `noise_numbers`.
        with_dither: True to count a pattern that repeats itself.
    """
    usable, irregular, whole = numbers
    if not usable:
        return None
    return (whole if with_dither else irregular) * GREY_LEVELS_OF_RESPONSE


def _rows_of_blocks(pictures: torch.Tensor) -> torch.Tensor:
    """Return the rows of whole blocks, shape (pictures, rows, height, width of all blocks)."""
    rows, columns = (max(1, length // SIDE) for length in pictures.shape[1:])
    height, width = (min(SIDE, length) for length in pictures.shape[1:])
    return pictures[:, : rows * height, : columns * width].unflatten(1, (rows, height))


def _pixels_of_block(pictures: torch.Tensor) -> int:
    return min(SIDE, pictures.shape[1]) * min(SIDE, pictures.shape[2])


def _sums(blocks: torch.Tensor) -> torch.Tensor:
    """Return the sum of each block, shape (pictures, blocks).

    Args:
        blocks: result of `_rows_of_blocks`.
    """
    columns = max(1, blocks.shape[3] // SIDE)
    return blocks.sum(dim=2).unflatten(-1, (columns, -1)).sum(dim=-1).flatten(1)


def _irregular(blocks: torch.Tensor) -> torch.Tensor:
    """Return the mean magnitude of each block's response, without what repeats after `PERIOD` px.

    An ordered dither, as GIF files have it, repeats itself exactly and is no noise. The four
    repetitions in a block have a mean that takes a quarter of the variance of noise with it.

    Args:
        blocks: result of `_rows_of_blocks`, with blocks of `SIDE` × `SIDE` px.
    """
    upper, lower = blocks[:, :, :PERIOD], blocks[:, :, PERIOD:]
    both = upper + lower
    # Long rows are fast: everything is computed from each pixel and the one `PERIOD` px to its
    # right, although only the pixels in the left half of a block are needed.
    mean = (both[..., :-PERIOD] + both[..., PERIOD:]).mul_(0.25)
    magnitude = torch.zeros_like(mean)
    for half in (upper, lower):
        for tile in (half[..., :-PERIOD], half[..., PERIOD:]):
            magnitude += (tile - mean).abs_()
    left_halves = pad(magnitude.sum(dim=2), (0, PERIOD)).unflatten(-1, (-1, SIDE))[..., :PERIOD]
    left = (1 - 1 / (SIDE // PERIOD) ** 2) ** 0.5
    return left_halves.sum(dim=-1).flatten(1) / (SIDE**2 * left)


NOISE = Measure(
    "noise",
    unit="grey levels",
    better=Better.LOWER,
    low=2.0,  # clean pictures have 0, clean painted ones up to 1.8
    high=24.0,
    backend="immerkaer-calm-blocks",
    threshold=8.0,  # grain that is added on purpose stays below half of it
    required=True,
    answers_to="Grain: standard deviation in the calmest quarter of the picture, in grey levels",
    function=unless_dithered(lambda picture: picture.noise),
    passes="low_noise",
    fails="noisy",
    absences=(
        "only_clipped",
        DITHERED,
    ),
)
