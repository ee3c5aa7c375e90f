"""Which frames of a clip were drawn, and which only hold the drawing before them.

Anime is drawn on ones, twos and threes: a drawing stays for so many frames. Whatever is measured
between frames is measured between drawings, or holds pull every mean down by as much.
"""

from dataclasses import dataclass
from statistics import median_low

import torch

# A held frame differs from its drawing by compression noise alone: at most this share of the
# clip's larger steps. Motion that eases in and out seldom falls below a tenth of its own speed.
HELD_SHARE = 0.1
# A step of motion below this ΔE can't be told from noise, whatever the rest of the clip does.
STILL = 0.05


@dataclass(frozen=True)
class HoldPattern:
    """The drawings of a clip.

    Attributes:
        drawings: index of the first frame of every drawing, ascending; starts with 0.
        frames: how many frames the clip has.
    """

    drawings: tuple[int, ...]
    frames: int

    @property
    def lengths(self) -> tuple[int, ...]:
        """For how many frames each drawing is held; sums to `frames`."""
        ends = (*self.drawings[1:], self.frames)
        return tuple(end - start for start, end in zip(self.drawings, ends, strict=True))

    @property
    def typical(self) -> int:
        """The clip's own pattern: 1 on ones, 2 on twos (the median length)."""
        return median_low(self.lengths)


def hold_pattern(steps: torch.Tensor) -> HoldPattern:
    """Find the drawings of a clip from how far each frame is from the one before.

    Args:
        steps: distance of each frame to the next in ΔE, shape (frames − 1,).

    Returns:
        The pattern; a clip in which nothing moves is one drawing.
    """
    if len(steps) == 0:
        return HoldPattern((0,), 1)
    # The upper steps, not the mean: on threes two of three steps are holds.
    large = torch.quantile(steps.float(), 0.9).item()
    moved = steps > max(STILL, HELD_SHARE * large)
    first = (moved.nonzero().flatten() + 1).tolist()
    return HoldPattern((0, *first), len(steps) + 1)
