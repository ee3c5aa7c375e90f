"""Choice of the best distinct loops of a clip from the costs of all loops, for `loop.find`."""

from typing import NamedTuple

import torch

from .costs import LoopCosts

# Squared steps. Costs this close are equally good, as a third of a step can't be seen. Of equally
# good loops the longest one is chosen, which repeats itself least.
EQUALLY_GOOD = 0.1
# Squared steps. Costs this close differ only by rounding, so that the first loop is chosen.
ROUNDING = 1e-3
# Loops that share frames and differ in length by at most this share are the same loop, started at
# another frame.
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
    costs = loop_costs.costs.clone()  # set to infinity for loops that are like a chosen one
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
    """Return True for each length that is a multiple of a period proved by the clip's continuation.

    A loop that ends with the clip is judged only by how far its seam moves, not by the direction.
    Such a loop may fit by chance, so its length must agree with a proved period.

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
