"""Detection of dither: a pattern of few colours that stands for more of them, as in GIFs."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch

from ...frames import Absence
from ...image_ops.order import ascending
from ...measure import Value

if TYPE_CHECKING:
    from .picture import Picture

Result = float | Value | Absence | None

SIDE = 16  # px of a block
MOST_BLOCKS = 400  # blocks that are examined, spread over the picture
# A block counts as dithered if it has at most so many colours for each grey level of measured
# noise. Noise with a standard deviation of n grey levels makes about 5 n colours in a block; a
# dither makes two to eight, however strong it is.
COLOURS_PER_LEVEL = 2.0
# Measured noise, in grey levels, below which a picture isn't searched for dither: so faint a
# pattern counts as noise.
FAINT = 3.0
# Grey levels of noise that are assumed if it can't be measured because the picture is only black
# and white. They allow up to 8 colours in a block.
BLACK_AND_WHITE = 4.0
LEAST_SHARE = 0.5  # share of the blocks that must show the pattern


def is_dithered(frame: torch.Tensor, strength: float | None) -> bool:
    """Return True if at least half of a picture is a pattern of a few distant colours.

    Screentone is such a pattern too. A picture that was resized after it was dithered has many
    colours and counts as noisy. Flat colour, with or without lines, is no pattern.

    Args:
        frame: RGB in 0–1, shape (height, width, 3), at least 16 px a side.
        strength: result of `noise` for the picture, grey levels; None if it can't be measured.
    """
    planes = frame.movedim(-1, 0)[None]
    return is_dithered_by(strength, lambda: colour_counts(planes)[0].tolist())


def is_dithered_by(strength: float | None, counts: Callable[[], list[float]]) -> bool:
    """Return True if at least half of the blocks are a pattern of a few distant colours.

    Args:
        strength: as in `is_dithered`.
        counts: function that returns the number of colours of each block. It isn't called if the
            noise is too faint.
    """
    if strength is None:
        strength = BLACK_AND_WHITE
    if strength < FAINT:
        return False
    few = [1 < count <= COLOURS_PER_LEVEL * strength for count in counts()]
    return sum(few) / len(few) >= LEAST_SHARE


def colour_counts(planes: torch.Tensor) -> torch.Tensor:
    """Return the number of different colours in each of the blocks that are examined.

    Args:
        planes: RGB in 0–1, shape (pictures, 3, height, width), at least 16 px a side.

    Returns:
        Numbers, float32, shape (pictures, blocks).
    """
    blocks = planes.unfold(2, SIDE, SIDE).unfold(3, SIDE, SIDE).flatten(2, 3)
    stride = -(-blocks.shape[2] // MOST_BLOCKS)
    red, green, blue = (blocks[:, :, ::stride] * 255).round_().int().unbind(1)
    colours = ascending(((red * 256 + green) * 256 + blue).flatten(2))
    return (colours[..., 1:] != colours[..., :-1]).sum(dim=2).add_(1).float()


DITHERED = "dithered"


def unless_dithered(function: Callable[["Picture"], Result]) -> Callable[["Picture"], Result]:
    """Return a measure's function that gives an absence for dithered pictures.

    It is for measures of faults that a dither hides, and for measures that would take a dither for
    a fault.

    Args:
        function: function of the measure, for pictures that aren't dithered.
    """

    def measure_undithered(picture: "Picture") -> Result:
        return Absence(DITHERED) if picture.dithered else function(picture)

    return measure_undithered
