"""Cadence of the drawings: their rate, and frames that repeat one for too long."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...holds import HoldPattern
from ...measure import Measure, Value, short
from ...measurement import Better
from ...perceptual.structural import BACKEND

if TYPE_CHECKING:
    from .findings import Findings

# Share of the drawings from which a hold length belongs to the pattern, as the 3 does in 1-2-2-3.
USUAL_SHARE = 0.2
PAUSE = 3  # times the longest usual length; a longer hold is meant
# Two lengths in turn, or three, are a pattern too, if the drawings repeat it so exactly.
LONGEST_PERIOD, PERIODIC = 6, 0.85
# On ones, a drawing is held only by mistake, unless this share of them is.
USUAL_ON_ONES = 0.67


def usual_lengths(pattern: HoldPattern) -> tuple[int, ...]:
    """Return the usual lengths of a drawing in frames, ascending.

    Animators mix twos and threes freely, and repeat patterns such as 1-2-2-3 exactly; a clip on
    ones has no other lengths. The first and the last drawing may be cut off, so they don't count.
    """
    inside = pattern.lengths[1:-1] or pattern.lengths
    on_ones = pattern.typical == 1
    if _is_periodic(inside, 2 if on_ones else LONGEST_PERIOD):
        return tuple(sorted(set(inside)))
    counts = Counter(inside)
    share = USUAL_ON_ONES if on_ones else USUAL_SHARE
    lengths = [length for length, times in counts.items() if times >= share * len(inside)]
    return tuple(sorted({*lengths, pattern.typical}))


def _is_periodic(lengths: Sequence[int], longest: int) -> bool:
    """Return True if lengths repeat themselves after at most `longest` drawings, at least twice."""
    for period in range(2, min(longest, len(lengths) // 3) + 1):
        repeated = [Counter(lengths[phase::period]).most_common(1)[0][0] for phase in range(period)]
        equal = [length == repeated[i % period] for i, length in enumerate(lengths)]
        if len(set(repeated)) > 1 and sum(equal) >= PERIODIC * len(equal):
            return True
    return False


def repeated_frames(pattern: HoldPattern) -> list[int]:
    """Return, for each drawing, how many frames it is longer than the longest usual length.

    The first and the last drawing may be held for as long as they like: nothing stumbles there.
    A much longer hold is a pause in the acting.
    """
    longest = usual_lengths(pattern)[-1]
    repeated = [
        0 if length > PAUSE * longest else max(0, length - longest) for length in pattern.lengths
    ]
    return [0, *repeated[1:-1], 0] if len(repeated) > 1 else repeated


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


DRAWING_RATE = Measure(
    "drawing_rate",
    unit="drawings/s",
    better=Better.HIGHER,
    high=8.0,
    backend=BACKEND,
    # At 24 frames a second most anime is on twos (12 drawings a second) and much on threes (8, from
    # which on the score is full). Limited animation goes down to fours; fewer are a slide show.
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
    required=True,
    answers_to="Frames that repeat a drawing for longer than the clip's own hold pattern, in %",
    function=_duplicates,
    passes="no_duplicates",
    fails="duplicates",
)
