"""Does the camera stay steady?"""

import math
from collections.abc import Sequence

import numpy as np

from .steps import Passage

LEAST_SHAKEN = 6  # drawings; in fewer a swing can't be told from a shake
# Root mean square of a displacement in two directions, over the median of its length, for normally
# distributed ones (Rayleigh).
FROM_MEDIAN = 1 / math.sqrt(math.log(2))


def shaking(passages: Sequence[Passage | None]) -> list[float | None]:
    """How far the whole picture lies, at each drawing, off the middle of its neighbours' places.

    A pan is a line and an easing camera nearly one. Independent displacements of root mean square
    s (right and down together) come back with the root mean square s.

    Returns:
        In shorter sides, of each drawing; None where it can't be told.
    """
    return [
        None
        if passage is None or passage.shaken is None
        else math.hypot(*passage.shaken) / math.sqrt(1.5)
        for passage in passages
    ]


def usual_shaking(off: Sequence[float | None]) -> float | None:
    """Root mean square, from the median: a snap, a cut or a missing drawing is no shake.

    None where it can be told at too few drawings.
    """
    known = [each for each in off if each is not None]
    return float(np.median(known)) * FROM_MEDIAN if len(known) >= LEAST_SHAKEN else None
