"""Blur in one direction, as motion causes it and a soft lens doesn't."""

from collections.abc import Mapping, Sequence

import torch

from ...image_ops.order import highest, places
from ...measure import Measure, Value, short
from ...measurement import Better
from ..sharpness import LEAST_CONTRAST, REACH, clear_median
from .picture import Picture

STRONGEST = 0.005  # share of all pixels that is measured in each direction: its clearest edges
LEAST_EDGES = 32  # edge pixels; fewer say nothing about a direction
# Directions across an edge, degrees. Each one stands for those within 22.5° of it.
DIRECTIONS = (0, 45, 90, 135)
# One step along each direction: rows, then columns.
STEPS = ((0, 1, 1, 1), (1, 1, 0, -1))
TAN_22_5 = 2**0.5 - 1
# Square of a slope over 2 px. A flatter edge doesn't reach the least contrast within `REACH`.
FLAT = (2 * LEAST_CONTRAST / (2 * REACH)) ** 2
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
    return widths_of(direction_numbers(grey[None])[0].tolist())


def direction_numbers(grey: torch.Tensor) -> torch.Tensor:
    """Return what `widths_of` needs of each picture; only a CPU is waited for.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).

    Returns:
        Number of clear edges and their median width in px for each of `DIRECTIONS`, shape
        (pictures, 8).
    """
    no_edges = grey.new_zeros(len(grey), 2 * len(DIRECTIONS))
    if min(grey.shape[1:]) <= 2 * REACH + 2:
        return no_edges
    right = grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]
    down = grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1]
    squares = right.square().addcmul_(down, down).flatten(1)
    pixels = squares.shape[1]
    if len(grey) == 1 and grey.device.type == "cpu":  # flat pixels needn't be looked at
        edges = places(squares, above=FLAT)[None]
        if not edges.numel():
            return no_edges
    else:
        edges = torch.arange(pixels, device=grey.device).expand(len(grey), -1)
    right, down = (slope.flatten(1).gather(1, edges) for slope in (right, down))
    squares = squares.gather(1, edges)
    # A direction keeps its squared slopes; pixels of other directions and flat ones come last.
    of_sector = _sectors(right, down)[:, None] == torch.arange(4, device=grey.device)[:, None]
    kept = (of_sector & (squares > FLAT)[:, None]).float().mul_(squares[:, None])
    count = min(max(LEAST_EDGES, round(pixels * STRONGEST)), edges.shape[1])
    steepest, indices = (each.unflatten(0, (-1, 4)) for each in highest(kept.flatten(0, 1), count))
    indices = edges[:, None].expand(-1, 4, -1).gather(2, indices)
    contrast, widths = _profiles(grey, indices, grey.shape[2] - 2)
    return clear_median(contrast.where(steepest > 0, 0), widths).flatten(1)


def widths_of(numbers: Sequence[float]) -> dict[int, float]:
    """Return the edge widths in px by direction, without those that have too few clear edges.

    Args:
        numbers: numbers of one picture from `direction_numbers`.
    """
    return {
        direction: width
        for direction, edges, width in zip(DIRECTIONS, numbers[::2], numbers[1::2], strict=True)
        if edges >= LEAST_EDGES
    }


def _sectors(right: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    """Return the index in `DIRECTIONS` of each gradient, float32.

    Args:
        right: slope of each pixel along its row.
        down: slope of each pixel along its column.
    """
    across, along = right.abs(), down.abs()
    steep = (along > across * TAN_22_5).float()
    diagonal = steep * (across > along * TAN_22_5)
    # 90° is steep alone (2); 45° and 135° are diagonal (1 and 3), by the sign of the slopes.
    return 2 * steep - diagonal * (right * down).sign()


def blur_direction(grey: torch.Tensor) -> tuple[float, int] | None:
    """Compare the widths of edges of different directions.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        The width of the widest direction divided by that of the narrowest, 1 or more, and the
        widest direction in degrees (0 for horizontal motion, 90 for vertical motion). None if fewer
        than two directions have edges.
    """
    return ratio_of(edge_widths(grey))


def ratio_of(widths: Mapping[int, float]) -> tuple[float, int] | None:
    """Return the ratio and the widest direction as `blur_direction` does.

    Args:
        widths: result of `edge_widths`.
    """
    if len(widths) < 2:
        return None
    widest = max(widths, key=lambda direction: widths[direction])
    return widths[widest] / min(widths.values()), widest


def _profiles(
    grey: torch.Tensor, indices: torch.Tensor, row: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the contrast and the width in px of edges, both of the shape of `indices`.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).
        indices: flat indices of the edge pixels in the pictures without their outermost pixels,
            shape (pictures, 4, edges): one row for each of `DIRECTIONS`.
        row: length of a row in `indices`, px.
    """
    height, width = grey.shape[1:]
    reach = torch.arange(-REACH, REACH + 1, device=grey.device)
    # The pixels of a profile are along an axis before that of the edges: long rows are fast.
    steps = torch.tensor(STEPS, device=grey.device)[:, None, :, None] * reach[:, None, None]
    rows = (indices.div(row, rounding_mode="floor") + 1)[:, None] + steps[0]
    columns = (indices.remainder(row) + 1)[:, None] + steps[1]
    flat = rows.clamp_(0, height - 1).mul_(width).add_(columns.clamp_(0, width - 1))
    profile = grey.flatten(1).gather(1, flat.flatten(1)).view(flat.shape)
    steepest = (profile[:, 1:] - profile[:, :-1]).abs_().amax(dim=1)
    contrast = profile.amax(dim=1) - profile.amin(dim=1)
    # A diagonal step is √2 px long.
    lengths = torch.tensor(STEPS, device=grey.device).square().sum(dim=0).sqrt()
    return contrast, contrast / steepest * lengths[:, None]


def _blur_direction(picture: Picture) -> Value | None:
    direction = ratio_of(widths_of(picture.of_grey(direction_numbers)))
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
