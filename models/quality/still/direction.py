"""Blur in one direction, as motion causes it and a soft lens doesn't."""

import torch

from ...measure import Measure, Value, short
from ...measurement import Better
from ..sharpness import LEAST_CONTRAST, REACH
from .picture import Picture

STRONGEST = 0.005  # share of all pixels that is measured in each direction: its clearest edges
LEAST_EDGES = 32  # edge pixels; fewer say nothing about a direction
# Directions across an edge, degrees. Each one stands for those within 22.5° of it.
DIRECTIONS = (0, 45, 90, 135)
# A picture counts as blurred by motion if the edges of one direction are so many times as wide as
# those of the narrowest direction.
MOTION = 1.8


def edge_widths(grey: torch.Tensor) -> dict[int, float]:
    """Return the width of the strongest edges by the direction across them.

    Motion widens the edges that lie across it, and not those along it. The width is contrast
    divided by slope, as in `sharpness.edge_width`, but the contrast is taken along the direction
    only.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Widths in px by direction, in degrees from the horizontal. Directions with too few edges are
        left out.
    """
    if min(grey.shape) <= 2 * REACH + 2:
        return {}
    right = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    slope = torch.hypot(right, down).flatten()
    # The slope is over 2 px. A flatter edge doesn't reach the least contrast within `REACH`.
    edges = (slope > 2 * LEAST_CONTRAST / (2 * REACH)).nonzero()[:, 0]
    angle = torch.atan2(down.flatten()[edges], right.flatten()[edges]).rad2deg_()
    sector = angle.add_(22.5).remainder_(180).div_(45).floor_()
    count = max(LEAST_EDGES, round(slope.numel() * STRONGEST))
    widths = {}
    for number, direction in enumerate(DIRECTIONS):
        indices = edges[sector == number]
        steepest = indices[slope[indices].topk(min(count, len(indices))).indices]
        width = _width(grey, steepest, grey.shape[1] - 2, direction)
        if width is not None:
            widths[direction] = width
    return widths


def blur_direction(grey: torch.Tensor) -> tuple[float, int] | None:
    """Compare the widths of edges of different directions.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        The width of the widest direction divided by that of the narrowest, 1 or more, and the
        widest direction in degrees (0 for horizontal motion, 90 for vertical motion). None if fewer
        than two directions have edges.
    """
    widths = edge_widths(grey)
    if len(widths) < 2:
        return None
    widest = max(widths, key=lambda direction: widths[direction])
    return widths[widest] / min(widths.values()), widest


def _width(grey: torch.Tensor, indices: torch.Tensor, row: int, direction: int) -> float | None:
    """Return the median width of edges in px, or None if too few are clear.

    Args:
        grey: luma in 0–1, shape (height, width).
        indices: flat indices of the edge pixels in the picture without its outermost pixels.
        row: length of a row in `indices`, px.
        direction: one of `DIRECTIONS`.
    """
    x_step, y_step = {0: (1, 0), 45: (1, 1), 90: (0, 1), 135: (-1, 1)}[direction]
    y = indices.div(row, rounding_mode="floor") + 1
    x = indices.remainder(row) + 1
    reach = torch.arange(-REACH, REACH + 1, device=grey.device)
    rows = (y[:, None] + y_step * reach).clamp(0, len(grey) - 1)
    columns = (x[:, None] + x_step * reach).clamp(0, grey.shape[1] - 1)
    profile = grey[rows, columns]
    steepest = (profile[:, 1:] - profile[:, :-1]).abs().amax(dim=1)
    contrast = profile.amax(dim=1) - profile.amin(dim=1)
    clear = contrast >= LEAST_CONTRAST
    if int(clear.sum()) < LEAST_EDGES:
        return None
    # A diagonal step is √2 px long.
    length = (x_step * x_step + y_step * y_step) ** 0.5
    return (contrast[clear] / steepest[clear]).median().item() * length


def _blur_direction(picture: Picture) -> Value | None:
    direction = blur_direction(picture.grey)
    if direction is None:
        return None
    ratio, angle = direction
    details = {"angle": angle}
    if ratio < MOTION or picture.edge_width is None:
        return Value(ratio, details=details)
    facts = {"angle": angle, "ratio": short(ratio), "width": short(picture.edge_width * ratio)}
    return Value(ratio, facts, MOTION_BLURRED, details=details)


MOTION_BLURRED = "motion_blurred"
BLUR_DIRECTION = Measure(
    "blur_direction",
    unit="of the sharpest direction",
    better=Better.LOWER,
    low=1.0,
    high=10.0,
    backend="edge-width-by-direction",
    answers_to="Motion blur: edge width in the softest direction divided by that in the sharpest. "
    "1.8 or more is motion blur",
    function=_blur_direction,
    passes="blur_all_round",
    reasons=(MOTION_BLURRED,),
    absences=("no_directions",),
)
