"""Curves as arrays of points: the basic shapes of the drawn characters, for the drawing code."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb

import numpy as np

Points = Sequence[Sequence[float]] | np.ndarray

SAMPLES = 9  # points per piece of a curve: no corner is visible at 1024 px


def as_points(points: Points) -> np.ndarray:
    """Return pairs of x and y as an array of shape (points, 2)."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def bezier(*control: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return a Bézier curve of any degree, from the first control point to the last."""
    return _bernstein(len(control)) @ as_points(np.asarray(control))


def smooth(points: Points, closed: bool = False) -> np.ndarray:
    """Return a Catmull-Rom curve through all points."""
    points = as_points(points)
    return _catmull_rom(len(points), closed) @ points


def ellipse(x: float, y: float, half_width: float, half_height: float) -> np.ndarray:
    """Return the outline of an upright ellipse around the point (x, y)."""
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return np.stack([x + half_width * np.cos(angles), y + half_height * np.sin(angles)], axis=1)


def ribbon(points: np.ndarray, half_width: np.ndarray | float) -> np.ndarray:
    """Return the outline of a band along a curve.

    Args:
        points: the middle line of the band, shape (points, 2).
        half_width: half of the band's width: one number, or one for every point.
    """
    tangent = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(tangent[:, 0], tangent[:, 1]), 1e-9)[:, None]
    half = np.broadcast_to(half_width, len(points))[:, None]
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], axis=1) / length * half
    return np.concatenate([points + normal, (points - normal)[::-1]])


def moved(points: np.ndarray, right: float, down: float) -> np.ndarray:
    """Return a shape moved to the right and downwards."""
    return points + np.array([right, down])


def mirrored(points: Points) -> np.ndarray:
    """Return a closed symmetric outline.

    Args:
        points: the right half of the outline, from top to bottom.
    """
    right = as_points(points)
    left = right[::-1] * [-1.0, 1.0]
    return np.concatenate([right, left[np.abs(left[:, 0]) > 1e-9]])


@lru_cache(maxsize=64)
def _bernstein(count: int) -> np.ndarray:
    """Return the weight of each control point for every curve point, (curve points, count)."""
    position = np.linspace(0, 1, 3 * SAMPLES)[:, None]
    power, degree = np.arange(count), count - 1
    weights = np.array([comb(degree, int(k)) for k in power], dtype=np.float64)
    return weights * position**power * (1 - position) ** (degree - power)


@lru_cache(maxsize=64)
def _catmull_rom(count: int, closed: bool) -> np.ndarray:
    """Return the weight of each point for every point of the curve, shape (curve points, count)."""
    t = np.linspace(0, 1, SAMPLES, endpoint=False)
    pieces = 0.5 * np.stack(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2],
        axis=1,
    )
    segments = count if closed else count - 1
    weights = np.zeros((segments * SAMPLES + (not closed), count))
    for segment in range(segments):
        rows = slice(segment * SAMPLES, (segment + 1) * SAMPLES)
        for offset in range(4):
            point = segment + offset - 1
            point = point % count if closed else min(max(point, 0), count - 1)
            weights[rows, point] += pieces[:, offset]
    if not closed:
        weights[-1, -1] = 1.0
    return weights
