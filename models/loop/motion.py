"""Does anything move at all, and in a way that could be followed?"""

from dataclasses import replace

import torch
from torch.nn.functional import adaptive_avg_pool2d

from ..frames import Absence
from ..holds import STILL
from ..perceptual.structural import BACKEND
from ..pixels.flow import GreyPictures
from ..report import Better, Measure, Measurement

# How lively a loop is makes it no better: what clearly moves has the whole score.
CLEAR_MOTION = 4 * STILL
# In grain all pictures are equally far apart (within 5 % at this size); in motion neighbours are
# far nearer than others: in a circle of 8 drawings by 60 %.
LEAST_CONTINUITY, CLEAR_CONTINUITY = 0.15, 0.3
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
    unit="nearer",
    better=Better.HIGHER,
    low=0.0,
    high=CLEAR_CONTINUITY,
    backend="thumbnails",
    threshold=LEAST_CONTINUITY,
    required=True,
)
SHORT_CONTINUITY = replace(CONTINUITY, threshold=None, required=False)


def motion(steps: torch.Tensor) -> Measurement:
    """The usual step between drawings: a frozen clip has none.

    Args:
        steps: from each drawing to the next, without the seam's, in ΔE.
    """
    usual = steps.median().item() if len(steps) else 0.0
    code = "motion" if usual >= STILL else "nothing_moves"
    return MOTION.measured(usual, code, {"step": round(usual, 2)})


def continuity(pictures: GreyPictures) -> Measurement:
    """How much nearer a drawing is to the next, or to any like it, than to the others.

    Nothing but grain, or pictures that have nothing to do with one another, are all equally far
    apart: then any two of them make as good a seam as any step, and there is no motion to loop.

    Args:
        pictures: one of each drawing in the order in which they play.

    Returns:
        A share: 0 where all are equally far apart, near 1 in slow motion. Absent, and not
        required, where there are too few drawings to tell.
    """
    if len(pictures) < LEAST_DRAWINGS:
        values = {"drawings": len(pictures), "least": LEAST_DRAWINGS}
        return SHORT_CONTINUITY.absent(Absence("too_few_drawings", values))
    chosen = [torch.from_numpy(pictures[i]) for i in range(min(len(pictures), MOST_DRAWINGS))]
    vectors = adaptive_avg_pool2d(torch.stack(chosen).float(), SIDE).flatten(1)
    distances = torch.cdist(vectors, vectors)
    pairs = distances[torch.ones_like(distances, dtype=torch.bool).triu(1)]
    neighbours = distances.diagonal(1).median()
    near, far = torch.quantile(pairs, torch.tensor([0.05, 0.95]))
    nearer = (1 - torch.minimum(neighbours, near) / far.clamp(min=1e-6)).item()
    code = "continuity" if nearer >= LEAST_CONTINUITY else "only_grain"
    return CONTINUITY.measured(nearer, code, {"percent": round(100 * nearer)})
