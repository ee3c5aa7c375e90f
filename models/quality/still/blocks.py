"""Blockiness: edges of blocks of 8 × 8 px, from strong JPEG and video compression."""

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
    across = (grey[:, 1:] - grey[:, :-1]).abs_().clamp_(max=LINE).mean(dim=0)
    down = (grey[1:] - grey[:-1]).abs_().clamp_(max=LINE).mean(dim=1)
    return (_excess(across) + _excess(down)) / 2


def _excess(steps: torch.Tensor) -> float:
    """Return by what share the steps at one of the eight positions exceed those at the others.

    The highest mean step of a position is compared with the mean of six positions, without the
    highest and the lowest.
    """
    whole = steps[: len(steps) // BLOCK * BLOCK].view(-1, BLOCK)
    if len(whole) < 2:
        return 0.0  # one block makes no grid
    places = whole.mean(dim=0) + FLOOR
    highest = int(places.argmax())
    typical = (places.sum() - places.max() - places.min()) / (BLOCK - 2)
    # A few lines that happen to lie on the grid are no grid: the steps must be high on all of it.
    standard_error = whole[:, highest].std() / len(whole) ** 0.5
    return max(0.0, ((places[highest] - CERTAINTY * standard_error) / typical - 1).item())


BLOCKINESS = Measure(
    "blockiness",
    unit="of other steps",
    better=Better.LOWER,
    high=1.2,
    backend="block-steps-8",
    threshold=0.3,  # JPEG quality 33 of most pictures
    required=True,
    answers_to="JPEG blocks: how much higher steps are at a grid of 8 px than elsewhere",
    function=unless_dithered(lambda picture: blockiness(picture.grey)),
    passes="no_blocks",
    fails="blocky",
    absences=(DITHERED,),
)
