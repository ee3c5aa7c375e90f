"""Segmentation of the figure that stands out from its background, without any weights.

It finds *a* figure, not a person: whatever lies near the middle and differs in colour from the
border of the picture. It has limits that a learned detector doesn't have:
- A pillar or a tree that stands out as well as a person counts as a visible figure.
- Two figures become one.
- A figure that is small, far from the middle of a painted background, or coloured like it is "not
  visible", or loses parts.
- A figure that fills the picture up to its border is not found.

A mask of the figure, or a box around it, has none of these limits; see `marks`.
"""

import numpy as np
import torch
import torch.nn.functional as functional

from ..image_ops.bytes import as_bytes
from ..image_ops.colour import lab_from_rgb
from ..workers import in_order
from .cut_out import CUT_PIXELS, Label, cut_out, reduced
from .figure import WORKING_PIXELS, Figures, figures_in_masks
from .mean_field import LIGHTNESS_WEIGHT, distances, mean_field_weights, sample_indices

DETECTOR = "whole_image"

COLOUR_ALONE = 5.0  # CIELAB units; the same, if colours are compared without their places
BORDER = 2  # px of the reduced picture that count as background at the top, left and right
# Border colours count less the further away they are: the distance of one picture side counts as
# much as this difference of colour in CIELAB units, on a plain and on a painted border.
LEAST_FADE, MOST_FADE = 4.0, 25.0
# Least difference of a figure from a plain and from a painted border, in CIELAB units.
LEAST_CONTRAST, MOST_CONTRAST = 6.0, 12.0
BORDER_ODDS = 6.0  # log odds that the border is background
MIDDLE_ODDS = 1.2  # log odds that the middle is the figure; a mild preference
HALF_COLUMN = 0.3  # half the usual width of a figure, as a share of the picture's height
NARROW = 0.6  # width per height; in a narrower picture the column has the picture's whole width

LEAST_SHARE = 0.02  # of the picture; a smaller figure has fewer than 80 working pixels
# Limits of `Figures.clearness` and of the agreement of three cuts that start differently. Drawn
# characters on plain and softly shaded backgrounds are clear, at 0.90 and more. On painted ones
# they are less so, and a landscape may be as clear, but the three cuts then find three different
# parts of it. The limits were set on 9 drawn characters before 8 painted backgrounds, and tried on
# 10 others before 7 others. Of 100 pictures of each, with a figure of half the height or more, 43
# and 51 show a figure, which is a wrong part of the picture in 1 and 2 of them; of 100 crops of
# each with nobody in them, 4 and 7 show one.
CERTAIN_CLEARNESS, LEAST_CLEARNESS, LEAST_AGREEMENT = 0.90, 0.70, 0.70
# Least height of a figure that is less than certain, as a share of the picture's, and the largest
# share of the left and right borders together that it may touch. Landscapes reach over both.
LEAST_HEIGHT, MOST_SIDES = 0.4, 0.6
# Probability from which a pixel stays figure in the cut. Without it, hair that the border cuts can
# be taken for background, as its colour is also at the border.
CERTAIN_START = 0.995
CUT_BORDER = 5  # px of the cut picture at the border, which are a little more than `BORDER`
# Starts of the two further cuts: half the width of a column in the middle, in half widths of
# `HALF_COLUMN`, and its upper end as a share of the height.
COLUMNS = ((0.8, 0.15), (0.5, 0.3))


def find_figures(frames: torch.Tensor) -> Figures:
    """Find the figure of every frame.

    Method: the evidence of each pixel is the distance of its colour to the nearest border colours,
    and a mild preference for the middle. A few rounds of mean-field inference with a bilateral
    kernel (Krähenbühl and Koltun 2011) over sampled pixels follow. They give pixels that are near
    each other in colour and place similar probabilities. From there GrabCut finds the outline. If
    the background isn't plain, two more cuts from other places must find the same figure.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3); a few at a time, see `chunks`.

    Returns:
        The figures, on the device of `frames`.

    Examples:
        >>> frames = torch.full((1, 64, 64, 3), 0.9)  # a plain background …
        >>> frames[:, 16:, 20:44] = torch.tensor([0.7, 0.1, 0.2])  # … and a red figure
        >>> figures = find_figures(frames)
        >>> figures.visible.tolist()
        [True]
        >>> [round(edge, 2) for edge in figures.boxes[0].tolist()]
        [0.31, 0.25, 0.69, 1.0]
    """
    lab = lab_from_rgb(reduced(frames, WORKING_PIXELS))
    count, height, width, _ = lab.shape
    weighted = lab * lab.new_tensor([LIGHTNESS_WEIGHT, 1.0, 1.0])
    y, x = _places(height, width, lab)
    side = (height * width) ** 0.5
    place = torch.stack([y * height, x * width], dim=-1).view(1, -1, 2).expand(count, -1, 2) / side
    colour = weighted.view(count, -1, 3)

    evidence = _contrast_with_border(colour, place, height, width) + _middle(x, width / height)
    weight = mean_field_weights(evidence, colour, place, (height, width))
    clearness = _clearness(weight, colour, (height, width))
    fine = reduced(frames, CUT_PIXELS)
    starts = zip(as_bytes(fine), weight.cpu(), clearness.tolist(), strict=True)
    cuts = list(in_order(lambda start: _cut_whole(*start), starts))
    masks = torch.from_numpy(np.stack([mask for mask, _ in cuts])).to(frames.device)
    visible = torch.tensor([is_visible for _, is_visible in cuts], device=frames.device)
    return figures_in_masks(fine, masks, clearness, visible)


def _cut_whole(
    picture: np.ndarray, start: torch.Tensor, clearness: float
) -> tuple[np.ndarray, bool]:
    """Return the figure of a whole picture as a mask, and True if it is visible.

    Args:
        picture: RGB, uint8, reduced to `CUT_PIXELS`.
        start: probability that each pixel is figure, of a coarser picture.
        clearness: see `Figures.clearness`.
    """
    height, width = picture.shape[:2]
    fine = functional.interpolate(start[None, None], (height, width), mode="bilinear")[0, 0].numpy()
    likely = fine > 0.5
    if clearness < LEAST_CLEARNESS or not likely.any():
        return likely, False
    labels = _labels(likely)
    labels[(labels == Label.LIKELY_FIGURE) & (fine > CERTAIN_START)] = Label.FIGURE
    figure = cut_out(picture, labels)
    if not figure.mean() >= LEAST_SHARE:
        return figure, False
    if clearness >= CERTAIN_CLEARNESS:
        return figure, True
    rows = np.flatnonzero(figure.any(axis=1))
    tall = rows[-1] + 1 - rows[0] >= LEAST_HEIGHT * height
    sides = figure[:, 0].mean() + figure[:, -1].mean()
    if not tall or sides >= MOST_SIDES:
        return figure, False
    return figure, _agreement(picture, figure) >= LEAST_AGREEMENT


def _agreement(picture: np.ndarray, figure: np.ndarray) -> float:
    """Return the mean intersection over union of three cuts: a figure, and two from a column."""
    height, width = picture.shape[:2]
    down = (np.arange(height)[:, None] + 0.5) / height
    across = np.abs((np.arange(width) + 0.5) / width - 0.5) * (width / height) / HALF_COLUMN
    cuts = [figure]
    for half, top in COLUMNS:
        cuts.append(cut_out(picture, _labels((across < half) & (down > top))))
    pairs = ((0, 1), (0, 2), (1, 2))
    shared = [(cuts[i] & cuts[j]).sum() / max((cuts[i] | cuts[j]).sum(), 1) for i, j in pairs]
    return float(np.mean(shared))


def _labels(likely: np.ndarray) -> np.ndarray:
    """Return labels for a whole picture: its top, left and right border are background.

    Where a likely figure reaches the border, it goes on there: the picture cuts it.
    """
    likely = likely.copy()
    width = min(CUT_BORDER, (min(likely.shape) - 1) // 2)  # a strip may be narrower than both
    likely[:width] = likely[width]
    likely[:, :width] = likely[:, [width]]
    likely[:, -width:] = likely[:, [-width - 1]]
    labels = np.where(likely, Label.LIKELY_FIGURE, Label.LIKELY_BACKGROUND)
    border = np.ones_like(likely)
    border[width:, width:-width] = False
    return np.where(border & ~likely, Label.BACKGROUND, labels)


def _places(height: int, width: int, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the pixel centres as shares of height and width, each of shape (height, width)."""
    y = (torch.arange(height, device=like.device, dtype=like.dtype) + 0.5) / height
    x = (torch.arange(width, device=like.device, dtype=like.dtype) + 0.5) / width
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return rows, columns


def _contrast_with_border(
    colour: torch.Tensor, place: torch.Tensor, height: int, width: int
) -> torch.Tensor:
    """Return the log odds that a pixel is figure, from border colours, shape (frames, pixels).

    The bottom border is left out, as it often cuts the character. A border colour counts less the
    further away it is: a soft gradient is then background, and a dress with the colour of a far
    corner is not. On a plain border a small contrast is enough; on a painted one more is needed.
    """
    grid = colour.view(-1, height, width, 3)
    sides = torch.cat([grid[:, :, 0], grid[:, 0], grid[:, :, -1]], dim=1)
    roughness = (sides[:, 2:] - sides[:, :-2]).norm(dim=-1).mean(dim=1)[:, None]
    needed = (2 * roughness).clamp(LEAST_CONTRAST, MOST_CONTRAST)
    painted = (needed - LEAST_CONTRAST) / (MOST_CONTRAST - LEAST_CONTRAST)
    fade = LEAST_FADE + painted * (MOST_FADE - LEAST_FADE)

    border = torch.zeros(height, width, dtype=torch.bool, device=colour.device)
    border[:BORDER] = border[:, :BORDER] = border[:, -BORDER:] = True
    index = border.flatten().nonzero()[:, 0]
    features = torch.cat([colour, place * fade[..., None]], dim=-1)
    nearest = distances(features, features[:, index]).amin(dim=-1)
    evidence = ((nearest - needed) / (needed / 2)).clamp(-2, 3) * (MOST_CONTRAST / needed)
    evidence[:, index] = -BORDER_ODDS
    return evidence


def _middle(x: torch.Tensor, aspect: float) -> torch.Tensor:
    """Return the log odds that a pixel is figure, from its place: high in the middle column."""
    offset = (x.flatten() - 0.5) * max(aspect, NARROW) / HALF_COLUMN
    return MIDDLE_ODDS * (1 - offset**2).clamp(min=-2)


def _clearness(weight: torch.Tensor, colour: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Return the share of pixels that colour alone classifies correctly; see `Figures.clearness`.

    It is high for a figure, whose colours differ from its surroundings. It is low for a patch of a
    landscape.
    """
    samples = sample_indices(size, colour.device)
    colours, figure = colour[:, samples], weight.flatten(1)[:, samples]
    alike = (distances(colours, colours) / COLOUR_ALONE).square_().mul_(-0.5).exp_()
    votes = torch.stack([figure**2, (1 - figure) ** 2], dim=-1)  # unsure pixels count little
    votes = votes / votes.sum(dim=1, keepdim=True).clamp(min=1e-6)
    by_colour = alike @ votes
    probability = by_colour / by_colour.sum(dim=-1, keepdim=True).clamp(min=1e-6)
    return (probability * votes).sum(dim=(1, 2)) / 2
