"""Where two pictures differ, as something to look at."""

import torch

from .pairs import Pairs

# ΔE₀₀ and the colour it is shown in. Each step is about twice the one before, as differences are
# judged; ever lighter, so that it reads without colour too (the ramp is matplotlib's inferno).
# 1 can just be seen side by side, 2.5 beside nothing to compare with, 10 is another colour.
RAMP = (
    (0.0, (0.00, 0.00, 0.00)),
    (1.0, (0.26, 0.04, 0.41)),
    (2.5, (0.58, 0.15, 0.40)),
    (5.0, (0.87, 0.32, 0.23)),
    (10.0, (0.99, 0.65, 0.04)),
    (20.0, (0.99, 1.00, 0.64)),
)


def heat(differences: torch.Tensor) -> torch.Tensor:
    """Colours of differences: black for none, over purple (1), red (2.5–5) and orange (10) to pale
    yellow (20 and more).

    Args:
        differences: ΔE₀₀, any shape; black where it isn't finite.

    Returns:
        RGB in 0–1, a last axis of 3 added.
    """
    stops = differences.new_tensor([stop for stop, _ in RAMP])
    colours = differences.new_tensor([colour for _, colour in RAMP])
    known = differences.nan_to_num(0, 0, 0).clamp(0, RAMP[-1][0])
    above = torch.bucketize(known, stops).clamp(1, len(RAMP) - 1)
    share = (known - stops[above - 1]) / (stops[above] - stops[above - 1])
    return torch.lerp(colours[above - 1], colours[above], share[..., None])


def draw_differences(pairs: Pairs) -> torch.Tensor:
    """The colour difference of every pixel of every pair.

    Returns:
        RGB in 0–1 on the CPU, a picture for each pair; none where there are no references.
    """
    drawn = torch.empty(len(pairs) if len(pairs.references) else 0, *pairs.size, 3)
    if len(drawn):
        for row, pair in zip(drawn, pairs, strict=True):
            row.copy_(heat(pair.colour_differences))
    return drawn
