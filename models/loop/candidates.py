"""The best distinct loops of a clip, from the cost of all of them."""

from typing import NamedTuple

import torch

from .costs import LoopCosts

# Squared steps. Costs this close are equally good (a third of a step can't be seen), and of
# equally good loops the longest repeats itself least.
EQUALLY_GOOD = 0.1
ROUNDING = 1e-3  # squared steps; costs this close differ by rounding alone: the first one is taken
# Loops that share frames and are nearly as long are one loop, begun elsewhere.
NEARLY_AS_LONG = 1 / 8


class Place(NamedTuple):
    """A loop in a clip: `length` frames from frame `start` on.

    Attributes:
        distance: from a perfect loop, in steps of the clip beside the seam; None where not known.
    """

    start: int
    length: int
    distance: float | None


def best_places(judged: LoopCosts, most: int) -> list[Place]:
    """The best distinct loops, best first.

    Args:
        judged: the cost of every loop.
        most: of them.

    Returns:
        Fewer than `most` where there are no more; none where no length is allowed.
    """
    costs = judged.costs.clone()
    starts = judged.starts[:, None].expand_as(costs)
    places: list[Place] = []
    while len(places) < most and costs.numel() and costs.min().isfinite():
        good = costs <= costs.min() + EQUALLY_GOOD
        good &= judged.shown | _multiples(judged, good)
        length = int(judged.lengths[good].max())
        row, column = _cheapest(costs, good & (judged.lengths == length))
        start = int(judged.starts[row])
        places.append(Place(start, length, costs[row, column].item() ** 0.5))
        similar = (judged.lengths - length).abs() <= max(1, NEARLY_AS_LONG * length)
        shared = (starts < start + length) & (start < starts + judged.lengths)
        costs[similar & shared] = torch.inf
    return places


def _multiples(judged: LoopCosts, good: torch.Tensor) -> torch.Tensor:
    """Where a length is a multiple of one that the clip shows to loop; everywhere if none is.

    What plays to the clip's end is judged by how far its seam moves, not where to. That may fit by
    chance, so it must agree with what is known of the motion.
    """
    known = judged.lengths[good & judged.shown].unique()
    if len(known) == 0:
        return torch.ones_like(good)
    allowed = torch.zeros(int(judged.lengths.max()) + 1, dtype=torch.bool)
    for length in known.tolist():
        allowed[::length] = True
    return allowed[judged.lengths]


def _cheapest(costs: torch.Tensor, among: torch.Tensor) -> tuple[int, int]:
    left = torch.where(among, costs, torch.inf)
    first = (left <= left.min() + ROUNDING).flatten().int().argmax()
    return divmod(int(first), costs.shape[1])
