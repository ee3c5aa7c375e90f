"""Embedder palette: colours of the upper and lower half and coarse shape, without any weights.

It compares appearance, not identity: a character in another outfit differs, and twins in one
uniform are equal.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch

from ...frames import InputError
from ...image_ops.precision import summing_device
from ...workers import in_order
from ..declaration import EmbedderDeclaration
from ..detection import Detection, Region
from ..figure import Figures, join, upper_parts
from ..marked_figure import figure_in_box, figure_in_mask
from .bust_palette import bust_similarities, embed_busts
from .distributions import (
    PLANE_BINS,
    Bins,
    colour_bins,
    colour_weight,
    histogram,
    line_strength,
    soft_bin,
)

BACKEND = "palette"

# Weights of the descriptor's parts in the similarity; they add up to 1. Colours weigh most. They
# are split into halves, so that red hair with a blue dress differs from blue hair with a red dress.
# Outline and lines move with every gesture and weigh least.
UPPER, LOWER, OUTLINE, LINES = 0.40, 0.34, 0.16, 0.10

LIGHTNESS_BINS, LIGHTNESS_STEP = 4, 33.0

UPPER_ENDS, LOWER_STARTS = 0.75, 0.35  # shares of the figure's height; the halves blend in between
ROWS, COLUMNS = 6, 4  # of the coarse outline and line structure inside the figure's box

VIEW = 2 * LIGHTNESS_BINS * PLANE_BINS**2 + 2 * ROWS * COLUMNS  # numbers of one view
# Views of the upper part of a figure, as shares of its height. A figure that the picture's lower
# border cuts, at the waist or below the head, is compared with these views of a whole one.
UPPER_VIEWS = (0.4, 0.65)
# Last number of the embedding of a cut figure; 0 for a whole one. It is so small that the cosine of
# two embeddings hardly changes with it.
CUT_MARK = 0.01
DIMENSIONS = (1 + len(UPPER_VIEWS)) * VIEW + 1


class Calibration(NamedTuple):
    """Similarities from which two pictures show one character.

    Attributes:
        loosest: lowest threshold that references may set.
        threshold: threshold without enough references.
        strictest: highest threshold that references may set.
    """

    loosest: float
    threshold: float
    strictest: float


# The thresholds lie in the middle between the lowest similarity of one character and the highest of
# two different characters. These pictures were measured:
#
# Figures: the four sample characters (in motion, with planted faults, other backgrounds, light
# ±20 %, other croppings) and two hand-drawn ones with every expression, on plain and painted
# backgrounds. One character had 0.86–1.00, two characters 0.40–0.81. For persons' boxes that are
# 3 % off, with the two hand-drawn ones, alone and side by side, in light −15 % to +12 %, it was
# 0.87–1.00 and at most 0.72.
#
# Busts, around the faces that the cascade finds: the same drawings, sizes and lights, and two
# generated clips. One character had 0.86–1.00, two characters at most 0.75. If the picture cuts off
# the outfit, only hair and eyes count: one character then had 0.81–1.00 (99 % of the pairs had 0.85
# or more), two characters with nearly the same hair colour up to 0.82. So the threshold isn't
# lower.
LOOSEST_THRESHOLD, DEFAULT_THRESHOLD, STRICTEST_THRESHOLD = 0.82, 0.84, 0.86  # of figures
CALIBRATIONS: Mapping[Region, Calibration] = {
    Region.FIGURE: Calibration(LOOSEST_THRESHOLD, DEFAULT_THRESHOLD, STRICTEST_THRESHOLD),
    Region.BUST: Calibration(loosest=0.80, threshold=0.82, strictest=0.85),
}


def embed(figures: Figures) -> torch.Tensor:
    """Return an embedding of the colours and the coarse shape of each figure.

    It consists of a view of the whole figure, views of its upper parts, and a mark if the picture
    may cut the figure. Each part of a view is the square root of a distribution with soft bins that
    adds up to 1. The product of two views is then the weighted mean of the parts' Bhattacharyya
    coefficients.

    Args:
        figures: figures of some frames.

    Returns:
        Vectors without negative entries, shape (frames, dimensions). If a figure isn't visible, its
        vector has no meaning.

    Examples:
        Two drawings of one character are more similar than drawings of two characters:

        >>> from ...sample.sample_clip import draw_clip
        >>> from ..whole_figure import find_figures
        >>> rin = draw_clip(2, 96, 96, period=2, character=0, seed=1)
        >>> aoi = draw_clip(1, 96, 96, period=2, character=1, seed=1)
        >>> first, second, other = embed(find_figures(torch.cat([rin, aoi])))
        >>> same, different = similarities(first[None], torch.stack([second, other]))[0]
        >>> bool(same > DEFAULT_THRESHOLD > different)
        True
    """
    # Their distributions are summed in double precision. The figures are small, so that all of the
    # work is done where that exists.
    figures = figures.to(summing_device(figures.lab.device))
    parts = [figures, *(upper_parts(figures, share) for share in UPPER_VIEWS)]
    return torch.cat([*map(_view, parts), CUT_MARK * figures.is_cut[:, None]], dim=1)


def _view(figures: Figures) -> torch.Tensor:
    """Return the view of each figure, a unit vector, shape (frames, VIEW)."""
    weight = figures.weight
    down, across = _places_in_box(figures)
    colours = colour_bins(figures.lab, LIGHTNESS_BINS, LIGHTNESS_STEP)
    weighted = weight * colour_weight(figures.lab)
    lower = ((down - LOWER_STARTS) / (UPPER_ENDS - LOWER_STARTS)).clamp(0, 1)
    lower = lower * lower * (3 - 2 * lower)
    cells = _cells(down, across)
    parts = (
        (UPPER, histogram(weighted * (1 - lower), colours)),
        (LOWER, histogram(weighted * lower, colours)),
        (OUTLINE, histogram(weight, cells)),
        (LINES, histogram(weight * line_strength(figures.lab), cells)),
    )
    return torch.cat([(part * share).sqrt() for share, part in parts], dim=1)


def _cells(down: torch.Tensor, across: torch.Tensor) -> Bins:
    """Return the soft bins of each pixel among the cells of the figure's box."""
    return soft_bin(down * (ROWS - 1), ROWS), soft_bin(across * (COLUMNS - 1), COLUMNS)


def _places_in_box(figures: Figures) -> tuple[torch.Tensor, torch.Tensor]:
    """Return how far down and across its figure's box each pixel lies, 0–1 inside the box."""
    height, width = figures.weight.shape[1:]
    left, top, right, bottom = figures.boxes[:, :, None, None].unbind(1)
    y = (torch.arange(height, device=figures.lab.device) + 0.5)[None, :, None] / height
    x = (torch.arange(width, device=figures.lab.device) + 0.5)[None, None, :] / width
    down = (y - top) / (bottom - top).clamp(min=1 / height)
    across = (x - left) / (right - left).clamp(min=1 / width)
    shape = figures.weight.shape
    return down.expand(shape), across.expand(shape)


def similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Return the similarity of every figure of `first` to every figure of `second`.

    A figure that its picture cuts is also compared with the upper parts of the others, and the best
    comparison counts.

    Args:
        first: embeddings of `embed`, shape (m, dimensions).
        second: embeddings of `embed`, shape (n, dimensions). Embeddings of version 0.1.0 consist of
            the view of the whole figure only.

    Returns:
        Similarities from 0 (nothing in common) to 1 (equal), shape (m, n).
    """
    if not len(first) or not len(second):  # without rows the dimensions may be 0 and not match
        return torch.zeros(len(first), len(second))
    first, second = first.double(), second.double()
    similarity = first[:, :VIEW] @ second[:, :VIEW].T
    if first.shape[1] == second.shape[1] == DIMENSIONS:
        is_cut, other_is_cut = first[:, -1:] > 0, second[:, -1] > 0
        for view in range(1, 1 + len(UPPER_VIEWS)):
            upper = slice(view * VIEW, (view + 1) * VIEW)
            to_upper = first[:, :VIEW] @ second[:, upper].T * is_cut
            from_upper = first[:, upper] @ second[:, :VIEW].T * other_is_cut
            similarity = torch.maximum(similarity, torch.maximum(to_upper, from_upper))
    return similarity.clamp(0, 1).float()


class PaletteEmbedder:
    """Embedder of colours and coarse shape; see `Embedder`."""

    name = BACKEND

    def __init__(self, region: Region, device: torch.device) -> None:
        """Make an embedder for the crops of detectors of a region.

        Args:
            region: region of the detector, `FIGURE` or `BUST`.
            device: device to compute on.

        Raises:
            InputError: the region is `FACE`, which lacks hair and outfit.
        """
        if region not in CALIBRATIONS:
            expected = "a detector that shows the figure, or head and shoulders"
            remedy = "Choose another detector, or another backend."
            raise InputError("detector", expected, f"one that shows the {region.value}", remedy)
        self.region = region
        self._device = device

    @property
    def device(self) -> str:
        """Device that it computes on."""
        return str(self._device)

    @property
    def threshold(self) -> float:
        """Similarity from which two pictures show one character; see `CALIBRATIONS`."""
        return CALIBRATIONS[self.region].threshold

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        """Loosest and strictest threshold that references may set."""
        return CALIBRATIONS[self.region].loosest, CALIBRATIONS[self.region].strictest

    @property
    def threshold_note(self) -> str:
        """Origin of the threshold, as the end of a sentence for the user."""
        return (
            "measured on drawn characters in motion, in different light, on plain and painted "
            "backgrounds"
        )

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Return the embeddings of all detections in a few frames; see `Embedder`."""
        if self.region is Region.BUST:
            return embed_busts(frames, detections, self._device)
        pairs = [(frames[index], each) for index, row in enumerate(detections) for each in row]
        figures = list(in_order(lambda pair: self._figure(*pair), pairs))
        if not figures:
            return torch.zeros(0, DIMENSIONS)
        # Figures of one size make one batch. Those of a detector of persons differ in size.
        batches: list[list[Figures]] = []
        for figure in figures:
            if batches and batches[-1][0].weight.shape == figure.weight.shape:
                batches[-1].append(figure)
            else:
                batches.append([figure])
        return torch.cat([embed(join(batch)).cpu() for batch in batches])

    def for_figures(self) -> "PaletteEmbedder":
        """Return the embedder of whole figures; see `Embedder`."""
        is_of_figures = self.region is Region.FIGURE
        return self if is_of_figures else PaletteEmbedder(Region.FIGURE, self._device)

    def _figure(self, frame: torch.Tensor, detection: Detection) -> Figures:
        if detection.figure is not None:
            return detection.figure
        if detection.mask is not None:
            mask = detection.mask.to(self._device)
            return figure_in_mask(frame.to(self._device), mask, detection.crop)
        return figure_in_box(frame.to(self._device), detection.crop)

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the similarity of every row of `first` to every row of `second`."""
        compare = bust_similarities if self.region is Region.BUST else similarities
        return compare(first, second)


PALETTE = EmbedderDeclaration(
    name=BACKEND,
    rank=40,
    reason="it needs none, and compares looks, not identity",
    open=lambda weights, resources, detector: PaletteEmbedder(detector.region, resources.device),
)
