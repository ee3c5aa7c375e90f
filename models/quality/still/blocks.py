"""Blocks of 8 × 8 px, as strong JPEG and video compression leave them."""

import torch

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

BLOCK = 8
# Grey levels: an edge of a block is a small step; what is higher is a line and says nothing.
LINE = 24 / 255
# Grey levels: below it a picture's steps are nothing, and nothing more than nothing is no block.
FLOOR = 0.1 / 255
CERTAINTY = 1.0  # standard errors of the mean step that are taken off


def blockiness(grey: torch.Tensor) -> float:
    """How much higher steps of brightness are at every eighth pixel than between.

    Method: as Wang, Bovik, Evans, Blind measurement of blocking artifacts, ICIP 2000, in pixels:
    the mean step at the edges of blocks over that elsewhere. Lines are cut down to `LINE`. The grid
    is looked for in all eight places, since a picture may have been cropped, the same for rows and
    columns apart.

    Args:
        grey: luma in 0–1, shape (height, width), at least 16 a side.

    Returns:
        0 where there is no grid, 1 where steps at its edges are twice as high as elsewhere.
    """
    across = (grey[:, 1:] - grey[:, :-1]).abs_().clamp_(max=LINE).mean(dim=0)
    down = (grey[1:] - grey[:-1]).abs_().clamp_(max=LINE).mean(dim=1)
    return (_excess(across) + _excess(down)) / 2


def _excess(steps: torch.Tensor) -> float:
    """Mean step of the highest of the eight places over that of the middle ones, less 1."""
    whole = steps[: len(steps) // BLOCK * BLOCK].view(-1, BLOCK)
    if len(whole) < 2:
        return 0.0  # one block makes no grid
    places = whole.mean(dim=0) + FLOOR
    highest = int(places.argmax())
    usual = (places.sum() - places.max() - places.min()) / (BLOCK - 2)
    # Some lines that happen to lie on the grid are no grid: it must show all along.
    doubt = whole[:, highest].std() / len(whole) ** 0.5
    return max(0.0, ((places[highest] - CERTAINTY * doubt) / usual - 1).item())


BLOCKINESS = Measure(
    "blockiness",
    unit="of other steps",
    better=Better.LOWER,
    high=4.0,
    backend="block-steps-8",
    threshold=0.7,  # of flat drawings JPEG of a quality of 15; of painted ones, of 8
    required=True,
    answers_to="JPEG blocks: how much higher steps are at a grid of 8 px than elsewhere",
    function=unless_dithered(lambda picture: blockiness(picture.grey)),
    passes="no_blocks",
    fails="blocky",
    absences=(DITHERED,),
)
