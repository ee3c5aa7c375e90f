"""Does anything move at all, and in a way that could be followed?"""

import torch
from torch.nn.functional import adaptive_avg_pool2d, normalize

from ..holds import STILL
from ..perceptual.structural import BACKEND
from ..pixels.flow import GreyPictures
from ..report import Better, Measure, Measurement

# How lively a loop is makes it no better: what clearly moves has the whole score.
CLEAR_MOTION = 4 * STILL
# How alike a drawing and another one change the picture: not at all in grain (below 0.15 by chance
# at this size), wholly where a drawing comes again.
LEAST_CONTINUITY, CLEAR_CONTINUITY = 0.4, 0.65
LEAST_DRAWINGS = 8  # a walk of four drawings may have them all equally far apart
MOST_DRAWINGS = 64
SIDE = 32  # cells across and down, for the comparison of all pairs

MOTION = Measure(
    "motion",
    unit="ΔE",
    better=Better.HIGHER,
    low=0.0,
    high=CLEAR_MOTION,
    backend=BACKEND,
    threshold=STILL,
    required=True,
)
CONTINUITY = Measure(
    "continuity",
    unit="correlation",
    better=Better.HIGHER,
    low=0.0,
    high=CLEAR_CONTINUITY,
    backend="thumbnails",
    threshold=LEAST_CONTINUITY,
    required=True,
)


def motion(steps: torch.Tensor) -> Measurement:
    """The usual step between drawings: a frozen clip has none.

    Args:
        steps: from each drawing to the next, without the seam's, in ΔE.
    """
    usual = steps.median().item() if len(steps) else 0.0
    code = "motion" if usual >= STILL else "nothing_moves"
    return MOTION.measured(usual, code, {"step": round(usual, 2)})


def continuity(pictures: GreyPictures) -> Measurement:
    """How like its most similar other drawing a usual drawing is, beside what all of them share.

    Nothing but grain, or pictures that have nothing to do with one another, have no such drawing:
    then any two of them make as good a seam as any step, and there is no motion to loop. Most of
    the drawings have to have one: a few that were blended into one another don't make a motion.

    The poses of a short walk may all be unlike one another. There, what tells grain is that each
    pixel changes by itself; unrelated pictures can't be told from such a walk.

    Args:
        pictures: one of each drawing in the order in which they play.

    Returns:
        A correlation: near 0 in grain, near 1 in slow motion.
    """
    alike = _likeness(pictures) if len(pictures) >= LEAST_DRAWINGS else _smoothness(pictures)
    code = "continuity" if alike >= LEAST_CONTINUITY else "only_grain"
    return CONTINUITY.measured(alike, code, {"percent": round(100 * alike)})


def _likeness(pictures: GreyPictures) -> float:
    """Correlation of a usual drawing and the one most like it, beside what all have in common."""
    chosen = [torch.from_numpy(pictures[i]) for i in range(min(len(pictures), MOST_DRAWINGS))]
    vectors = adaptive_avg_pool2d(torch.stack(chosen).float(), SIDE).flatten(1)
    # What they share: light, and the picture that stays, however bright.
    shared = torch.stack([torch.ones(vectors.shape[1]), vectors.mean(dim=0)], dim=1)
    basis = torch.linalg.qr(shared).Q
    own = vectors - vectors @ basis @ basis.T
    likeness = normalize(own, dim=1)
    alike = (likeness @ likeness.T).fill_diagonal_(-1).amax(dim=1)
    return max(alike.median().item(), 0.0)


def _smoothness(pictures: GreyPictures) -> float:
    """Correlation of what changes at a pixel, and at the pixels beside it; from step to step."""
    correlations = []
    for place in range(len(pictures) - 1):
        after, before = torch.from_numpy(pictures[place + 1]), torch.from_numpy(pictures[place])
        change = after.float() - before.float()
        change -= change.mean()
        beside = (change[:-1] * change[1:]).mean() + (change[:, :-1] * change[:, 1:]).mean()
        correlations.append(beside / 2 / change.square().mean().clamp(min=1e-9))
    return max(torch.stack(correlations).median().item(), 0.0)
