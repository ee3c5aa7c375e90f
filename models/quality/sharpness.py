"""Sharpness of a drawing: width of its strongest lines."""

import math
from collections.abc import Sequence

import torch

from ..image_ops.luma import luma
from ..image_ops.order import ascending, highest
from ..measure import Measure
from ..measurement import Better

# Share of the pixels whose edges are measured. Lines and edges are a few percent of a drawing; the
# strongest half percent are its clearest.
STRONGEST = 0.005
# Contrast, in grey levels, below which an edge is shading or noise and not a line.
LEAST_CONTRAST = 24 / 255
REACH = 5  # px on either side of an edge in which its darkest and lightest pixel are taken
LEAST_EDGES = 16  # edge pixels; fewer are not enough for a median


def edge_width(frames: torch.Tensor) -> list[float | None]:
    """Measure the width of the strongest edges of each frame, in pixels from dark to light.

    The width is the contrast within `REACH` divided by the slope, at the steepest pixels. The edges
    of a clean cel are 1–2 px wide; a Gaussian blur of standard deviation σ makes them about 2.5 σ
    wide. Unlike the variance of the Laplacian, the width doesn't depend on the amount of flat
    colour, and a cel is mostly flat colour.

    Source: the blur measure of Marziliano et al., ICIP 2002. Here only the strongest edges count,
    and the width comes from contrast and slope. For a blurred edge, it is nearly the distance in
    which brightness rises from 10 % to 90 % of the contrast.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).

    Returns:
        A width in px for each frame; None where no edge is strong enough to be a line.

    Examples:
        >>> half_black = torch.ones(64, 64, 3)
        >>> half_black[:, :32] = 0
        >>> [round(width, 3) for width in edge_width(half_black[None])]
        [1.0]
    """
    return [width_of(edge_width_numbers(luma(frame[None]))[0].tolist()) for frame in frames]


def edge_width_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return what `width_of` needs of each picture, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).

    Returns:
        Number of clear edge pixels and their median width in px, shape (pictures, 2).
    """
    # The differences are over one pixel: central differences can't distinguish an edge of one pixel
    # from one of two.
    across = grey[:, :-1, 1:] - grey[:, :-1, :-1]
    down = grey[:, 1:, :-1] - grey[:, :-1, :-1]
    slope = across.square_().addcmul_(down, down)
    pixels = slope[0].numel()
    count = min(max(LEAST_EDGES, round(pixels * STRONGEST)), pixels)
    squares, indices = highest(slope.flatten(1), count)
    contrast = _contrast_around(grey, indices, slope.shape[-1])
    return clear_median(contrast, contrast / squares.sqrt())


def width_of(numbers: Sequence[float]) -> float | None:
    """Return the edge width in px, or None if too few edges are clear.

    Args:
        numbers: numbers of one picture from `edge_width_numbers`.
    """
    clear_edges, width = numbers
    return width if clear_edges >= LEAST_EDGES else None


def clear_median(contrast: torch.Tensor, widths: torch.Tensor) -> torch.Tensor:
    """Return the number of edges of enough contrast, and the median of their widths.

    Args:
        contrast: contrast of each edge, shape (…, edges).
        widths: width of each edge, px, in the same shape.

    Returns:
        Shape (…, 2). The median of no edges is 0.
    """
    clear = contrast >= LEAST_CONTRAST
    count = clear.sum(dim=-1, keepdim=True)
    middle = ascending(widths.where(clear, math.inf)).gather(-1, (count - 1).clamp_(min=0) // 2)
    return torch.cat([count.float(), middle.where(count > 0, 0)], dim=-1)


def _contrast_around(grey: torch.Tensor, indices: torch.Tensor, width: int) -> torch.Tensor:
    """Return the lightest minus the darkest grey within `REACH` of each pixel.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).
        indices: flat indices of pixels of each picture, in rows of `width`, shape
            (pictures, pixels).
        width: length of a row in `indices`, px.
    """
    reach = torch.arange(-REACH, REACH + 1, device=grey.device)
    # The pixels of a window are along axes before that of the windows: long rows are fast.
    reach = reach[:, None]
    rows = (indices.div(width, rounding_mode="floor")[:, None] + reach).clamp_(0, grey.shape[1] - 1)
    columns = (indices.remainder(width)[:, None] + reach).clamp_(0, grey.shape[2] - 1)
    window = rows.mul_(grey.shape[2])[:, :, None] + columns[:, None]
    values = grey.flatten(1).gather(1, window.flatten(1)).view(len(grey), -1, indices.shape[1])
    return values.amax(dim=1) - values.amin(dim=1)


EDGE_WIDTH = Measure(
    "edge_width",
    unit="px",
    better=Better.LOWER,
    low=2.0,  # clean lines are 1 to 1.8 px wide
    high=10.0,
    backend="edge-width",
    threshold=4.0,  # a Gaussian blur of 1.6 px, which looks soft at the picture's own size
    required=True,
    answers_to="Softness: width of the strongest lines, from dark to light, in px",
    function=lambda picture: picture.edge_width,
    passes="sharp_lines",
    fails="soft_lines",
    absences=("no_lines",),
)
