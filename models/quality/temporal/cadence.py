"""Cadence of the drawings: their rate, repeated frames and missing drawings."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...holds import HoldPattern
from ...measure import Measure, Value, short
from ...measurement import Better
from ...perceptual.structural import BACKEND
from .clip_steps import FLOW, ClipSteps, Triplet
from .steadiness import shaking, usual_shaking

if TYPE_CHECKING:
    from .findings import Findings

# Share of the drawings from which a hold length belongs to the pattern, as the 3 does in 1-2-2-3.
USUAL_SHARE = 0.2
# Absolute cosine of the angle between the motion before and after a drawing, from which the two
# count as one motion that goes on or turns back.
LEAST_COSINE = 0.5
BESIDE = 2  # steps on either side that predict the length of a step
# Five steps in a row of a motion whose speed changes evenly: time of the middle of each step, and
# its duration. The unit of both is the usual time from one drawing to the next.
EVEN = (np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), np.ones(5))
# The same if a drawing is missing in the middle step.
MISSING = (np.array([-2.5, -1.5, 0.0, 1.5, 2.5]), np.array([1.0, 1.0, 2.0, 1.0, 1.0]))
# Greatest residual with which five steps fit `EVEN` or `MISSING`, as a share of their lengths.
# Steps of the lengths 1 1 2 1 1 fit `EVEN`, and steps of 1 1 1 1 1 fit `MISSING`, with twice this
# residual.
MOST_RESIDUAL = 0.15
# Share of a clip's steps that must lie among five steps that fit. If the picture shakes, hardly any
# steps fit, and the few that do can't show that a drawing is missing or that none is.
LEAST_FITTING = 1 / 3
# Shaking, as a share of the speed of the motion, above which no steps are judged. If the picture
# shakes by a tenth of that speed, one step in 25 looks twice as long as it is.
SHAKY = 0.05


def usual_lengths(pattern: HoldPattern) -> tuple[int, ...]:
    """Return the usual lengths of a drawing in frames, ascending.

    The first and the last drawing may be cut off, so they don't count.
    """
    inside = pattern.lengths[1:-1] or pattern.lengths
    counts = Counter(inside)
    lengths = [length for length, times in counts.items() if times >= USUAL_SHARE * len(inside)]
    return tuple(sorted({*lengths, pattern.typical}))


def repeated_frames(pattern: HoldPattern) -> list[int]:
    """Return, for each drawing, how many frames it is longer than the longest usual length."""
    longest = usual_lengths(pattern)[-1]
    return [max(0, length - longest) for length in pattern.lengths]


def missing_drawings(clip_steps: ClipSteps) -> tuple[list[int], int]:
    """Find steps twice as long as expected, in motion whose speed changes evenly around them.

    Args:
        clip_steps: measurements along the drawings.

    Returns:
        The places of the drawings before which another one is missing, and the number of steps
        that could be judged: 0 if too little of the motion is even, or if the picture shakes.
    """
    missing: list[int] = []
    judged: set[int] = set()
    complete: set[int] = set()  # drawings beside which none is missing
    for step in range(BESIDE, len(clip_steps.steps) - BESIDE):
        lengths = _lengths(clip_steps.triplets, step)
        if lengths is None:
            continue
        is_even = _residual(lengths, *EVEN) <= MOST_RESIDUAL
        is_gap = _residual(lengths, *MISSING) <= MOST_RESIDUAL
        if not (is_even or is_gap):
            continue
        judged.update(range(step - BESIDE, step + BESIDE + 1))
        if is_even:
            complete.update((step, step + 1))
        else:
            missing.append(step + 1)
    if len(judged) < LEAST_FITTING * len(clip_steps.steps) or _is_shaky(clip_steps, complete):
        return [], 0
    return missing, len(judged)


def _is_shaky(clip_steps: ClipSteps, drawings: set[int]) -> bool:
    """Return True if the picture shakes too much to judge its steps.

    Args:
        clip_steps: measurements along the drawings.
        drawings: places of the drawings beside which none is missing.
    """
    displacements = shaking(clip_steps.triplets)
    strength = usual_shaking([displacements[drawing] for drawing in sorted(drawings)])
    speeds = [step.speed for step in clip_steps.steps if step is not None]
    return strength is not None and strength > SHAKY * median(speeds)


def _lengths(triplets: Sequence[Triplet | None], step: int) -> np.ndarray | None:
    """Return the lengths of five steps, of which `step` is the middle one and has a length of 1.

    A length is negative if the motion has turned back. None if a ratio of two steps is unknown.
    """
    ratios = [_signed_ratio(triplets[step + place]) for place in range(1 - BESIDE, 1 + BESIDE)]
    first, second, third, fourth = ratios
    if first is None or second is None or third is None or fourth is None:
        return None
    return np.array([1 / second / first, 1 / second, 1.0, third, third * fourth])


def _signed_ratio(triplet: Triplet | None) -> float | None:
    """Return the ratio of the speeds after and before a drawing, negative if the motion turns back.

    None if nothing moves, or if the two motions are not along one line.
    """
    if triplet is None or not triplet.speed_ratio or abs(triplet.motion_cosine) < LEAST_COSINE:
        return None
    return math.copysign(triplet.speed_ratio, triplet.motion_cosine)


def _residual(lengths: np.ndarray, times: np.ndarray, durations: np.ndarray) -> float:
    """Return the residual of a motion whose speed changes evenly, fitted to five steps.

    Args:
        lengths: lengths of the steps.
        times: time of the middle of each step.
        durations: duration of each step.

    Returns:
        Euclidean norm of the differences, as a share of that of the lengths.
    """
    basis = np.stack([durations, durations * times], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, lengths, rcond=None)[0]
    return float(np.linalg.norm(lengths - fitted) / np.linalg.norm(lengths))


def _drawing_rate(findings: "Findings") -> Value:
    pattern = findings.pattern
    rate = findings.fps / pattern.typical
    facts = {"rate": short(rate), "hold": pattern.typical}
    details = {
        "hold": pattern.typical,
        "usual_holds": usual_lengths(pattern),
        "lengths": pattern.lengths,
    }
    return Value(rate, facts, details=details)


def _duplicates(findings: "Findings") -> Value:
    pattern = findings.pattern
    repeated = repeated_frames(pattern)
    facts = {"frames": sum(repeated), "hold": usual_lengths(pattern)[-1]}
    per_frame = pattern.along_frames([float(frames) for frames in repeated], held_value=0.0)
    return Value(100 * sum(repeated) / pattern.frames, facts, per_frame=per_frame)


def _dropped(findings: "Findings") -> Value | Absence:
    missing, judged = missing_drawings(findings.clip_steps)
    if not judged:
        return Absence(NO_EVEN_MOTION, counts=False)
    drawings = findings.pattern.drawings
    gaps = [float(place in missing) for place in range(len(drawings))]
    return Value(
        100 * len(missing) / judged,
        {"drawings": len(missing), "steps": judged},
        per_frame=findings.pattern.along_frames(gaps, held_value=0.0),
        details={"frames": [drawings[place] for place in missing], "judged": judged},
    )


NO_EVEN_MOTION = "no_even_motion"
DRAWING_RATE = Measure(
    "drawing_rate",
    unit="drawings/s",
    better=Better.HIGHER,
    high=12.0,
    backend=BACKEND,
    # At 24 frames a second most anime is on twos (12 drawings a second, which get the full score).
    # Limited animation goes down to fours; fewer drawings are a slide show.
    threshold=6.0,
    required=True,
    answers_to="Different drawings per second. The hold pattern is in the report's details",
    function=_drawing_rate,
    passes="enough_drawings",
    fails="few_drawings",
)
DUPLICATES = Measure(
    "duplicates",
    unit="% of frames",
    better=Better.LOWER,
    high=25.0,
    backend=BACKEND,
    # One repeated frame in fifty is a visible stumble every two seconds.
    threshold=2.0,
    answers_to="Frames that repeat a drawing for longer than the clip's own hold pattern, in %",
    function=_duplicates,
    passes="no_duplicates",
    fails="duplicates",
)
DROPPED = Measure(
    "dropped",
    unit="% of steps",
    better=Better.LOWER,
    high=25.0,
    backend=FLOW,
    threshold=2.0,  # % of the steps that can be judged, as for duplicates
    answers_to="Missing drawings: steps twice as long as the even motion around them, in % of the "
    "steps that can be judged",
    function=_dropped,
    passes="none_dropped",
    fails="dropped",
    absences=(NO_EVEN_MOTION,),
)
