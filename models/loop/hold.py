"""Does the seam keep the rhythm in which the clip holds its drawings?"""

from dataclasses import dataclass

import torch

from ..holds import HELD_SHARE, STILL, HoldPattern, hold_pattern
from ..measure import Measure, Value
from ..measurement import Better
from ..perceptual.structural import BACKEND

MOST_FRAMES_OFF = 4.0


@dataclass(frozen=True)
class Rhythm:
    """How a clip that plays in a circle holds its drawings.

    Attributes:
        pattern: the drawings, from the first frame to the last.
        shared: whether the drawing at the seam is one, begun by the last frames and gone on with
            by the first, as in any loop on twos that starts between two drawings.
        at_seam: for how many frames the drawings beside the seam are held, one where it's shared.
        off: by how many frames that leaves the range of the lengths inside.
    """

    pattern: HoldPattern
    shared: bool
    at_seam: tuple[int, ...]
    off: int

    @property
    def drawings(self) -> list[int]:
        """First frame of each drawing as they play; the one that the seam cuts in two is last."""
        return list(self.pattern.drawings[1:] if self.shared else self.pattern.drawings)


def rhythm_of(steps: torch.Tensor) -> Rhythm:
    """Find a clip's drawings, and how they are held at the seam.

    Args:
        steps: distance of each frame to the next in ΔE, the seam's last; shape (frames,).

    Returns:
        The rhythm. A drawing that the seam cuts in two is taken for one where its length is the
        clip's own; else it is a repeated frame.
    """
    pattern = hold_pattern(steps[:-1])
    lengths, inside = pattern.lengths, pattern.lengths[1:-1]
    if not inside:
        return Rhythm(pattern, shared=False, at_seam=(), off=0)
    # Read outwards from the seam: the steps inside the drawing, then the one that leaves it.
    after = steps[: lengths[0]].tolist()
    before = steps[-1 - lengths[-1] : -1].flip(0).tolist()
    sides = [len(side) if _is_hold(side) else 1 for side in (before, after)]
    eases = any(len(side) != held for side, held in zip((before, after), sides, strict=True))
    held = _is_hold([steps[-1].item(), min(before[-1], after[-1])])
    at_seam = (sum(sides),) if held else tuple(sides)
    shortest, longest = min(inside), max(inside)
    off = max(max(shortest - length, length - longest, 0) for length in at_seam)
    if eases:
        off = 0  # slow motion is taken for holds there: no rhythm to break
    return Rhythm(pattern, held and off == 0 and not eases, at_seam, off)


def seam_hold(rhythm: Rhythm) -> Value:
    """Count the frames that a drawing at the seam is held longer or shorter than all others.

    Args:
        rhythm: of at least 3 drawings.
    """
    inside = rhythm.pattern.lengths[1:-1]
    shortest, longest = min(inside), max(inside)
    odd = max(rhythm.at_seam, key=lambda length: max(shortest - length, length - longest))
    values = {"frames": odd, "shortest": shortest, "longest": longest}
    details = {"lengths": rhythm.pattern.lengths, "at_seam": rhythm.at_seam}
    return Value(rhythm.off, values, details=details)


def _is_hold(outwards: list[float]) -> bool:
    """Whether steps are holds (nothing moves) rather than slow motion before the last of them."""
    *still, moving = outwards
    return all(step <= max(STILL, HELD_SHARE * moving) for step in still)


SEAM_HOLD = Measure(
    "seam_hold",
    unit="frames",
    better=Better.LOWER,
    high=MOST_FRAMES_OFF,
    backend=BACKEND,
    threshold=0.5,  # frames come whole: one too many or too few is a break
    required=True,
    answers_to="Hold pattern, such as twos or threes, that breaks at the seam: frames too many or "
    "too few",
    function=lambda seam: seam_hold(seam.rhythm),
    passes="seam_hold",
    fails="seam_hold_broken",
)
