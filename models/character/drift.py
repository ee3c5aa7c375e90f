"""Drift: change of a character's similarity to its references over a clip."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..frames import Absence
from ..measure import Measure, Value
from ..measurement import Better
from .visibility import NO_REFERENCE

if TYPE_CHECKING:
    from .character_in_clip import CharacterInClip

LEAST_BEFORE, LEAST_AFTER = 2, 2  # frames before and after the start of a fall
# A fall must stand out from the usual changes of similarity in a motion. Three conditions: the
# two-part fit leaves at most this share of the variance unexplained; the values fall by at least
# this many standard deviations of the fit's errors; and they fall by at least this much similarity.
MOST_UNEXPLAINED, DEVIATIONS, LEAST_FALL = 0.4, 3.0, 0.02
# A value has left the level part if it lies below the level by more than each of these: this share
# of the whole fall, this many median absolute deviations of the level part, this much similarity.
FALL_SHARE, MEDIANS, LEAST_STEP = 0.05, 4.5, 0.008
DRIFT_LEAST = 6  # visible frames, so that each third of the clip has two
SLOPE_LEAST = 3  # visible frames; a line through two frames would always fit exactly
SLOPE_FRAMES = 100  # frames of the slope's unit; a slope per frame has too many zeros to read

FALLS = "drift_from"
TOO_SHORT_FOR_DRIFT = "too_short_for_drift"
TOO_SHORT_FOR_SLOPE = "too_short_for_slope"


def drift(clip: "CharacterInClip") -> Value | Absence:
    """Return the change of mean similarity from the first to the last third of visible frames."""
    similarities = clip.similarities
    visible = len(similarities)
    if visible < DRIFT_LEAST:
        return Absence(TOO_SHORT_FOR_DRIFT, {"least": DRIFT_LEAST, "visible": visible})
    third = visible // 3
    change = sum(similarities[-third:]) / third - sum(similarities[:third]) / third
    start = start_of_fall(clip.appearance.visible_frames, similarities)
    facts = {"character": clip.appearance.name, "change": f"{change:+.3f}", "frame": start}
    reason = None if start is None else FALLS
    return Value(change, facts, reason, details={"from": start})


def drift_slope(clip: "CharacterInClip") -> Value | Absence:
    """Return the change of similarity per `SLOPE_FRAMES` frames, over the whole clip."""
    visible = clip.appearance.visible_frames
    if len(visible) < SLOPE_LEAST:
        return Absence(TOO_SHORT_FOR_SLOPE, {"least": SLOPE_LEAST, "visible": len(visible)})
    change = SLOPE_FRAMES * slope(visible, clip.similarities)
    return Value(change, {"character": clip.appearance.name, "change": f"{change:+.3f}"})


def slope(frames: Sequence[int], values: Sequence[float]) -> float:
    """Return the change of a value per frame, by a line of least squares.

    Args:
        frames: number of each frame, at least two.
        values: value of each frame.

    Examples:
        >>> slope([0, 1, 2, 4], [8.0, 7.0, 6.0, 4.0])
        -1.0
    """
    x = np.asarray(frames, dtype=np.float64)
    x -= x.mean()
    return float(x @ np.asarray(values) / (x @ x))


def start_of_fall(frames: Sequence[int], values: Sequence[float]) -> int | None:
    """Return the frame from which on a value falls, suddenly or steadily, after it was level.

    Method: fit a constant to the first part and a line to the rest, and choose the cut between the
    two with the least squared error. Similarity falls slowly at first, so the cut is then moved
    back to the frame in which the values left the level.

    Args:
        frames: number of each frame, rising.
        values: value of each frame.

    Returns:
        The first frame of the falling part; None if the values don't fall, or fall from the first
        frame on.

    Examples:
        >>> start_of_fall(range(8), [0.9, 0.91, 0.9, 0.91, 0.5, 0.5, 0.51, 0.5])
        4
        >>> start_of_fall(range(4), [0.9, 0.91, 0.9, 0.91]) is None
        True
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
    cut, unexplained = int(cuts[best]), float(before[best] + after[best])
    fall = y[:cut].mean() - y[cut + (len(y) - cut) // 2 :].mean()
    deviation = (unexplained / len(y)) ** 0.5
    if unexplained > MOST_UNEXPLAINED * total or fall < max(DEVIATIONS * deviation, LEAST_FALL):
        return None
    level = np.median(y[:cut])
    spread = float(np.median(np.abs(y[:cut] - level)))
    least_step = max(FALL_SHARE * fall, MEDIANS * spread, LEAST_STEP)
    while cut > LEAST_BEFORE and y[cut - 1] < level - least_step:
        cut -= 1
    return frames[cut]


def _level_errors(y: np.ndarray) -> np.ndarray:
    """Return the squared errors of the first 1, 2, … values around their mean."""
    count = np.arange(1, len(y) + 1)
    return np.maximum(np.cumsum(y * y) - np.cumsum(y) ** 2 / count, 0)


def _line_errors(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the squared errors of the first 1, 2, … values around their line of least squares."""
    count = np.arange(1, len(y) + 1)
    sum_x, sum_y = np.cumsum(x), np.cumsum(y)
    xx = np.cumsum(x * x) - sum_x**2 / count
    xy = np.cumsum(x * y) - sum_x * sum_y / count
    explained = np.divide(xy**2, xx, out=np.zeros_like(xy), where=xx > 1e-9)
    return np.maximum(_level_errors(y) - explained, 0)


# The backend of both measures is the embedder; `character_measures` fills it in.
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
