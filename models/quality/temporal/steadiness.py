"""Steadiness of the camera: displacement of the whole picture from its path."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .step_flow import FLOW

if TYPE_CHECKING:
    from .findings import Findings
    from .triplet import Triplet

# Drawings with a known displacement; with fewer, a swing can't be distinguished from shaking.
LEAST_DRAWINGS = 6
# Factor that converts the second difference of `Triplet.displacement` into a displacement from the
# path. `Triplet.displacement` is half the second difference of the positions, so its own second
# difference is half their fourth difference. The squares of the weights of a fourth difference
# (1, −4, 6, −4, 1) add up to 70, so its variance is 70 times that of independent positions.
FROM_DIFFERENCE = 2 / math.sqrt(70)
# Root mean square of the lengths of displacements, divided by their median, if both components are
# normally distributed (Rayleigh distribution).
FROM_MEDIAN = 1 / math.sqrt(math.log(2))


def shaking(triplets: Sequence["Triplet | None"]) -> list[float | None]:
    """Return the displacement of the whole picture from its path at each drawing.

    The path is a curve of the third degree through the positions in two drawings on either side. A
    pan, a camera that eases and a swing that takes a dozen drawings follow such a curve, so they
    aren't shaking. The same is true of a swinging figure that is so large that it counts as the
    whole picture. If the displacements of the drawings are independent, the result has the same
    root mean square as they have (right and down together).

    Args:
        triplets: measurements at each drawing.

    Returns:
        Displacement at each drawing, as a share of the shorter side; None where it is unknown.
    """
    return [
        None if bend is None else math.hypot(*bend) * FROM_DIFFERENCE for bend in bends(triplets)
    ]


def bends(triplets: Sequence["Triplet | None"]) -> list[tuple[float, float] | None]:
    """Return the second difference of `Triplet.displacement` at each drawing.

    Args:
        triplets: measurements at each drawing.

    Returns:
        To the right and downwards, as a share of the shorter side; None where it is unknown.
    """
    differences: list[tuple[float, float] | None] = [None] * len(triplets)
    for place in range(1, len(triplets) - 1):
        before, middle, after = (
            None if triplet is None else triplet.displacement
            for triplet in triplets[place - 1 : place + 2]
        )
        if before is not None and middle is not None and after is not None:
            across, down = (before[axis] - 2 * middle[axis] + after[axis] for axis in (0, 1))
            differences[place] = across, down
    return differences


def usual_shaking(displacements: Sequence[float | None]) -> float | None:
    """Return the root mean square of displacements, or None if too few are known.

    It is computed from their median, which a single jump or missing drawing doesn't change: they
    are no shaking.
    """
    measured = [each for each in displacements if each is not None]
    return float(np.median(measured)) * FROM_MEDIAN if len(measured) >= LEAST_DRAWINGS else None


def _jitter(findings: "Findings") -> Value | Absence:
    displacements = shaking(findings.clip_steps.triplets)
    strength = usual_shaking(displacements)
    if strength is None:
        return Absence(NO_TEXTURE, counts=False)
    percentages = [None if each is None else 100 * each for each in displacements]
    per_frame = findings.pattern.along_frames(percentages)
    return Value(100 * strength, {"percent": short(100 * strength)}, per_frame=per_frame)


NO_TEXTURE = "no_texture"
JITTER = Measure(
    "jitter",
    unit="% of shorter side",
    better=Better.LOWER,
    high=2.0,
    backend=FLOW,
    # The eye resolves one arcminute. From three picture heights away (the distance of ITU-R BT.500
    # for HD) that is a tenth of a percent of the height. Displacements of twice that move the
    # picture back and forth by about five arcminutes.
    threshold=0.2,
    required=True,
    answers_to="Camera shake: how far the whole picture is off its smooth path, in % of the "
    "shorter side. A pan or a slow swing is no shake",
    function=_jitter,
    passes="steady_picture",
    fails="shakes",
    absences=(NO_TEXTURE,),
)
