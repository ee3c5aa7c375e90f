"""How a character's likeness runs over a clip: its slope, where it breaks, how steady it is."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as functional

LEAST_BEFORE, LEAST_AFTER = 2, 2  # frames on either side of a break
# A break is more than the usual ups and downs of a motion: it explains most of the variance, and
# falls by this many of the standard deviations that are left, and by this much at least.
MOST_LEFT, DEVIATIONS, LEAST_FALL = 0.4, 3.0, 0.02
# How far below the level counts as having left it: of the whole fall, of the level's own median
# deviations, and at least.
FALL_SHARE, MEDIANS, LEAST_STEP = 0.05, 4.5, 0.008


def subject_consistency(embeddings: torch.Tensor) -> float | None:
    """VBench's subject consistency of the frames that show somebody, in order.

    S = 1/(T−1) Σ_{t≥2} ½ [max(0, cos(f₁, f_t)) + max(0, cos(f_{t−1}, f_t))], Huang et al. 2024;
    theirs are DINO features of whole frames, these are what the embedder made of the character.

    Args:
        embeddings: shape (frames, dimensions).

    Returns:
        0–1; None with fewer than two frames.
    """
    if len(embeddings) < 2:
        return None
    unit = functional.normalize(embeddings.double(), dim=1)
    to_first = (unit[1:] @ unit[0]).clamp(min=0)
    to_last = (unit[1:] * unit[:-1]).sum(dim=1).clamp(min=0)
    return ((to_first + to_last) / 2).mean().item()


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
