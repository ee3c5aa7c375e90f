"""Exact times of frames in a sound: the sample at which each frame begins."""

import math
from fractions import Fraction


def first_sample(frame: int, fps: Fraction, rate: int) -> int:
    """Return the sample at which a frame begins: the one nearest to `frame / fps` seconds.

    Every frame is computed from the clip's start, so that no error adds up.

    Args:
        frame: index of the frame, from 0; the number of frames gives the clip's end.
        fps: frames per second.
        rate: sample rate in Hz.

    Examples:
        Ten thousand frames of 24000/1001 a second last 417.083… seconds.

        >>> first_sample(10_000, Fraction(24000, 1001), 48_000)
        20020000
    """
    return math.floor(Fraction(frame * rate) / fps + Fraction(1, 2))
