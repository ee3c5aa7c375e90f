"""Does the camera stay steady?"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .clip_steps import FLOW, Passage

if TYPE_CHECKING:
    from .findings import Findings

LEAST_SHAKEN = 6  # drawings; in fewer a swing can't be told from a shake
# Variance of a fourth difference of independent places, 1 − 4 + 6 − 4 + 1, of which `shaken`, off
# the middle of two neighbours, is half a second one.
FOURTH = 2 / math.sqrt(70)
# Root mean square of a displacement in two directions, over the median of its length, for normally
# distributed ones (Rayleigh).
FROM_MEDIAN = 1 / math.sqrt(math.log(2))


def shaking(passages: Sequence[Passage | None]) -> list[float | None]:
    """How far the whole picture lies off its path at each drawing, as two on either side have it.

    The path is a curve, of the third degree: a pan, a camera that eases and one that swings
    within a dozen drawings follow it, and a large figure that swings and is taken for the picture.
    Independent displacements of root mean square s (right and down together) come back with the
    root mean square s.

    Returns:
        In shorter sides, of each drawing; None where it can't be told.
    """
    off: list[float | None] = [None] * len(passages)
    for place in range(1, len(passages) - 1):
        around = [None if each is None else each.shaken for each in passages[place - 1 : place + 2]]
        before, here, after = around
        if before is not None and here is not None and after is not None:
            across, down = (before[i] - 2 * here[i] + after[i] for i in (0, 1))
            off[place] = math.hypot(across, down) * FOURTH
    return off


def usual_shaking(off: Sequence[float | None]) -> float | None:
    """Root mean square, from the median: a snap, a cut or a missing drawing is no shake.

    None where it can be told at too few drawings.
    """
    known = [each for each in off if each is not None]
    return float(np.median(known)) * FROM_MEDIAN if len(known) >= LEAST_SHAKEN else None


def _jitter(found: "Findings") -> Value | Absence:
    off = shaking(found.walk.passages)
    usual = usual_shaking(off)
    if usual is None:
        return Absence(NO_TEXTURE, counts=False)
    per_frame = found.pattern.along_frames([None if each is None else 100 * each for each in off])
    return Value(100 * usual, {"percent": short(100 * usual)}, per_frame=per_frame)


NO_TEXTURE = "no_texture"
JITTER = Measure(
    "jitter",
    unit="% of shorter side",
    better=Better.LOWER,
    high=2.0,
    backend=FLOW,
    # One arcminute, what the eye resolves, is a tenth of a percent of a picture's height from three
    # heights away (ITU-R BT.500's distance for HD); displacements of twice that go back and forth
    # by about five of them.
    threshold=0.2,
    answers_to="Camera shake: how far the whole picture is off its smooth path, in % of the "
    "shorter side. A pan or a slow swing is no shake",
    function=_jitter,
    passes="steady_picture",
    fails="shakes",
    absences=(NO_TEXTURE,),
)
