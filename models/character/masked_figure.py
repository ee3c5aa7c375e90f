"""Figures inside masks: from core's detectors, other packs, or painted by hand."""

import numpy as np
import torch

from ..dependency import require
from .cut_out import CUT_PIXELS, Label, as_bytes, cut_out, reduced
from .figure import Figures, figure_in_picture

# Width of the band inside a mask's outline in which the cut decides, as a share of the mask's
# height: masks of detectors and brushes are larger than the figure by up to this much.
MASK_BAND = 0.06
MASK_MARGIN = 0.1  # share of the mask's height around it that shows the background
LEAST_KEPT = 0.5  # share of a mask; if the cut keeps less, the whole mask is the figure


def figure_in_mask(frame: torch.Tensor, mask: torch.Tensor) -> Figures:
    """Return the figure that a mask shows, without the background inside the mask's outline.

    Args:
        frame: RGB in 0–1, shape (height, width, 3).
        mask: 0–1, shape (height, width), above 0.5 in at least one pixel.

    Returns:
        The figure on a picture of the mask's surroundings, a batch of one.
    """
    inside = mask > 0.5
    edges = []
    margin = round(MASK_MARGIN * int(inside.any(dim=1).sum()))
    for along in (inside.any(dim=1), inside.any(dim=0)):
        places = along.nonzero()
        edges.append(slice(max(int(places[0]) - margin, 0), int(places[-1]) + 1 + margin))
    rows, columns = edges
    fine = reduced(torch.cat([frame, inside[..., None]], dim=-1)[None, rows, columns], CUT_PIXELS)
    picture, marked = fine[..., :3], fine[0, ..., 3].cpu().numpy() > 0.5
    is_at_border = (
        rows.start == 0,
        rows.stop >= len(frame),
        columns.start == 0,
        columns.stop >= frame.shape[1],
    )
    figure = cut_out(as_bytes(picture)[0], _labels_of_mask(marked, is_at_border))
    if figure.sum() < LEAST_KEPT * marked.sum():
        figure = marked
    return figure_in_picture(picture[0], figure)


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
