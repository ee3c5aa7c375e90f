"""The rhythm of the drawings: which are shown too long, and which are missing."""

from collections import Counter
from collections.abc import Sequence

from ...holds import HoldPattern
from .steps import Passage

# A length that so many of the drawings have belongs to the pattern, as the 3 does in 1-2-2-3.
USUAL_SHARE = 0.2
# Where a drawing is missing, a step is twice as long as the mean of the two beside it; motion that
# eases leaves it at a little less. Before and after it the motion is even: it grows by less.
TWICE = 1.6
ONWARD = 0.5  # how alike the motion into and out of a drawing must be: it goes on, the same way
# Share of the steps that must have even motion around them. In less, such as in a picture that
# shakes, none missing means nothing, and neither does one.
LEAST_EVEN = 0.25


def usual_lengths(pattern: HoldPattern) -> tuple[int, ...]:
    """For how many frames the clip holds its drawings as a rule, ascending.

    The first and the last drawing may be cut off, so they don't count.
    """
    inside = pattern.lengths[1:-1] or pattern.lengths
    counts = Counter(inside)
    usual = [length for length, times in counts.items() if times >= USUAL_SHARE * len(inside)]
    return tuple(sorted({*usual, pattern.typical}))


def repeated_frames(pattern: HoldPattern) -> list[int]:
    """For each drawing, for how many frames it stays longer than the pattern has it."""
    most = usual_lengths(pattern)[-1]
    return [max(0, length - most) for length in pattern.lengths]


def missing_drawings(passages: Sequence[Passage | None]) -> tuple[list[int], int]:
    """Steps that are twice as long as their neighbours, in motion that is even around them.

    Args:
        passages: of each drawing, as a walk gives them.

    Returns:
        The drawings before which another is missing, and how many steps could be judged: 0 where
        too little of the motion is even to tell.
    """
    missing, judged, even = [], 0, 0
    for place in range(1, len(passages)):
        onto, off = _growth(passages[place - 1]), _growth(passages[place])
        if onto is None or off is None:
            continue
        judged += 1
        if not (_is_even(passages, place - 2) and _is_even(passages, place + 1)):
            continue
        even += 1
        beside = (1 / max(onto, 1e-6) + off) / 2  # their mean, in lengths of this step
        if beside <= 1 / TWICE:
            missing.append(place)
    if even < LEAST_EVEN * (len(passages) - 1):
        return [], 0
    return missing, judged


def _growth(passage: Passage | None) -> float | None:
    """Of the speed at a drawing; None where nothing moves on."""
    if passage is None or passage.growth is None or passage.onward < ONWARD:
        return None
    return passage.growth


def _is_even(passages: Sequence[Passage | None], place: int) -> bool:
    if not 0 <= place < len(passages):
        return False
    growth = _growth(passages[place])
    return growth is not None and 1 / TWICE < growth < TWICE
