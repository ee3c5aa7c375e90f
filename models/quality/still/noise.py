"""Noise of a picture, measured apart from what is drawn on it."""

import math

import torch

from ...image_ops.gradients import mixed_difference
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
GREY_LEVELS = 255


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
    response = mixed_difference(grey)
    clipped = ((grey <= BLACK) | (grey >= WHITE))[1:-1, 1:-1]
    usable = _blocks(clipped.float()).mean(dim=(1, 3)).flatten() <= MOST_CLIPPED
    blocks = _blocks(response)
    means = blocks.abs().mean(dim=(1, 3)) if with_dither else _irregular(blocks)
    means = means.flatten()[usable]
    if not len(means):
        return None
    calm = means.sort().values[int((len(means) - 1) * CALM)]
    return calm.item() * MEAN_OVER_CALM * math.sqrt(math.pi / 2) / 6 * GREY_LEVELS


def _blocks(picture: torch.Tensor) -> torch.Tensor:
    """Return the whole blocks of a picture, shape (rows, height, columns, width)."""
    rows, columns = (max(1, length // SIDE) for length in picture.shape)
    height, width = (min(SIDE, length) for length in picture.shape)
    return picture[: rows * height, : columns * width].reshape(rows, height, columns, width)


def _irregular(blocks: torch.Tensor) -> torch.Tensor:
    """Return the mean magnitude of each block's response, without what repeats after `PERIOD` px.

    An ordered dither, as GIF files have it, repeats itself exactly and is no noise. The four
    repetitions in a block have a mean that takes a quarter of the variance of noise with it.
    """
    rows, height, columns, width = blocks.shape
    if (height, width) != (SIDE, SIDE):
        return blocks.abs().mean(dim=(1, 3))
    times = SIDE // PERIOD
    tiles = blocks.view(rows, times, PERIOD, columns, times, PERIOD)
    irregular = tiles - tiles.mean(dim=(1, 4), keepdim=True)
    left = (1 - 1 / times**2) ** 0.5
    return irregular.abs_().mean(dim=(1, 2, 4, 5)) / left


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
