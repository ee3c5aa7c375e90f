"""Exact frame rates."""

from fractions import Fraction

# Rates of NTSC: each is played 1000/1001 times as fast (SMPTE ST 12-1).
NTSC_RATES = (12, 15, 24, 30, 48, 60, 120)
# Frames per second by which a typed rate may differ from NTSC's: 23.98 stands for 24000/1001.
NTSC_ROUNDING = 0.005
LARGEST_DENOMINATOR = 1001


def exact_rate(fps: float | Fraction) -> Fraction:
    """Return the frame rate that a number stands for.

    Args:
        fps: frame rate in frames per second, above 0, as a person types it.

    Examples:
        >>> exact_rate(23.976), exact_rate(29.97), exact_rate(12.5), exact_rate(24)
        (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25, 2), Fraction(24, 1))
    """
    for whole in NTSC_RATES:
        rate = Fraction(whole * 1000, 1001)
        if abs(float(fps) - float(rate)) < NTSC_ROUNDING:
            return rate
    # A rate close to 0 would become 0.
    return Fraction(fps).limit_denominator(LARGEST_DENOMINATOR) or Fraction(fps)
