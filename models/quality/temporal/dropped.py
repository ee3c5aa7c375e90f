"""Dropped drawings: steps that are about twice as long as those of the even motion around them."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import torch

from ...frames import Absence
from ...measure import Measure, Value, short
from ...measurement import Better
from .cells import cell_means
from .steadiness import FROM_DIFFERENCE, bends
from .step_flow import FLOW

if TYPE_CHECKING:
    from .clip_steps import ClipSteps
    from .findings import Findings

MOVING = 0.25  # px at the working size; the speed of a slower pixel is noise
SAME_DIRECTION = 0.7  # cosine from which a pixel goes on in its direction
LEAST_CELLS = 0.08  # share of the cells that must go on
# Where a drawing is missing, everything doubles its speed. So the change of speed is mostly that on
# which three quarters of the cells agree, and only to this share that of the middle one.
MIDDLE_SHARE = 0.2
# The speed that is expected of a step is the first quarter of those of up to so many steps on
# either side, as most of them may be long themselves.
AROUND, USUAL = 3, 0.25
LEAST_STEPS = 5
# Octaves above the expected speed from which a step counts in part, and from which it counts as one
# missing drawing. Without errors the step is one octave above.
PARTLY, WHOLE = 0.5, 0.8
# Octaves between the quarters of the cells. If parts of the picture change their speed so
# differently, their motion is uneven by itself, and nothing can be missing from it.
MOST_SPREAD = 0.75
# No steps are judged if the picture shakes by more than this share of the motion's speed, even in
# the calmest tenth of the drawings. A shake by a tenth makes one step in 25 look twice as long.
SHAKY, CALMEST = 0.03, 0.1
BEND = 0.25  # octaves by which a long step may be shorter than one beside it
WINDOW = 16  # steps among which the missing drawings are counted


@dataclass(frozen=True)
class PaceChange:
    """Change of speed at a drawing, in octaves (powers of 2).

    Attributes:
        octaves: speed after the drawing divided by the speed before it.
        spread: distance between the first and the third quarter of the cells.
    """

    octaves: float
    spread: float


def pace_change(
    before: torch.Tensor, after: torch.Tensor, visible: torch.Tensor
) -> PaceChange | None:
    """Measure the change of speed of the pixels that go on in their direction.

    Args:
        before: motion in the step before the drawing, px, shape (2, height, width).
        after: motion in the step after it.
        visible: mask of the pixels that both neighbours show, shape (height, width).

    Returns:
        The change; None if too little goes on.
    """
    speed_before, speed_after = torch.hypot(*before), torch.hypot(*after)
    goes_on = (before * after).sum(dim=0) > SAME_DIRECTION * speed_before * speed_after
    moving = visible & goes_on & (torch.minimum(speed_before, speed_after) > MOVING)
    speeds = cell_means(torch.stack([speed_before, speed_after]), moving)
    measured = speeds[0].isfinite()
    if measured.float().mean() < LEAST_CELLS:
        return None
    cells_before, cells_after = speeds[:, measured]
    octaves, order = (cells_after / cells_before).log2().sort()
    weights = (cells_before + cells_after).sqrt()[order].cumsum(0)
    places = torch.searchsorted(weights, weights[-1] * torch.tensor([0.25, 0.5, 0.75]).to(weights))
    first, middle, third = octaves[places.clamp(max=len(octaves) - 1)].tolist()
    agreed = 0.0 if first * third <= 0 else min(first, third, key=abs)
    return PaceChange(MIDDLE_SHARE * middle + (1 - MIDDLE_SHARE) * agreed, third - first)


def missing_before(changes: Sequence[float | None]) -> list[float | None]:
    """Return how much of a drawing is missing before each drawing: 0 for none, 1 for one.

    Args:
        changes: change of speed at each drawing, in octaves; None where it is unknown.

    Returns:
        A number for each drawing; None where it is unknown.
    """
    missing: list[float | None] = [None] * len(changes)
    start = 0
    while start < len(changes):
        end = start
        while end < len(changes) and changes[end] is not None:
            end += 1
        octaves = [each for each in changes[start:end] if each is not None]
        if len(octaves) >= LEAST_STEPS - 1:
            speeds = np.concatenate([[0.0], np.cumsum(octaves)])
            for place in range(len(speeds)):
                beyond = (_beyond_usual(speeds, place) - PARTLY) / (WHOLE - PARTLY)
                missing[start + place] = float(np.clip(beyond, 0, 1))
        start = end + 1
    return missing


def _beyond_usual(speeds: np.ndarray, place: int) -> float:
    """Return how far a step's speed is above the usual speed there, all in octaves."""
    around = np.arange(max(0, place - AROUND), min(len(speeds), place + AROUND + 1))
    first, second = np.triu_indices(len(around), 1)
    values = speeds[around]
    # Speed that grows or falls evenly is no fault. The median of the slopes of all pairs (Theil,
    # Sen) is that of the usual steps, even if some are long.
    slope = np.median((values[second] - values[first]) / (second - first))
    level = np.quantile(values - slope * (around - place), USUAL)
    beside = [speeds[place] - speeds[i] for i in (place - 1, place + 1) if 0 <= i < len(speeds)]
    # Near a turn of the motion the speed bends: it grows from step to step, or falls.
    if min(beside) < -BEND:
        return 0.0
    return float(min(speeds[place] - level, max(beside)))


def dropped_drawings(findings: "Findings") -> list[float | None] | None:
    """Return the result of `missing_before`, or None if the motion is too uneven or shakes."""
    triplets = findings.clip_steps.triplets
    changes = [None if each is None else each.pace for each in triplets]
    missing = missing_before([None if each is None else each.octaves for each in changes])
    spreads = [each.spread for each in changes if each is not None]
    judged = sum(each is not None for each in missing)
    if judged < len(findings.clip_steps.steps) / 2 or np.mean(spreads) > MOST_SPREAD:
        return None
    return None if _shakes(findings.clip_steps, missing) else missing


def _shakes(clip_steps: "ClipSteps", missing: Sequence[float | None]) -> bool:
    """Return True if the picture shakes even where it shakes least, apart from missing drawings.

    A step that is twice as long leaves the smooth path too, for four drawings. If every fourth or
    fifth drawing is missing, all drawings are near such a step. So the part of the displacements
    that such steps explain, all with the same motion, is subtracted by least squares.
    """
    differences = bends(clip_steps.triplets)
    places = [place for place, each in enumerate(differences) if each is not None]
    if not places:
        return False
    actual = np.array([differences[place] for place in places])
    # A drawing's distance from the middle of its neighbours is half the difference of the steps
    # before and after it.
    displacements = -np.diff([each or 0.0 for each in missing], append=0.0) / 2
    explained = np.convolve(displacements, [1.0, -2.0, 1.0], mode="same")[places]
    motion = explained @ actual / max(float(explained @ explained), 1e-9)
    remaining = actual - np.outer(explained, motion)
    # Where the motion isn't the same everywhere, subtracting may add to calm drawings.
    calmest = min(
        np.quantile(np.linalg.norm(each, axis=1), CALMEST) for each in (actual, remaining)
    )
    speeds = [step.speed for step in clip_steps.steps if step is not None]
    return bool(calmest * FROM_DIFFERENCE > SHAKY * median(speeds))


def _dropped(findings: "Findings") -> Value | Absence:
    missing = dropped_drawings(findings)
    if missing is None:
        return Absence(NO_EVEN_MOTION, counts=False)
    counts = np.array([each or 0.0 for each in missing])
    window = np.ones(min(WINDOW, len(counts)))
    count = float(np.convolve(counts, window, mode="valid").max())
    drawings = findings.pattern.drawings
    frames = [drawings[place] for place in np.flatnonzero(counts > 0)]
    facts = {"drawings": short(count), "steps": len(window), "frame": drawings[counts.argmax()]}
    per_frame = findings.pattern.along_frames(missing, held_value=0.0)
    return Value(count, facts, per_frame=per_frame, details={"frames": frames})


NO_EVEN_MOTION = "no_even_motion"
DROPPED = Measure(
    "dropped",
    unit="drawings",
    better=Better.LOWER,
    high=6.0,
    backend=FLOW,
    threshold=0.9,  # nearly one: a single missing drawing in even motion is a visible jerk
    required=True,
    answers_to="Missing drawings: number of steps about twice as long as the even motion around "
    "them, among any 16 steps",
    function=_dropped,
    passes="none_dropped",
    fails="dropped",
    absences=(NO_EVEN_MOTION,),
)
