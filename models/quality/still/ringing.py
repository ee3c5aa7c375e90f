"""Ripples along lines, as sharpening, wide resampling filters and compression leave them."""

import torch
from torch.nn.functional import pad

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

# Grey levels over 2 px: what is steeper is a line, or an edge of colour.
LINE = 40 / 255
# Grey levels: what is steeper near a line is drawn, not a ripple.
DRAWN = 16 / 255
NEAR, FAR = (3, 8), 12  # px from a line: where ripples are, and where none reach
LEAST = 64  # pixels; fewer say nothing
GREY_LEVELS = 255


def ringing(grey: torch.Tensor) -> float | None:
    """Height of the ripples beside lines, in grey levels, less that of the texture far from them.

    The mean second difference over 2 px, the period at which ripples answer most, along rows or
    columns, at 3–8 px from lines. Strong noise hides ripples, and painted texture that ends before
    a line is taken for them.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Grey levels (of 255), 0 and above; None where no calm area lies beside a line, or
        none far from all, such as under strong noise.
    """
    inner = grey[2:-2, 2:-2]
    slope = torch.maximum(
        (grey[2:-2, 3:-1] - grey[2:-2, 1:-3]).abs(), (grey[3:-1, 2:-2] - grey[1:-3, 2:-2]).abs()
    )
    bend = torch.maximum(
        (grey[2:-2, 4:] + grey[2:-2, :-4] - 2 * inner).abs(),
        (grey[4:, 2:-2] + grey[:-4, 2:-2] - 2 * inner).abs(),
    )
    lines = slope >= LINE
    calm = slope < DRAWN
    near = _within(lines, NEAR[1]) & ~_within(lines, NEAR[0] - 1) & calm
    far = ~_within(lines, FAR) & calm
    if min(int(near.sum()), int(far.sum())) < LEAST:
        return None
    beside = bend[near].mean().item()
    elsewhere = bend[far].mean().item()
    return max(0.0, beside - elsewhere) / 2 * GREY_LEVELS


def _within(mask: torch.Tensor, reach: int) -> torch.Tensor:
    """Where there is anything of a mask within `reach` px."""
    side = 2 * reach + 1
    around = pad(mask, (reach,) * 4)
    for dim in (0, 1):
        width = 1  # of the windows so far: 1, 2, 4 … side
        while width < side:
            further = min(width, side - width)
            kept = around.shape[dim] - further
            around = around.narrow(dim, 0, kept) | around.narrow(dim, further, kept)
            width += further
    return around


RINGING = Measure(
    "ringing",
    unit="grey levels",
    better=Better.LOWER,
    high=20.0,
    backend="ripples-by-lines",
    answers_to="Ripples beside lines, in grey levels",
    function=unless_dithered(lambda picture: ringing(picture.grey)),
    passes="ripples",
    absences=(
        "nothing_beside_lines",
        DITHERED,
    ),
)
