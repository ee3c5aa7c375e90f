"""Measure of the hold pattern at a loop's seam: drawings there held too long or too short."""

from dataclasses import dataclass

import torch

from ..holds import HELD_SHARE, STILL, HoldPattern, hold_pattern
from ..measure import Measure, Value
from ..measurement import Better
from ..perceptual.structural import BACKEND

MOST_FRAMES_OFF = 4.0  # bad end of the scale: on twos this is a stop of two drawings


@dataclass(frozen=True)
class Rhythm:
    """Hold pattern of a clip that plays in a circle.

    Attributes:
        pattern: drawings of the clip, from the first frame to the last.
        split: True if the seam cuts one drawing in two: the last frames begin it and the first
            frames continue it, as in a loop on twos that starts in the middle of a hold.
        at_seam: number of frames for which the drawings beside the seam are held; one number if
            they are the same drawing.
        frames_off: number of frames by which these lengths leave the range of the lengths inside.
    """

    pattern: HoldPattern
    split: bool
    at_seam: tuple[int, ...]
    frames_off: int

    @property
    def drawings(self) -> list[int]:
        """First frame of each drawing as they play; one that the seam cuts in two comes last."""
        return list(self.pattern.drawings[1:] if self.split else self.pattern.drawings)


def rhythm_of(steps: torch.Tensor) -> Rhythm:
    """Find the drawings of a clip, and how long they are held at the seam.

    Args:
        steps: distance from each frame to the next in ΔE, shape (frames,); the last one is the
            seam's.

    Returns:
        The rhythm. Equal frames on both sides of the seam are one drawing if their number fits the
        clip's own pattern; otherwise they are a repeated frame.
    """
    pattern = hold_pattern(steps[:-1])
    lengths, inside = pattern.lengths, pattern.lengths[1:-1]
    if not inside:
        return Rhythm(pattern, split=False, at_seam=(), frames_off=0)
    # Both lists go outwards from the seam: the steps inside the drawing, then the step out of it.
    after = steps[: lengths[0]].tolist()
    before = steps[-1 - lengths[-1] : -1].flip(0).tolist()
    sides = [len(side) if _is_hold(side) else 1 for side in (before, after)]
    is_slow = any(len(side) != length for side, length in zip((before, after), sides, strict=True))
    same_drawing = _is_hold([steps[-1].item(), min(before[-1], after[-1])])
    at_seam = (sum(sides),) if same_drawing else tuple(sides)
    shortest, longest = min(inside), max(inside)
    frames_off = max(max(shortest - length, length - longest, 0) for length in at_seam)
    if is_slow:
        frames_off = 0  # the "holds" beside the seam are slow motion, so there is no rhythm
    split = same_drawing and frames_off == 0 and not is_slow
    return Rhythm(pattern, split, at_seam, frames_off)


def seam_hold(rhythm: Rhythm) -> Value:
    """Count the frames that a drawing at the seam is held longer or shorter than all others.

    Args:
        rhythm: hold pattern of at least 3 drawings.
    """
    inside = rhythm.pattern.lengths[1:-1]
    shortest, longest = min(inside), max(inside)
    odd = max(rhythm.at_seam, key=lambda length: max(shortest - length, length - longest))
    values = {"frames": odd, "shortest": shortest, "longest": longest}
    details = {"lengths": rhythm.pattern.lengths, "at_seam": rhythm.at_seam}
    return Value(rhythm.frames_off, values, details=details)


def _is_hold(outwards: list[float]) -> bool:
    """Return True if a drawing is held, False if its frames show slow motion.

    Args:
        outwards: steps inside the drawing, then the step out of it.
    """
    *still, moving = outwards
    return all(step <= max(STILL, HELD_SHARE * moving) for step in still)


SEAM_HOLD = Measure(
    "seam_hold",
    unit="frames",
    better=Better.LOWER,
    high=MOST_FRAMES_OFF,
    backend=BACKEND,
    threshold=0.5,  # the value is a whole number: one frame too many or too few fails
    required=True,
    answers_to="Hold pattern, such as twos or threes, that breaks at the seam: frames too many or "
    "too few",
    function=lambda seam: seam_hold(seam.rhythm),
    passes="seam_hold",
    fails="seam_hold_broken",
)
