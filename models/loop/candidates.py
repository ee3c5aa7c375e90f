"""Choice of the best distinct loops of a clip from the costs of all loops, for `loop.find`."""

from typing import NamedTuple

import torch

from .costs import LoopCosts

# In squared steps, as the costs. Loops whose costs differ by at most this are equally good, because
# a third of a step can't be seen. Of equally good loops the longest is chosen, because it repeats
# itself least.
EQUALLY_GOOD = 0.1
# In squared steps. Costs that differ by at most this are equal except for rounding; of such loops
# the first is chosen.
ROUNDING = 1e-3
# Two loops that share frames, and whose lengths differ by at most this share, are taken for the
# same loop with another first frame.
NEARLY_AS_LONG = 1 / 8


class Place(NamedTuple):
    """Position of a loop in a clip.

    Attributes:
        start: first frame of the loop.
        length: number of frames.
        distance: distance from a perfect loop, in steps of the clip beside the seam; None if it
            was not measured.
    """

    start: int
    length: int
    distance: float | None


def best_places(loop_costs: LoopCosts, most: int) -> list[Place]:
    """Return the best distinct loops, best first.

    Args:
        loop_costs: costs of all loops of the clip.
        most: largest number of loops to return.

    Returns:
        At most `most` loops; none if no length is allowed.
    """
    costs = loop_costs.costs.clone()  # becomes infinite for loops that resemble a chosen one
    lengths = loop_costs.lengths
    starts = loop_costs.starts[:, None].expand_as(costs)
    places: list[Place] = []
    while len(places) < most and costs.numel() and costs.min().isfinite():
        good = costs <= costs.min() + EQUALLY_GOOD
        good &= loop_costs.has_continuation | _multiples(loop_costs, good)
        length = int(lengths[good].max())
        row, column = _cheapest(costs, good & (lengths == length))
        start = int(loop_costs.starts[row])
        places.append(Place(start, length, costs[row, column].item() ** 0.5))
        similar = (lengths - length).abs() <= max(1, NEARLY_AS_LONG * length)
        overlapping = (starts < start + length) & (start < starts + lengths)
        costs[similar & overlapping] = torch.inf
    return places


def _multiples(loop_costs: LoopCosts, good: torch.Tensor) -> torch.Tensor:
    """Mark the loops whose length is a multiple of a proved period.

    A period is proved by a good loop after which the clip goes on: the frames after its end show
    that the motion repeats. A loop that ends with the clip has no such frames. The distance across
    its seam may fit by chance although the motion has another direction. So its length must be a
    multiple of a proved period.

    Args:
        loop_costs: costs of all loops of the clip.
        good: True for the loops with a good cost, same shape as the costs.

    Returns:
        bool, same shape as the costs; True everywhere if no period is proved.
    """
    periods = loop_costs.lengths[good & loop_costs.has_continuation].unique()
    if len(periods) == 0:
        return torch.ones_like(good)
    allowed = torch.zeros(int(loop_costs.lengths.max()) + 1, dtype=torch.bool)
    for period in periods.tolist():
        allowed[::period] = True
    return allowed[loop_costs.lengths]


def _cheapest(costs: torch.Tensor, allowed: torch.Tensor) -> tuple[int, int]:
    """Return row and column of the lowest allowed cost, the first of equal ones."""
    allowed_costs = torch.where(allowed, costs, torch.inf)
    first = (allowed_costs <= allowed_costs.min() + ROUNDING).flatten().int().argmax()
    return divmod(int(first), costs.shape[1])
