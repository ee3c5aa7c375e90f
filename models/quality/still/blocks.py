"""Blockiness: edges of blocks of 8 × 8 px, from strong JPEG and video compression."""

import math
from collections.abc import Sequence

import torch

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

BLOCK = 8
# Height in grey levels to which steps are limited: the edge of a block is a small step, and a
# higher one is a line.
LINE = 24 / 255
# Grey levels that are added to the mean steps. Without them, the ratio of steps in a flat picture
# would be a ratio of two numbers near 0.
FLOOR = 0.1 / 255
CERTAINTY = 1.0  # standard errors that are subtracted from the highest mean step


def blockiness(grey: torch.Tensor) -> float:
    """Measure how much higher the steps of brightness are at every eighth pixel than elsewhere.

    Method: Wang, Bovik, Evans, Blind measurement of blocking artifacts, ICIP 2000, but in pixels:
    the mean step at the edges of blocks divided by that elsewhere. Steps of lines are limited to
    `LINE`. All eight positions of the grid are tried, for rows and for columns separately, because
    a picture may have been cropped.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 px a side.

    Returns:
        0 for no grid, 1 if steps at its edges are twice as high as elsewhere.
    """
    return excess_of(step_numbers(grey[None])[0].tolist())


def step_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return the steps at the eight positions of a grid, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width), at least 16 px a side.

    Returns:
        For rows and then for columns: the mean step at each position and the standard error of
        each mean; shape (pictures, 32).
    """
    across = (grey[..., 1:] - grey[..., :-1]).abs_().clamp_(max=LINE).mean(dim=1)
    down = (grey[:, 1:] - grey[:, :-1]).abs_().clamp_(max=LINE).mean(dim=2)
    numbers = []
    for steps in (across, down):
        blocks = steps.shape[1] // BLOCK
        whole = steps[:, : blocks * BLOCK].unflatten(1, (blocks, BLOCK))
        # One block makes no grid: steps that are all 0 have no excess.
        mean = whole.mean(dim=1) * (blocks > 1)
        error = (whole - mean[:, None]).square_().sum(dim=1).div_(max(1, blocks - 1) * blocks)
        numbers += [mean, error.sqrt_()]
    return torch.cat(numbers, dim=1)


def excess_of(numbers: Sequence[float]) -> float:
    """Return by what share the steps at the grid exceed the others, the mean of both directions.

    Args:
        numbers: numbers of one picture from `step_numbers`.
    """
    across, down = numbers[: 2 * BLOCK], numbers[2 * BLOCK :]
    return (_excess(across) + _excess(down)) / 2


def _excess(numbers: Sequence[float]) -> float:
    """Return by what share the steps at one of the eight positions exceed those at the others.

    The highest mean step of a position is compared with the mean of six positions, without the
    highest and the lowest.
    """
    places, errors = [mean + FLOOR for mean in numbers[:BLOCK]], numbers[BLOCK:]
    highest = places.index(max(places))
    typical = math.fsum(sorted(places)[1:-1]) / (BLOCK - 2)
    # A few lines that happen to lie on the grid are no grid: the steps must be high on all of it.
    return max(0.0, (places[highest] - CERTAINTY * errors[highest]) / typical - 1)


BLOCKINESS = Measure(
    "blockiness",
    unit="of other steps",
    better=Better.LOWER,
    high=1.2,
    backend="block-steps-8",
    threshold=0.3,  # JPEG quality 33 of most pictures
    required=True,
    answers_to="JPEG blocks: how much higher steps are at a grid of 8 px than elsewhere",
    function=unless_dithered(lambda picture: excess_of(picture.of_grey(step_numbers))),
    passes="no_blocks",
    fails="blocky",
    absences=(DITHERED,),
)
