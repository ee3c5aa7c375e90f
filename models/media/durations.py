"""Durations of frames in the ticks of a format."""

from fractions import Fraction
from itertools import pairwise


def durations(count: int, rate: Fraction, ticks: int) -> list[int]:
    """Return the duration of each frame in ticks; rounding errors don't add up.

    Args:
        count: number of frames.
        rate: frame rate in frames per second.
        ticks: ticks of the format in a second.

    Returns:
        Durations of at least one tick, whose sum is the whole duration to the nearest tick.

    Examples:
        >>> durations(4, Fraction(24), 100)
        [4, 4, 4, 5]
    """
    ends = [round(ticks * number / rate) for number in range(count + 1)]
    return [max(1, end - start) for start, end in pairwise(ends)]
