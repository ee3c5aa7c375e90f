"""Cut both ends of a clip where going from one to the other is a step like any other."""

import math
from collections.abc import Iterator

import torch

from ..position import REST
from ..seam import LEAST_DRAWINGS, LEAST_FRAMES
from .drawn import Change, Drawn, note

TRIM = note("trim", "frames", 100.0)

# At least this share of the clip stays: a second of four seconds is another clip.
LEAST_SHARE = 0.5
# Pairs of drawings around the seam and their weights: the binomial filter of Schödl et al., Video
# Textures, SIGGRAPH 2000. A pose that is passed on the way back agrees with one pair of four.
AROUND = {-2: 1.0, -1: 3.0, 0: 3.0, 1: 1.0}
# What a cut of the whole clip costs in usual steps, so that of equal cuts the longest one stays.
SHORTNESS = 0.1
TRIED = 4  # cuts that differ by more than a drawing, for the full score to choose from


def trimmed(clip: Drawn, least_share: float = LEAST_SHARE) -> Iterator[Change]:
    """The most promising cuts of the clip's ends, best first.

    A drawing after the cut should look like the one that the loop goes on with, and one before it
    like the one that the loop came from; the step across should be as large as those beside it.

    Args:
        clip: the clip.
        least_share: how much of it has to stay, 0–1.
    """
    frames = len(clip.images)
    for start, end in _best_cuts(clip, math.ceil(least_share * frames)):
        values = {"start": start, "end": frames - end, "left": end - start, "before": frames}
        done = TRIM.measured(frames - (end - start), reason_values=values)
        yield Change(clip.images[start:end], (done,))


def _best_cuts(clip: Drawn, least: int) -> list[tuple[int, int]]:
    """First frame and frame after the last one, of distinct cuts, best first."""
    count = len(clip.drawings)
    if count <= LEAST_DRAWINGS:
        return []
    starts, ends = torch.tensor(clip.drawings), torch.tensor(clip.ends)
    left = ends[None] - starts[:, None]  # by first drawing and last drawing
    drawn = torch.arange(count)[None] - torch.arange(count)[:, None] + 1
    allowed = (left >= max(least, LEAST_FRAMES)) & (drawn >= LEAST_DRAWINGS) & (drawn < count)
    cost = _costs(clip.distances(), clip.steps) + SHORTNESS * (1 - left / len(clip.images))
    cost = cost.where(allowed, math.inf)
    best: list[tuple[int, int]] = []
    while len(best) < TRIED and cost.isfinite().any():
        first, last = divmod(int(cost.argmin()), count)
        best.append((int(starts[first]), int(ends[last])))
        cost[max(first - 1, 0) : first + 2, max(last - 1, 0) : last + 2] = math.inf
    return best


def _costs(distances: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """What each cut costs in usual steps, shape (first drawing, last drawing)."""
    count = len(distances)
    usual = steps[:-1].median().clamp(min=1e-6)
    rest = REST * usual
    # Beside the seam: the step after the first drawing, and the step before the last one.
    beside = (steps[:, None] + steps.roll(1)[None, :]) / 2
    seam = ((distances + rest) / (beside + rest)).log2().abs()
    agreement, weights = torch.zeros(count, count), torch.zeros(count, count)
    for shift, weight in AROUND.items():
        # The pair (first + shift, the one after last + shift), where both exist.
        rows = torch.arange(count) + shift
        columns = torch.arange(count) + 1 + shift
        exists = ((rows >= 0) & (rows < count))[:, None] & ((columns >= 0) & (columns < count))
        pair = distances[rows.clamp(0, count - 1)][:, columns.clamp(0, count - 1)]
        agreement += weight * pair.where(exists, 0.0)
        weights += weight * exists
    return agreement / weights.clamp(min=1.0) / usual + seam
