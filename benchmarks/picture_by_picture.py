"""Baseline of AnimeStillQuality: similar measures in plain OpenCV and NumPy, without batches."""

from types import ModuleType
from typing import Any

import numpy as np

from ..models.dependency import require

NOISE = ((1, -2, 1), (-2, 4, -2), (1, -2, 1))  # the noise filter of Immerkær (1996)
# Share of pixels that count as edges, and px to each side of a pixel in which contrast is measured.
STRONGEST, REACH = 0.005, 5
WINDOW = 64  # length in px of a piece of a row whose spectrum is taken
# Constants of CAMBI (Netflix): weights of the scales, the highest 10-bit levels at which a contrast
# of 1, 2, 3 and 4 levels is visible, and the share of pixels with the most banding that is counted.
SCALE_WEIGHTS = (16, 8, 4, 2, 1)
VISIBLE_UP_TO = (178, 305, 432, 559)
TOP = 0.6
Values = dict[str, Any]


def still_values(picture: np.ndarray, banding: bool = True) -> Values:
    """Return the values of all measures of a picture.

    Args:
        picture: 8-bit RGB, shape (height, width, 3).
        banding: False leaves out CAMBI, the slowest measure.
    """
    cv2 = require("cv2")
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    colours = picture.astype(float)
    red_green = colours[..., 0] - colours[..., 1]
    yellow_blue = (colours[..., 0] + colours[..., 1]) / 2 - colours[..., 2]
    spreads = np.hypot(red_green.std(), yellow_blue.std())
    ground = np.median(colours, axis=(0, 1))
    values: Values = {
        "edge_width": edge_width(cv2, grey),
        "resolution": min(_spectrum_end(grey), _spectrum_end(grey.T)),
        **fast_values(cv2, picture, grey),
        "crushed": float((picture <= 2).all(axis=2).mean()),
        "content": float((np.abs(colours - ground).max(axis=2) > 6).mean()),
        "borders": float((np.ptp(grey, axis=1) <= 3).mean() + (np.ptp(grey, axis=0) <= 3).mean()),
        "blur_direction": _blur_direction(cv2, grey),
        "ringing": _ringing(cv2, grey),
        "colourfulness": float(spreads + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean())),
    }
    if banding:
        values["banding"] = _cambi(cv2, grey)
    return values


def fast_values(cv2: ModuleType, picture: np.ndarray, grey: np.ndarray) -> Values:
    """Return the values of the fast measures, which the baseline of clips uses too."""
    return {
        "noise": float(np.abs(cv2.filter2D(grey.astype(float), -1, np.array(NOISE))).mean()),
        "blockiness": float(np.abs(np.diff(grey.astype(float), axis=1))[:, 7::8].mean()),
        "clipped": float((picture >= 253).all(axis=2).mean()),
        "contrast": float(np.ptp(np.percentile(grey, (1, 99)))),
    }


def edge_width(cv2: ModuleType, grey: np.ndarray) -> float:
    """Return the width of the strongest edges in px: their contrast divided by their slope."""
    slope = np.hypot(cv2.Sobel(grey, cv2.CV_64F, 1, 0), cv2.Sobel(grey, cv2.CV_64F, 0, 1)) / 4
    return _width_at(grey, slope, np.argsort(slope, axis=None)[-round(slope.size * STRONGEST) :])


def _width_at(grey: np.ndarray, slope: np.ndarray, pixels: np.ndarray) -> float:
    widths = []
    for y, x in zip(*np.unravel_index(pixels, slope.shape), strict=True):
        around = grey[max(0, y - REACH) : y + REACH + 1, max(0, x - REACH) : x + REACH + 1]
        widths.append(float(np.ptp(around)) / slope[y, x])
    return float(np.median(widths))


def _blur_direction(cv2: ModuleType, grey: np.ndarray) -> float:
    across, down = cv2.Sobel(grey, cv2.CV_64F, 1, 0), cv2.Sobel(grey, cv2.CV_64F, 0, 1)
    slope = np.hypot(across, down) / 4
    sector = ((np.degrees(np.arctan2(down, across)) + 22.5) % 180 // 45).astype(int)
    widths = []
    for direction in range(4):
        slope_in_sector = np.where(sector == direction, slope, 0.0)
        strongest = np.argsort(slope_in_sector, axis=None)[-round(slope.size * STRONGEST) :]
        widths.append(_width_at(grey, slope, strongest))
    return max(widths) / min(widths)


def _spectrum_end(grey: np.ndarray) -> float:
    steps = np.diff(grey.astype(float), axis=1)
    pieces = steps[:, : steps.shape[1] // WINDOW * WINDOW].reshape(len(grey), -1, WINDOW)
    power = (np.abs(np.fft.rfft(pieces * np.hanning(WINDOW))) ** 2).mean(axis=(0, 1))
    weak = np.flatnonzero(power[1:] < 0.01 * power[1:5].mean())
    return float(weak[0] + 1) / WINDOW * 2 if len(weak) else 1.0


def _ringing(cv2: ModuleType, grey: np.ndarray) -> float:
    values = grey.astype(float)
    slope = np.maximum(
        np.abs(cv2.Sobel(values, -1, 1, 0, 1)), np.abs(cv2.Sobel(values, -1, 0, 1, 1))
    )
    bend = np.maximum(
        np.abs(cv2.filter2D(values, -1, np.array([[1.0, 0, -2, 0, 1]]))),
        np.abs(cv2.filter2D(values, -1, np.array([[1.0], [0], [-2], [0], [1]]))),
    )
    lines, calm = (slope >= 40).astype(np.uint8), slope < 16
    inner, near, far = (
        cv2.dilate(lines, np.ones((side, side), np.uint8)) > 0 for side in (5, 17, 25)
    )
    beside, elsewhere = bend[near & ~inner & calm], bend[~far & calm]
    return float(beside.mean() - elsewhere.mean()) if len(beside) and len(elsewhere) else 0.0


def _cambi(cv2: ModuleType, grey: np.ndarray) -> float:
    levels = cv2.blur((16 + grey.astype(np.float32) * 219 / 255).round() * 4, (2, 2)).astype(
        np.int16
    )
    height, width = levels.shape
    side = max(3, 63 * (width + height) // 375 >> 4) // 2 * 2 + 1
    same = np.ones(levels.shape, np.float32)
    same[:, :-1] *= levels[:, :-1] == levels[:, 1:]
    same[:-1] *= levels[:-1] == levels[1:]
    mask = cv2.boxFilter(same, -1, (7, 7), normalize=False) > 20
    score = 0.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        if scale:
            levels, mask = levels[::2, ::2], mask[::2, ::2]
        levels = cv2.medianBlur(np.ascontiguousarray(levels), 3)
        masked = np.where(mask, levels, -99)
        present = [int(each) for each in np.unique(masked) if 0 <= each <= VISIBLE_UP_TO[-1] + 4]
        counts = {
            level: cv2.boxFilter(
                (masked == level).astype(np.float32), -1, (side, side), normalize=False
            )
            for level in present
        }
        contrast = np.zeros(masked.shape, np.float32)
        for level in present:
            pixels = masked == level
            for step, highest in enumerate(VISIBLE_UP_TO, 1):
                for other in (level - step, level + step):
                    if other in counts and level <= highest:
                        count, other_count = counts[level][pixels], counts[other][pixels]
                        value = step * count * other_count / (count + other_count)
                        contrast[pixels] = np.maximum(contrast[pixels], value)
        top = np.sort(contrast, axis=None)[-int(TOP * contrast.size) :]
        score += weight * float(top.mean())
    return score / side**2
