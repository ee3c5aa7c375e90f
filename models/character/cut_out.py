"""Separation of a figure from its background in one picture, by GrabCut of OpenCV."""

from enum import IntEnum

import numpy as np
import torch

from ..dependency import require
from ..image_ops.area_mean import area_mean

# px of the picture that is cut. A third of it puts every other outline off by a hair or a sleeve.
CUT_PIXELS = 12288
ROUNDS = 2  # with five, of 200 pictures one figure was another
COLOURS = 5  # colours of each mixture in GrabCut; with fewer pixels it can't be made


class Label(IntEnum):
    """Label of a pixel before the cut; the values are those of OpenCV."""

    BACKGROUND = 0
    FIGURE = 1
    LIKELY_BACKGROUND = 2
    LIKELY_FIGURE = 3


def reduced(frames: torch.Tensor, pixels: int) -> torch.Tensor:
    """Return frames reduced to about a number of pixels, by area means to avoid aliasing.

    Args:
        frames: shape (frames, height, width, channels).
        pixels: number of pixels; smaller frames keep their size.
    """
    size = reduced_size(frames.shape[1:3], pixels)
    return area_mean(frames.movedim(-1, 1), size).movedim(1, -1)


def reduced_size(size: tuple[int, ...], pixels: int) -> tuple[int, int]:
    """Return the height and width that a picture has after `reduced`; at least five pixels."""
    height, width = size
    scale = min(1.0, (pixels / (height * width)) ** 0.5)
    return max(round(height * scale), 5), max(round(width * scale), 5)


def cut_out(picture: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the pixels of the figure in a picture.

    Method: GrabCut (Rother, Kolmogorov and Blake 2004). It learns the colours of figure and
    background from the labels, and cuts between the two where neighbouring colours differ most.
    The same picture and labels give the same figure.

    Args:
        picture: RGB, uint8, shape (height, width, 3).
        labels: a `Label` for each pixel, shape (height, width).

    Returns:
        True for each pixel of the figure, shape (height, width). If the labels give too few
        pixels to learn from, it is the figure that they say.

    Examples:
        >>> picture = np.full((32, 32, 3), 200, np.uint8)
        >>> picture[8:24, 8:24] = 20, 60, 160
        >>> labels = np.full((32, 32), Label.LIKELY_BACKGROUND)
        >>> labels[:2] = Label.BACKGROUND
        >>> labels[10:16, 10:30] = Label.LIKELY_FIGURE
        >>> int(cut_out(picture, labels).sum())
        256
    """
    is_figure = (labels == Label.FIGURE) | (labels == Label.LIKELY_FIGURE)
    if min(is_figure.sum(), (~is_figure).sum()) < COLOURS:
        return is_figure
    cv2 = require("cv2")
    cv2.setRNGSeed(0)  # GrabCut chooses the first colours at random
    result = np.ascontiguousarray(labels, dtype=np.uint8)
    colours = np.zeros((1, 13 * COLOURS)), np.zeros((1, 13 * COLOURS))
    cv2.grabCut(
        np.ascontiguousarray(picture), result, None, *colours, ROUNDS, cv2.GC_INIT_WITH_MASK
    )
    return (result == Label.FIGURE) | (result == Label.LIKELY_FIGURE)
