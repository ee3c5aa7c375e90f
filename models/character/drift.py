"""How a character's likeness changes over a clip: by how much, how fast, and where it breaks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better
from .visibility import NO_REFERENCE

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip

LEAST_BEFORE, LEAST_AFTER = 2, 2  # frames on either side of a break
# A break is more than the usual ups and downs of a motion: it explains most of the variance, and
# falls by this many of the standard deviations that are left, and by this much at least.
MOST_LEFT, DEVIATIONS, LEAST_FALL = 0.4, 3.0, 0.02
# How far below the level counts as having left it: of the whole fall, of the level's own median
# deviations, and at least.
FALL_SHARE, MEDIANS, LEAST_STEP = 0.05, 4.5, 0.008
DRIFT_LEAST = 6  # visible frames: two in each third
SLOPE_LEAST = 3  # visible frames; a line goes through any two
SLOPE_FRAMES = 100  # that the slope is told over: that over one frame has too many zeros to read

FALLS = "drift_from"
TOO_SHORT_FOR_DRIFT = "too_short_for_drift"
TOO_SHORT_FOR_SLOPE = "too_short_for_slope"


def drift(clip: "CharacterInClip") -> Value | Absence:
    """Return the similarity of the last third of the visible frames less that of the first."""
    similarities = clip.similarities
    visible = len(similarities)
    if visible < DRIFT_LEAST:
        return Absence(TOO_SHORT_FOR_DRIFT, {"least": DRIFT_LEAST, "visible": visible})
    third = visible // 3
    change = sum(similarities[-third:]) / third - sum(similarities[:third]) / third
    start = begins_to_fall(clip.appearance.visible, similarities)
    facts = {"character": clip.appearance.name, "change": f"{change:+.3f}", "frame": start}
    reason = None if start is None else FALLS
    return Value(change, facts, reason, details={"from": start})


def drift_slope(clip: "CharacterInClip") -> Value | Absence:
    """Return how fast likeness changes over the whole clip."""
    visible = clip.appearance.visible
    if len(visible) < SLOPE_LEAST:
        return Absence(TOO_SHORT_FOR_SLOPE, {"least": SLOPE_LEAST, "visible": len(visible)})
    change = SLOPE_FRAMES * slope(visible, clip.similarities)
    return Value(change, {"character": clip.appearance.name, "change": f"{change:+.3f}"})


def slope(frames: Sequence[int], values: Sequence[float]) -> float:
    """Change of a value per frame: the line of least squares; at least two frames."""
    x = np.asarray(frames, dtype=np.float64)
    x -= x.mean()
    return float(x @ np.asarray(values) / (x @ x))


def begins_to_fall(frames: Sequence[int], values: Sequence[float]) -> int | None:
    """The frame from which a value falls, at once or steadily, after it was level.

    Method: of all ways to cut the values into a level part and a straight one, the one with the
    least squared error; likeness falls slowly at first, so then back to where it left the level.

    Args:
        frames: of the values, rising.
        values: as many.

    Returns:
        The first frame of the falling part; None where the values don't fall, or do so from the
        start.
    """
    y, x = np.asarray(values, dtype=np.float64), np.asarray(frames, dtype=np.float64)
    cuts = np.arange(LEAST_BEFORE, len(y) - LEAST_AFTER + 1)
    if not len(cuts):
        return None
    y = y - y.mean()
    x = x - x.mean()
    total = float(y @ y)
    before = _level_errors(y)[cuts - 1]
    after = _line_errors(x[::-1], y[::-1])[::-1][cuts]
    best = int(np.argmin(before + after))
    cut, left = int(cuts[best]), float(before[best] + after[best])
    fall = y[:cut].mean() - y[cut + (len(y) - cut) // 2 :].mean()
    deviation = (left / len(y)) ** 0.5
    if left > MOST_LEFT * total or fall < max(DEVIATIONS * deviation, LEAST_FALL):
        return None
    level = np.median(y[:cut])
    least = max(FALL_SHARE * fall, MEDIANS * float(np.median(np.abs(y[:cut] - level))), LEAST_STEP)
    while cut > LEAST_BEFORE and y[cut - 1] < level - least:
        cut -= 1
    return frames[cut]


def _level_errors(y: np.ndarray) -> np.ndarray:
    """Squared error of the first 1, 2, … values around their mean."""
    count = np.arange(1, len(y) + 1)
    return np.maximum(np.cumsum(y * y) - np.cumsum(y) ** 2 / count, 0)


def _line_errors(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Squared error of the first 1, 2, … values around their line of least squares."""
    count = np.arange(1, len(y) + 1)
    sum_x, sum_y = np.cumsum(x), np.cumsum(y)
    xx = np.cumsum(x * x) - sum_x**2 / count
    xy = np.cumsum(x * y) - sum_x * sum_y / count
    explained = np.divide(xy**2, xx, out=np.zeros_like(xy), where=xx > 1e-9)
    return np.maximum(_level_errors(y) - explained, 0)


# The backend of both is the embedder.
DRIFT = Measure(
    "drift",
    unit="similarity",
    better=Better.HIGHER,
    low=-1.0,
    high=0.0,
    answers_to="Change of similarity from the first third of the clip to the last",
    function=drift,
    passes="drift",
    reasons=(FALLS,),
    absences=(TOO_SHORT_FOR_DRIFT, NO_REFERENCE),
)
DRIFT_SLOPE = Measure(
    "drift_slope",
    unit=f"similarity/{SLOPE_FRAMES} frames",
    better=Better.HIGHER,
    low=-1.0,
    high=0.0,
    answers_to="Change of similarity over the whole clip, per 100 frames",
    function=drift_slope,
    passes="drift_slope",
    absences=(TOO_SHORT_FOR_SLOPE, NO_REFERENCE),
)
