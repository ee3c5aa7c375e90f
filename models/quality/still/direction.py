"""Blur of one direction: what motion, and not a soft lens, does."""

import torch

from ...measure import Measure, Value, short
from ...measurement import Better
from ..sharpness import LEAST_CONTRAST, REACH
from .picture import Picture

STRONGEST = 0.005  # of all pixels, in each direction: its clearest edges
LEAST = 32  # edges; fewer say nothing of a direction
# Direction of the steepest ascent within 22.5° of these, in degrees: each takes a quarter.
DIRECTIONS = (0, 45, 90, 135)
# Edges of one direction this many times as wide as another's: motion, where the widest are soft.
MOTION = 1.8


def edge_widths(grey: torch.Tensor) -> dict[int, float]:
    """Width of the strongest edges by the direction across them: contrast over slope, in px.

    Motion widens the edges that lie across it and leaves those along it. As `sharpness.edge_width`,
    with contrast looked for along the direction only.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        px by direction, degrees from the horizontal; without those that have too few edges.
    """
    if min(grey.shape) <= 2 * REACH + 2:
        return {}
    right = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    slope = torch.hypot(right, down).flatten()
    # Over 2 px: an edge that is flatter is none within reach.
    edges = (slope > 2 * LEAST_CONTRAST / (2 * REACH)).nonzero()[:, 0]
    angle = torch.atan2(down.flatten()[edges], right.flatten()[edges]).rad2deg_()
    sector = angle.add_(22.5).remainder_(180).div_(45).floor_()
    count = max(LEAST, round(slope.numel() * STRONGEST))
    widths = {}
    for number, direction in enumerate(DIRECTIONS):
        places = edges[sector == number]
        steepest = places[slope[places].topk(min(count, len(places))).indices]
        width = _width(grey, steepest, grey.shape[1] - 2, direction)
        if width is not None:
            widths[direction] = width
    return widths


def blur_direction(grey: torch.Tensor) -> tuple[float, int] | None:
    """How much wider edges of one direction are than those of another.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        The widest direction's width over the narrowest's, 1 and above, and the direction in degrees
        (0 horizontal, 90 vertical motion); None where fewer than two directions have edges.
    """
    widths = edge_widths(grey)
    if len(widths) < 2:
        return None
    widest = max(widths, key=lambda each: widths[each])
    return widths[widest] / min(widths.values()), widest


def _width(grey: torch.Tensor, places: torch.Tensor, row: int, direction: int) -> float | None:
    """Median width at places given by their index in rows of `row`, without the rim."""
    x_step, y_step = {0: (1, 0), 45: (1, 1), 90: (0, 1), 135: (-1, 1)}[direction]
    y = places.div(row, rounding_mode="floor") + 1
    x = places.remainder(row) + 1
    reach = torch.arange(-REACH, REACH + 1, device=grey.device)
    rows = (y[:, None] + y_step * reach).clamp(0, len(grey) - 1)
    columns = (x[:, None] + x_step * reach).clamp(0, grey.shape[1] - 1)
    profile = grey[rows, columns]
    steepest = (profile[:, 1:] - profile[:, :-1]).abs().amax(dim=1)
    height = profile.amax(dim=1) - profile.amin(dim=1)
    clear = height >= LEAST_CONTRAST
    if int(clear.sum()) < LEAST:
        return None
    # A diagonal step is √2 px long.
    length = (x_step * x_step + y_step * y_step) ** 0.5
    return (height[clear] / steepest[clear]).median().item() * length


def _measured(picture: Picture) -> Value | None:
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
    function=_measured,
    passes="blur_all_round",
    reasons=(MOTION_BLURRED,),
    absences=("no_directions",),
)
