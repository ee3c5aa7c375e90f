"""Dither: a pattern of few colours that stands for more of them, as GIFs have it."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from ...frames import Absence
from ...measure import Value

if TYPE_CHECKING:
    from .picture import Picture

Result = float | Value | Absence | None

SIDE = 16  # px of a block
MOST_BLOCKS = 400  # spread over the picture: enough to tell
# Noise of a standard deviation of n grey levels shows about 5 n levels in a block, a dither two to
# eight colours whatever it is.
COLOURS_A_LEVEL = 2.0
# Grey levels: a fainter pattern is no more than what its noise is measured as.
FAINT = 3.0
BLACK_AND_WHITE = 4.0  # grey levels, where noise can't be measured: up to 8 colours
LEAST = 0.5  # share of the blocks


def is_dithered(frame: torch.Tensor, strength: float | None) -> bool:
    """Whether nearly every place of a picture is a pattern of a few colours that lie far apart.

    Screentone is such a pattern, too. What was resized after it was dithered has many colours and
    is taken for noisy. Flat colour, with or without lines, is no pattern.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 a side.
        strength: what `noise` says of it, grey levels.
    """
    if strength is None:
        strength = BLACK_AND_WHITE
    if strength < FAINT:
        return False
    red, green, blue = (frame * 255).round().int().unbind(-1)
    colours = (red * 256 + green) * 256 + blue
    blocks = colours.unfold(0, SIDE, SIDE).unfold(1, SIDE, SIDE).flatten(0, 1)
    stride = -(-len(blocks) // MOST_BLOCKS)
    sorted_colours = blocks[::stride].flatten(1).sort(dim=1).values
    distinct = (sorted_colours[:, 1:] != sorted_colours[:, :-1]).sum(dim=1) + 1
    few = (distinct > 1) & (distinct <= COLOURS_A_LEVEL * strength)
    return few.float().mean().item() >= LEAST


DITHERED = "dithered"


def unless_dithered(function: Callable[["Picture"], Result]) -> Callable[["Picture"], Result]:
    """Return the function of a measure that a dither hides, or that takes a dither for a fault."""

    def measured(picture: "Picture") -> Result:
        return Absence(DITHERED) if picture.dithered else function(picture)

    return measured
