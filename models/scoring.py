"""Formulas of all scores: of one measurement, and of several measurements together.

A score is from 0 to 100, and 50 or more exactly where the verdict is PASS. Both ends are approached
and never reached, so that a worse value always has a lower score.
"""

import math
from collections.abc import Sequence

PASSING = 50.0
# Highest score of what fails. Without this limit, the score of a value that misses its threshold
# by a hair would be rounded to 50, which passes.
BELOW_PASS = math.nextafter(PASSING, 0.0)
# Factor by which the distance from 100, or from 0, falls from the threshold to the end of the
# scale: from 50 to .5. Halfway it is a tenth.
FALL = 100.0
# Weight of the measurements that are not the weakest. At a quarter, one at its limit (50) takes a
# sixth off the points that the weakest one leaves, and one at 90 takes a fortieth. That sixth is
# also the most that an optional measurement takes.
WEIGHT = 0.25


def score_at(beyond: float, good_room: float, bad_room: float, width: float) -> float:
    """Return the score of a value by its distance from the threshold.

    The distance is counted as a share `x` of the room between the threshold and the end of the
    scale on the value's side. On the passing side the score is `100 - 50 * 100 ** -x`, on the
    failing side `50 * 100 ** -x`: 50 at the threshold, 95 or 5 halfway, 99.5 or .5 at the end.

    Without room on the passing side the threshold is the good end itself, so a value at it has the
    99.5 of a good end. Without room on the failing side, `width` takes the room's place.

    Args:
        beyond: distance from the threshold, from 0 up on the passing side, below 0 on the other.
        good_room: distance from the threshold to the good end of the scale.
        bad_room: distance from the threshold to the bad end of the scale.
        width: distance between the ends of the scale.

    Examples:
        >>> [round(score_at(beyond, 1.0, 2.0, 3.0), 3) for beyond in (-2.0, -1.0, 0.0, 0.5, 1.0)]
        [0.5, 5.0, 50.0, 95.0, 99.5]
    """
    if beyond >= 0:
        share = beyond / good_room if good_room > 0 else 1 + beyond / width
        return 100 - PASSING * FALL**-share
    share = -beyond / (bad_room if bad_room > 0 else width)
    return min(PASSING * FALL**-share, BELOW_PASS)


def combined_score(scores: Sequence[float], optional: Sequence[float] = ()) -> float | None:
    """Return the score of several measurements together: the weakest decides, the others lower it.

    With `m`, the lowest score, and `q`, the product of `(score / 100) ** (1 / 4)` of all others:
    `50 + (m - 50) * q` if all pass, `m * q ** (1 - m / 50)` if one fails. So a better score of any
    of them never lowers the result, the result is 50 or more exactly if `m` is, and it does not
    jump where `m` crosses 50. A single score remains as it is.

    Optional measurements are never the weakest, and count in `q` with the mean of their score and
    100. They tell takes apart, but a style that one of them mistakes for a fault keeps 90 points.

    Args:
        scores: scores of 0–100 in any order.
        optional: scores of measurements that are not required.

    Returns:
        The score; None if there are no scores.

    Examples:
        >>> [round(combined_score(scores), 1) for scores in ([80, 99], [80, 60])]
        [79.9, 59.5]
        >>> [round(combined_score(scores), 1) for scores in ([30, 99], [30, 60])]
        [30.0, 28.5]
    """
    if not scores:
        return None
    weakest, *further = sorted(scores)
    halved = ((score + 100) / 2 for score in optional)
    factor = math.prod(score / 100 for score in (*further, *halved)) ** WEIGHT
    if weakest >= PASSING:
        return PASSING + (weakest - PASSING) * factor
    return min(float(weakest * factor ** (1 - weakest / PASSING)), BELOW_PASS)


def rounded_score(score: float, digits: int = 0) -> float:
    """Return a rounded score, of which a failing one stays below 50.

    Examples:
        >>> rounded_score(49.99), rounded_score(49.99, digits=1), rounded_score(72.5, digits=1)
        (49.0, 49.9, 72.5)
    """
    rounded = round(score, digits)
    return rounded if score >= PASSING else min(rounded, round(PASSING - 10.0**-digits, digits))


def score_text(score: float) -> str:
    """Return a score as a whole number for people, such as `49` for a FAIL of 49.9."""
    return f"{rounded_score(score):.0f}"
