"""Figures inside masks and boxes: from a detector, or painted by hand."""

import numpy as np
import torch

from ..dependency import require
from .cut_out import Label, cut_out
from .detection import Box
from .figure import Figures
from .figure_view import FigureView

# Width of the band inside a mask's outline in which the cut decides, as a share of the mask's
# height: masks of detectors and brushes are larger than the figure by up to this much.
MASK_BAND = 0.06
MARGIN = 0.15  # share of a box around it that shows the background
# Share of a box by which it is enlarged before the cut: boxes of detectors are off by this much.
LOOSE = 0.05
LEAST_KEPT = 0.5  # share of a mask; if the cut keeps less, the whole mask is the figure
LEAST_FILLED = 0.1  # share of a box; if the cut keeps less, everything in the box is the figure


def figure_in_mask(frame: torch.Tensor, inside: torch.Tensor, box: Box) -> Figures:
    """Return the figure that a mask shows, without the background inside the mask's outline.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).
        inside: True inside the mask, in at least one pixel, shape (height, width).
        box: bounding box of the mask.

    Returns:
        The figure on a picture of the mask's surroundings, a batch of one.
    """
    view = _view_around(frame, *box.pixels(*inside.shape))
    marked = view.reduced_mask(inside)
    figure = cut_out(view.picture, _labels_of_mask(marked, view.is_at_border))
    return view.figure(marked if figure.sum() < LEAST_KEPT * marked.sum() else figure)


def figure_in_box(frame: torch.Tensor, box: Box) -> Figures:
    """Return the figure of a person in a box; see `figure_in_mask`."""
    height, width = frame.shape[:2]
    across, down = LOOSE * (box.right - box.left), LOOSE * (box.bottom - box.top)
    loose = Box(box.left - across, box.top - down, box.right + across, box.bottom + down)
    rows, columns = loose.pixels(height, width)
    inside = torch.zeros(height, width, dtype=torch.bool, device=frame.device)
    inside[rows, columns] = True
    view = _view_around(frame, rows, columns)
    marked = view.reduced_mask(inside)
    figure = cut_out(view.picture, np.where(marked, Label.LIKELY_FIGURE, Label.BACKGROUND))
    return view.figure(marked if figure.sum() < LEAST_FILLED * marked.sum() else figure)


def _view_around(frame: torch.Tensor, rows: slice, columns: slice) -> FigureView:
    """Return the view of some rows and columns of a frame with a margin around them."""
    margin = round(MARGIN * max(rows.stop - rows.start, columns.stop - columns.start))
    return FigureView(
        frame,
        slice(rows.start - margin, rows.stop + margin),
        slice(columns.start - margin, columns.stop + margin),
    )


def _labels_of_mask(marked: np.ndarray, is_at_border: tuple[bool, bool, bool, bool]) -> np.ndarray:
    """Return the labels of pixels inside a mask: figure, and likely figure near the outline.

    Args:
        marked: True inside the mask, shape (height, width).
        is_at_border: True for top, bottom, left and right if it is the frame's own border, which
            cuts the figure and is no outline of it.
    """
    padded = np.pad(marked, 1)
    top, bottom, left, right = is_at_border
    if top:
        padded[0] = padded[1]
    if bottom:
        padded[-1] = padded[-2]
    if left:
        padded[:, 0] = padded[:, 1]
    if right:
        padded[:, -1] = padded[:, -2]
    band = max(MASK_BAND * marked.any(axis=1).sum(), 1.0)
    wide = int(band) + 2
    cv2 = require("cv2")
    around = np.pad(padded, wide, mode="edge").astype(np.uint8)
    depth = cv2.distanceTransform(around, cv2.DIST_L2, cv2.DIST_MASK_5)
    depth = depth[wide + 1 : -wide - 1, wide + 1 : -wide - 1]
    inside = np.where(depth > band, Label.FIGURE, Label.LIKELY_FIGURE)
    return np.where(marked, inside, Label.BACKGROUND)
