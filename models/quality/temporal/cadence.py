"""The rhythm of the drawings: which are shown too long, and which are missing."""

import math
from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from ...frames import Absence
from ...holds import HoldPattern
from ...measure import Measure, Value
from ...measurement import Better
from ...perceptual.structural import BACKEND
from .clip_steps import FLOW, Passage, Walk
from .steadiness import shaking, usual_shaking

if TYPE_CHECKING:
    from .findings import Findings

# A length that so many of the drawings have belongs to the pattern, as the 3 does in 1-2-2-3.
USUAL_SHARE = 0.2
ONWARD = 0.5  # how alike, or how opposite, motion into and out of a drawing must be to be one
BESIDE = 2  # steps on either side that say how long a step should be
# Five steps of motion that gains or loses speed evenly: their times, and how long they take.
EVEN = (np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), np.ones(5))
# The same where the middle one leaves out a drawing.
MISSING = (np.array([-2.5, -1.5, 0.0, 1.5, 2.5]), np.array([1.0, 1.0, 2.0, 1.0, 1.0]))
# Share of the five that a fit may leave: half of what 1 1 2 1 1 leaves of the even one, and
# 1 1 1 1 1 of the other.
LEFT = 0.15
# Share of the steps that must lie among five that fit one of the two. Of a picture that shakes
# hardly any do, and there none missing means nothing, and neither does one.
LEAST_FITTING = 1 / 3
# Of the speed: a picture that shakes by a tenth of it has a step that looks like two in every 25.
SHAKY = 0.05


def usual_lengths(pattern: HoldPattern) -> tuple[int, ...]:
    """For how many frames the clip holds its drawings as a rule, ascending.

    The first and the last drawing may be cut off, so they don't count.
    """
    inside = pattern.lengths[1:-1] or pattern.lengths
    counts = Counter(inside)
    usual = [length for length, times in counts.items() if times >= USUAL_SHARE * len(inside)]
    return tuple(sorted({*usual, pattern.typical}))


def repeated_frames(pattern: HoldPattern) -> list[int]:
    """For each drawing, for how many frames it stays longer than the pattern has it."""
    most = usual_lengths(pattern)[-1]
    return [max(0, length - most) for length in pattern.lengths]


def missing_drawings(walk: Walk) -> tuple[list[int], int]:
    """Steps that take the way of two, in motion that gains or loses speed evenly around them.

    Args:
        walk: along the drawings.

    Returns:
        The drawings before which another is missing, and how many steps could be judged: 0 where
        too little of the motion is even to tell.
    """
    missing: list[int] = []
    judged: set[int] = set()
    smooth: set[int] = set()
    for step in range(BESIDE, len(walk.steps) - BESIDE):
        lengths = _lengths(walk.passages, step)
        if lengths is None:
            continue
        is_even, is_gap = _left(lengths, *EVEN) <= LEFT, _left(lengths, *MISSING) <= LEFT
        if not (is_even or is_gap):
            continue
        judged.update(range(step - BESIDE, step + BESIDE + 1))
        if is_even:
            smooth.update((step, step + 1))
        else:
            missing.append(step + 1)
    if len(judged) < LEAST_FITTING * len(walk.steps) or _is_shaky(walk, smooth):
        return [], 0
    return missing, len(judged)


def _is_shaky(walk: Walk, drawings: set[int]) -> bool:
    """Whether the picture shakes too much to tell, at drawings where none is missing."""
    off = shaking(walk.passages)
    usual = usual_shaking([off[place] for place in sorted(drawings)])
    speeds = [step.speed for step in walk.steps if step is not None]
    return usual is not None and usual > SHAKY * median(speeds)


def _lengths(passages: Sequence[Passage | None], step: int) -> np.ndarray | None:
    """Of five steps, in lengths of the middle one; negative where the motion has turned back."""
    growths = [_growth(passages[step + place]) for place in range(1 - BESIDE, 1 + BESIDE)]
    before, into, onto, after = growths
    if before is None or into is None or onto is None or after is None:
        return None
    return np.array([1 / into / before, 1 / into, 1.0, onto, onto * after])


def _growth(passage: Passage | None) -> float | None:
    """Of the speed at a drawing, negative where it turns; None where nothing moves on or back."""
    if passage is None or not passage.growth or abs(passage.onward) < ONWARD:
        return None
    return math.copysign(passage.growth, passage.onward)


def _left(lengths: np.ndarray, times: np.ndarray, durations: np.ndarray) -> float:
    """What a speed that changes evenly leaves unexplained, as a share of the steps."""
    basis = np.stack([durations, durations * times], axis=1)
    fitted = basis @ np.linalg.lstsq(basis, lengths, rcond=None)[0]
    return float(np.linalg.norm(lengths - fitted) / np.linalg.norm(lengths))


def _drawing_rate(found: "Findings") -> Value:
    pattern = found.pattern
    rate = found.fps / pattern.typical
    facts = {"rate": round(rate, 1), "hold": pattern.typical}
    details = {
        "hold": pattern.typical,
        "usual_holds": usual_lengths(pattern),
        "lengths": pattern.lengths,
    }
    return Value(rate, facts, details=details)


def _duplicates(found: "Findings") -> Value:
    pattern, extra = found.pattern, repeated_frames(found.pattern)
    facts = {"frames": sum(extra), "hold": usual_lengths(pattern)[-1]}
    per_frame = pattern.along_frames([float(each) for each in extra], held_value=0.0)
    return Value(100 * sum(extra) / pattern.frames, facts, per_frame=per_frame)


def _dropped(found: "Findings") -> Value | Absence:
    missing, judged = missing_drawings(found.walk)
    if not judged:
        return Absence(NO_EVEN_MOTION, counts=False)
    drawings = found.pattern.drawings
    gaps = [float(place in missing) for place in range(len(drawings))]
    return Value(
        100 * len(missing) / judged,
        {"drawings": len(missing), "steps": judged},
        per_frame=found.pattern.along_frames(gaps, held_value=0.0),
        details={"frames": [drawings[place] for place in missing], "judged": judged},
    )


NO_EVEN_MOTION = "no_even_motion"
DRAWING_RATE = Measure(
    "drawing_rate",
    unit="drawings/s",
    better=Better.HIGHER,
    high=12.0,
    backend=BACKEND,
    # At 24 frames a second most anime is on twos (12 drawings a second, the whole score), limited
    # animation goes down to fours; below that it is a slide show.
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
    # A drawing that stays too long once in fifty frames is a stumble every two seconds.
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
    threshold=2.0,  # of the steps that can be judged; as for duplicates
    answers_to="Missing drawings: steps twice as long as the even motion around them, in % of the "
    "steps that can be judged",
    function=_dropped,
    passes="none_dropped",
    fails="dropped",
    absences=(NO_EVEN_MOTION,),
)
