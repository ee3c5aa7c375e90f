"""How noisy a picture is, whatever is drawn on it."""

import math

import torch

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

SIDE = 16  # px of a block
# Noise is everywhere, texture and lines are not: the block that a quarter of all are calmer than.
CALM = 0.25
# Of pure noise: the mean of all blocks over that one, measured; the same at every strength.
OF_CALM = 1.067
BLACK, WHITE = 2 / 255, 253 / 255  # beyond them noise is clipped away
# A block of which more is clipped says nothing of the noise.
MOST_CLIPPED = 0.25
GREY_LEVELS = 255


def noise(grey: torch.Tensor) -> float | None:
    """Standard deviation of the noise of a picture, in grey levels.

    Method: J. Immerkær, Fast Noise Variance Estimation, 1996: the difference of two Laplacians,
    which flat colour, gradients and straight soft edges leave at 0. Taken block by block, and the
    calmest quarter's upper end is the answer, as lines and painted texture answer too. A flat cel's
    zeros count as what they are: no noise; only what is clipped, where noise can't show, is left
    out.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 a side.

    Returns:
        Grey levels (of 255); None where nearly everything is clipped.
    """
    across = grey[:, :-2] - 2 * grey[:, 1:-1] + grey[:, 2:]
    response = (across[:-2] - 2 * across[1:-1] + across[2:]).abs_()
    clipped = ((grey <= BLACK) | (grey >= WHITE))[1:-1, 1:-1]
    usable = _block_means(clipped.float()) <= MOST_CLIPPED
    means = _block_means(response)[usable]
    if not len(means):
        return None
    calm = means.sort().values[int((len(means) - 1) * CALM)]
    return calm.item() * OF_CALM * math.sqrt(math.pi / 2) / 6 * GREY_LEVELS


def _block_means(picture: torch.Tensor) -> torch.Tensor:
    """Mean of each whole block, flat; the whole picture where it is smaller than a block."""
    rows, columns = (max(1, length // SIDE) for length in picture.shape)
    height, width = (min(SIDE, length) for length in picture.shape)
    inner = picture[: rows * height, : columns * width]
    return inner.reshape(rows, height, columns, width).mean(dim=(1, 3)).flatten()


NOISE = Measure(
    "noise",
    unit="grey levels",
    better=Better.LOWER,
    high=30.0,
    backend="immerkaer-calm-blocks",
    threshold=8.0,  # grain that is wanted stays below half of it
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
