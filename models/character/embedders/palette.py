"""How a character looks, without any weights: its colours, above and below, and coarse shape.

The descriptor compares looks, not identity: the same girl in another outfit is another palette,
and twins in one uniform are one.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch

from ...frames import InputError
from ..declaration import EmbedderDeclaration
from ..detection import Box, Detection, Region
from ..figure import Figures, find_figures, join
from .bust_palette import bust_similarities, embed_busts
from .distributions import PLANE_BINS, Bins, between, colour_bins, histogram, line_strength, telling

BACKEND = "palette"

# Parts of the descriptor and what each weighs in the similarity (they add up to 1). Colours say
# most; where they are tells a red-haired girl in blue from a blue-haired one in red; the outline
# moves with every gesture and says least.
UPPER, LOWER, OUTLINE, LINES = 0.40, 0.34, 0.16, 0.10

LIGHTNESS_BINS, LIGHTNESS_STEP = 4, 33.0

UPPER_ENDS, LOWER_STARTS = 0.75, 0.35  # of the figure's height; between them both parts fade
ROWS, COLUMNS = 6, 4  # of the coarse outline and line structure inside the figure's box

DIMENSIONS = 2 * LIGHTNESS_BINS * PLANE_BINS**2 + 2 * ROWS * COLUMNS
MARGIN = 0.1  # of a person's box, around it: enough of the background to know it by


class Calibration(NamedTuple):
    """Similarities from which two pictures show one character.

    Attributes:
        loosest, strictest: where references set the threshold, it stays between these.
        threshold: without references.
    """

    loosest: float
    threshold: float
    strictest: float


# In the middle between what one character came to at worst and two characters at best.
#
# Figures: the four sample characters (motion, planted faults, other backgrounds, light ±20 %, other
# croppings) and two hand-drawn ones with every expression, on plain and painted backgrounds: one
# character 0.86–1.00, two characters 0.40–0.81. In persons' boxes that are 3 % off, the two drawn
# ones, alone and side by side, light −15 % to +12 %: 0.87–1.00 and at most 0.72.
#
# Busts, from the faces that the cascade finds: the same drawings, sizes and lights, and two
# generated clips: one character 0.86–1.00, two characters at most 0.75. Where a picture cuts the
# outfit off, hair and eyes alone: 0.81–1.00 (0.85 in all but a hundredth), and up to 0.82 for two
# girls with hair of nearly one colour, which is why the threshold is not lower.
LOOSEST_THRESHOLD, DEFAULT_THRESHOLD, STRICTEST_THRESHOLD = 0.82, 0.84, 0.86  # of figures
CALIBRATIONS: Mapping[Region, Calibration] = {
    Region.FIGURE: Calibration(LOOSEST_THRESHOLD, DEFAULT_THRESHOLD, STRICTEST_THRESHOLD),
    Region.BUST: Calibration(loosest=0.80, threshold=0.82, strictest=0.85),
}


def embed(figures: Figures) -> torch.Tensor:
    """Describe each figure by its colours and its coarse shape.

    Each part is a distribution (soft-binned, adding up to 1), entered by its square root: the
    product of two descriptors is then the weighted mean of their Bhattacharyya coefficients.

    Args:
        figures: of some frames.

    Returns:
        Unit vectors without negative entries, shape (frames, dimensions). What comes of a figure
        that isn't visible means nothing.
    """
    weight = figures.weight
    down, across = _places_in_box(figures)
    colours = colour_bins(figures.lab, LIGHTNESS_BINS, LIGHTNESS_STEP)
    told = weight * telling(figures.lab)
    lower = ((down - LOWER_STARTS) / (UPPER_ENDS - LOWER_STARTS)).clamp(0, 1)
    lower = lower * lower * (3 - 2 * lower)
    cells = _cells(down, across)
    parts = (
        (UPPER, histogram(told * (1 - lower), colours)),
        (LOWER, histogram(told * lower, colours)),
        (OUTLINE, histogram(weight, cells)),
        (LINES, histogram(weight * line_strength(figures.lab), cells)),
    )
    return torch.cat([(part * share).sqrt() for share, part in parts], dim=1)


def _cells(down: torch.Tensor, across: torch.Tensor) -> Bins:
    """Where each pixel falls between the cells of the figure's box."""
    return between(down * (ROWS - 1), ROWS), between(across * (COLUMNS - 1), COLUMNS)


def _places_in_box(figures: Figures) -> tuple[torch.Tensor, torch.Tensor]:
    """How far down and across its figure's box each pixel lies, 0–1 inside it."""
    height, width = figures.weight.shape[1:]
    left, top, right, bottom = figures.boxes[:, :, None, None].unbind(1)
    y = (torch.arange(height, device=figures.lab.device) + 0.5)[None, :, None] / height
    x = (torch.arange(width, device=figures.lab.device) + 0.5)[None, None, :] / width
    down = (y - top) / (bottom - top).clamp(min=1 / height)
    across = (x - left) / (right - left).clamp(min=1 / width)
    shape = figures.weight.shape
    return down.expand(shape), across.expand(shape)


def similarities(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """How alike figures look, every one of `first` with every one of `second`.

    Args:
        first, second: what `embed` returned, shapes (m, dimensions) and (n, dimensions).

    Returns:
        0 (nothing in common) to 1 (the same), shape (m, n).
    """
    return (first.double() @ second.double().T).clamp(0, 1).float()


class PaletteEmbedder:
    """How everybody who was found looks: their colours and coarse shape; see `Embedder`."""

    name = BACKEND

    def __init__(self, region: Region, device: torch.device) -> None:
        """Describe what detectors of a region show.

        Args:
            region: of the detector, `FIGURE` or `BUST`.
            device: where to compute.

        Raises:
            InputError: a face alone, without hair and outfit.
        """
        if region not in CALIBRATIONS:
            expected = "a detector that shows the figure, or head and shoulders"
            remedy = "Choose another detector, or another backend."
            raise InputError("detector", expected, f"one that shows the {region.value}", remedy)
        self.region = region
        self._device = device

    @property
    def device(self) -> str:
        return str(self._device)

    @property
    def threshold(self) -> float:
        return CALIBRATIONS[self.region].threshold

    @property
    def threshold_bounds(self) -> tuple[float, float]:
        return CALIBRATIONS[self.region].loosest, CALIBRATIONS[self.region].strictest

    @property
    def threshold_note(self) -> str:
        """Where the threshold comes from, for people."""
        return "measured over drawn characters on plain and painted grounds, in motion and light"

    def embed(
        self, frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
    ) -> torch.Tensor:
        """Describe everybody in a few frames; see `Embedder`."""
        if self.region is Region.BUST:
            return embed_busts(frames, detections, self._device)
        pairs = [(frames[at], each) for at, found in enumerate(detections) for each in found]
        figures = [each.figure or self._figure_in(frame, each.crop) for frame, each in pairs]
        if not figures:
            return torch.zeros(0, DIMENSIONS)
        # One by one where a crop is as large as its person, all together where pictures are alike.
        batches: list[list[Figures]] = []
        for figure in figures:
            if batches and batches[-1][0].weight.shape == figure.weight.shape:
                batches[-1].append(figure)
            else:
                batches.append([figure])
        return torch.cat([embed(join(batch)).cpu() for batch in batches])

    def _figure_in(self, frame: torch.Tensor, crop: Box) -> Figures:
        """The figure in a person's box, with some background around, which it's told from."""
        height, width = frame.shape[:2]
        across, down = MARGIN * (crop.right - crop.left), MARGIN * (crop.bottom - crop.top)
        left, right = crop.left - across, crop.right + across
        columns = slice(max(round(left * width), 0), max(round(right * width), 1))
        top, bottom = max(round((crop.top - down) * height), 0), max(round(crop.bottom * height), 1)
        return find_figures(frame[None, top:bottom, columns].to(self._device))

    def similarities(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """How alike they look, every row of `first` with every one of `second`."""
        alike = bust_similarities if self.region is Region.BUST else similarities
        return alike(first, second)


PALETTE = EmbedderDeclaration(
    name=BACKEND,
    rank=40,
    reason="it needs none, and compares looks, not identity",
    open=lambda weights, resources, detector: PaletteEmbedder(detector.region, resources.device),
)
