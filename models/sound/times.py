"""Exact times of frames in a sound: the sample at which each frame begins."""

import math
from fractions import Fraction

# Rates of film and video of which a variant by 1000/1001 is in use, in frames per second.
NOMINAL_RATES = (24, 30, 48, 60, 120)
# Such a variant is written with two digits or more: 23.98 stands for 24000/1001, which is 23.976.
ROUNDING = 0.005
LARGEST_DENOMINATOR = 10**6


def exact_rate(fps: float) -> Fraction:
    """Return the frame rate that a number stands for.

    Args:
        fps: frames per second, above 0. A rounded rate of NTSC, such as 23.98 or 29.97, stands for
            the exact one.

    Examples:
        >>> exact_rate(23.976), exact_rate(29.97), exact_rate(12.5), exact_rate(24.0)
        (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25, 2), Fraction(24, 1))
    """
    for nominal in NOMINAL_RATES:
        variant = Fraction(nominal * 1000, 1001)
        if abs(fps - variant) <= ROUNDING:
            return variant
    return Fraction(fps).limit_denominator(LARGEST_DENOMINATOR)


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
