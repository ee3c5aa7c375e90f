"""Sharpness of a drawing: width of its strongest lines."""

import torch

from ..image_ops.luma import luma
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
    return [_edge_width(luma(frame[None])[0]) for frame in frames]


def _edge_width(grey: torch.Tensor) -> float | None:
    # The differences are over one pixel: central differences can't distinguish an edge of one pixel
    # from one of two.
    across = (grey[:-1, 1:] - grey[:-1, :-1]).abs()
    down = (grey[1:, :-1] - grey[:-1, :-1]).abs()
    slope = torch.hypot(across, down)
    count = max(LEAST_EDGES, round(slope.numel() * STRONGEST))
    steepest = slope.flatten().topk(min(count, slope.numel()))
    contrast = _contrast_around(grey, steepest.indices, slope.shape[1])
    clear = contrast >= LEAST_CONTRAST
    if int(clear.sum()) < LEAST_EDGES:
        return None
    return (contrast[clear] / steepest.values[clear]).median().item()


def _contrast_around(grey: torch.Tensor, indices: torch.Tensor, width: int) -> torch.Tensor:
    """Return the lightest minus the darkest grey within `REACH` of each pixel.

    Args:
        grey: luma in 0–1, shape (height, width).
        indices: flat indices of the pixels, in rows of `width`.
        width: length of a row in `indices`, px.
    """
    reach = torch.arange(-REACH, REACH + 1, device=grey.device)
    rows = (indices.div(width, rounding_mode="floor")[:, None] + reach).clamp(0, len(grey) - 1)
    columns = (indices.remainder(width)[:, None] + reach).clamp(0, grey.shape[1] - 1)
    window = grey[rows[:, :, None], columns[:, None, :]].flatten(1)
    return window.amax(dim=1) - window.amin(dim=1)


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
