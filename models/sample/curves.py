"""Curves as arrays of points: the handful of shapes that the drawing is made of."""

from collections.abc import Sequence
from functools import lru_cache
from math import comb

import numpy as np

Points = Sequence[Sequence[float]] | np.ndarray

SAMPLES = 9  # points per piece of a curve: no corner is visible at 1024 px


def as_points(points: Points) -> np.ndarray:
    """An array of shape (points, 2) from pairs of x and y."""
    return np.asarray(points, dtype=np.float64).reshape(-1, 2)


def bezier(*control: Sequence[float] | np.ndarray) -> np.ndarray:
    """Bézier curve of any degree; touches the first and the last control point."""
    return _bernstein(len(control)) @ as_points(np.asarray(control))


def smooth(points: Points, closed: bool = False) -> np.ndarray:
    """Catmull-Rom curve through all points."""
    points = as_points(points)
    return _catmull_rom(len(points), closed) @ points


def ellipse(x: float, y: float, half_width: float, half_height: float) -> np.ndarray:
    """Outline of an upright ellipse."""
    angles = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    return np.stack([x + half_width * np.cos(angles), y + half_height * np.sin(angles)], axis=1)


def ribbon(points: np.ndarray, half_width: np.ndarray | float) -> np.ndarray:
    """Outline of a band along a curve, of one width or of another at every point."""
    along = np.gradient(points, axis=0)
    length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
    half = np.broadcast_to(half_width, len(points))[:, None]
    across = np.stack([-along[:, 1], along[:, 0]], axis=1) / length * half
    return np.concatenate([points + across, (points - across)[::-1]])


def moved(points: np.ndarray, right: float, down: float) -> np.ndarray:
    """The same shape somewhere else."""
    return points + np.array([right, down])


def mirrored(points: Points) -> np.ndarray:
    """A closed outline from its right half, listed from top to bottom."""
    right = as_points(points)
    left = right[::-1] * [-1.0, 1.0]
    return np.concatenate([right, left[np.abs(left[:, 0]) > 1e-9]])


@lru_cache(maxsize=64)
def _bernstein(count: int) -> np.ndarray:
    along = np.linspace(0, 1, 3 * SAMPLES)[:, None]
    power, degree = np.arange(count), count - 1
    weights = np.array([comb(degree, int(k)) for k in power], dtype=np.float64)
    return weights * along**power * (1 - along) ** (degree - power)


@lru_cache(maxsize=64)
def _catmull_rom(count: int, closed: bool) -> np.ndarray:
    """Weights of the given points for every point of the curve, shape (curve points, count)."""
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
