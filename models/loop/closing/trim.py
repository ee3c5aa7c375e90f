"""Cutting of a clip's two ends, so that the step from the last drawing to the first fits in."""

import math
from collections.abc import Iterator

import torch

from ...perceptual.backend import Progress
from ...sound.edits import Cut
from ..position import REST
from ..seam import LEAST_DRAWINGS, LEAST_FRAMES
from .drawn_clip import Change, DrawnClip, note

TRIM = note("trim", "frames", 100.0)

# At least this share of the clip stays. One second that is left of four would be another clip.
LEAST_SHARE = 0.5
# Shift and weight of each pair of drawings around the seam: the binomial filter of Schödl et al.,
# Video Textures, SIGGRAPH 2000. If a swing passes a pose again on its way back, only one pair of
# the four agrees.
AROUND = {-2: 1.0, -1: 3.0, 0: 3.0, 1: 1.0}
# Cost, in usual steps, of removing the whole clip. Shorter cuts cost proportionally less, so that
# of equally good cuts the one that keeps most is chosen.
SHORTNESS = 0.1
CUTS = 4  # number of cuts that are scored in full; they differ by more than one drawing


def trimmed(
    clip: DrawnClip, least_share: float = LEAST_SHARE, report_progress: Progress = None
) -> Iterator[Change]:
    """Yield the clip cut at its most promising ends, best first.

    The first drawing that is cut off at the end should look like the drawing that the loop plays
    instead, its first one. The last drawing that is cut off at the start should look like the
    loop's last one. The step across the seam should be as large as the steps beside it.

    Args:
        clip: the clip.
        least_share: share of the clip that must stay, 0–1.
        report_progress: called with (work done, all work); may raise to stop.
    """
    frames = len(clip)
    for start, end in _best_cuts(clip, math.ceil(least_share * frames), report_progress):
        values = {"start": start, "end": frames - end, "left": end - start, "before": frames}
        trim_note = TRIM.measured(frames - (end - start), reason_values=values)
        yield Change(clip.recipe.of_frames(range(start, end)), (trim_note,), Cut(start, end))


def _best_cuts(
    clip: DrawnClip, least_frames: int, report_progress: Progress
) -> list[tuple[int, int]]:
    """Return the first frame and the end (exclusive) of distinct cuts, best first."""
    count = len(clip.drawings)
    if count <= LEAST_DRAWINGS:
        return []
    starts, ends = torch.tensor(clip.drawings), torch.tensor(clip.ends)
    # All these are indexed by the first and the last drawing that a cut keeps.
    frames = ends[None] - starts[:, None]
    drawings = torch.arange(count)[None] - torch.arange(count)[:, None] + 1
    allowed = frames >= max(least_frames, LEAST_FRAMES)
    allowed &= (drawings >= LEAST_DRAWINGS) & (drawings < count)
    cost = _costs(clip.distances(report_progress), clip.steps)
    cost += SHORTNESS * (1 - frames / len(clip))
    cost = cost.where(allowed, math.inf)
    best: list[tuple[int, int]] = []
    while len(best) < CUTS and cost.isfinite().any():
        first, last = divmod(int(cost.argmin()), count)
        best.append((int(starts[first]), int(ends[last])))
        cost[max(first - 1, 0) : first + 2, max(last - 1, 0) : last + 2] = math.inf
    return best


def _costs(distances: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """Return the cost of each cut in usual steps, shape (first drawing, last drawing)."""
    count = len(distances)
    usual = steps[:-1].median().clamp(min=1e-6)
    offset = REST * usual
    # The steps beside the seam are the one after the first drawing and the one before the last.
    beside = (steps[:, None] + steps.roll(1)[None, :]) / 2
    seam = ((distances + offset) / (beside + offset)).log2().abs()
    agreement, weights = torch.zeros(count, count), torch.zeros(count, count)
    for shift, weight in AROUND.items():
        # The pair is (first + shift, last + 1 + shift), if the clip has both drawings.
        rows = torch.arange(count) + shift
        columns = torch.arange(count) + 1 + shift
        exists = ((rows >= 0) & (rows < count))[:, None] & ((columns >= 0) & (columns < count))
        pair = distances[rows.clamp(0, count - 1)][:, columns.clamp(0, count - 1)]
        agreement += weight * pair.where(exists, 0.0)
        weights += weight * exists
    return agreement / weights.clamp(min=1.0) / usual + seam
