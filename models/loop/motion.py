"""Does anything move at all, and in a way that could be followed?"""

import numpy as np
import torch
from torch.nn.functional import normalize

from ..holds import STILL
from ..image_ops.flow import GreyPictures
from ..measure import Measure, Value
from ..measurement import Better
from ..perceptual.structural import BACKEND

# How lively a loop is makes it no better: what clearly moves has the whole score.
CLEAR_MOTION = 4 * STILL
# How alike a drawing and another one change the picture: not at all in grain (below 0.15 by chance
# at this size), wholly where a drawing comes again. And how much of it is found in the next one:
# 0.05–0.3 of unrelated pictures and of grain, by chance, and more than half of moving ones.
LEAST_CONTINUITY, CLEAR_CONTINUITY = 0.4, 0.65
LEAST_DRAWINGS = 8  # a walk of four drawings may have them all equally far apart
MOST_DRAWINGS = 64
FOLLOWED_STEPS = 8  # at most

NOTHING_MOVES = "nothing_moves"
ONLY_GRAIN = "only_grain"
UNRELATED = "unrelated_pictures"


def motion(steps: torch.Tensor) -> Value:
    """Return the usual step between drawings: a frozen clip has none.

    Args:
        steps: from each drawing to the next, without the seam's, in ΔE.
    """
    usual = steps.median().item() if len(steps) else 0.0
    reason = None if usual >= STILL else NOTHING_MOVES
    return Value(usual, {"step": round(usual, 2)}, reason)


def continuity(pictures: GreyPictures) -> Value:
    """Measure how like the most similar other drawing a usual one is, beside what all share.

    Nothing but grain, or pictures that have nothing to do with one another, have no such drawing:
    then any two of them make as good a seam as any step, and there is no motion to loop. Most of
    the drawings have to have one: a few that were blended into one another don't make a motion.

    The poses of a short walk may all be unlike one another. There, what tells grain is that each
    pixel changes by itself. And people may sit for their pictures in one way, on backgrounds that
    have nothing to do with one another: there, nothing can be followed from picture to picture. The
    lesser of likeness and of what can be followed counts.

    A camera that pans fast shows no place twice, and still there is motion: where it explains the
    steps, they needn't be alike.

    Args:
        pictures: one of each drawing in the order in which they play.

    Returns:
        0–1: near 0 in grain, near 1 in slow motion.
    """
    alike = _likeness(pictures) if len(pictures) >= LEAST_DRAWINGS else _smoothness(pictures)
    followed, explained = _followed(pictures), None
    if alike < min(CLEAR_CONTINUITY, followed):
        explained = _explained(pictures)
    value = min(max(alike, explained or 0.0), followed)
    failing = None
    if value < LEAST_CONTINUITY:
        failing = ONLY_GRAIN if alike < LEAST_CONTINUITY else UNRELATED
    return Value(
        value,
        {"percent": round(100 * value)},
        failing=failing,
        details={"likeness": alike, "followed": followed, "explained": explained},
    )


def _followed(pictures: GreyPictures) -> float:
    """Which share of a usual drawing can be followed to the next one."""
    return float(
        np.median([pictures.trackable_share(place, place + 1) for place in _steps(pictures)])
    )


def _explained(pictures: GreyPictures) -> float:
    """Which share of a usual step is motion: nearly all where a camera pans, however fast."""
    return float(
        np.median([pictures.explained_share(place, place + 1) for place in _steps(pictures)])
    )


def _steps(pictures: GreyPictures) -> list[int]:
    places = pictures.spread(FOLLOWED_STEPS)
    return [place for place in places if place < len(pictures) - 1] or [0]


def _likeness(pictures: GreyPictures) -> float:
    """Correlation of a usual drawing and the one most like it, beside what all have in common."""
    vectors = pictures.thumbnails(MOST_DRAWINGS)
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


MOTION = Measure(
    "motion",
    unit="ΔE",
    better=Better.HIGHER,
    high=CLEAR_MOTION,
    backend=BACKEND,
    threshold=STILL,
    required=True,
    answers_to="Frozen picture: median difference between drawings, in ΔE",
    function=lambda seam: motion(seam.structural_steps[:-1]),
    passes="motion",
    reasons=(NOTHING_MOVES,),
)
CONTINUITY = Measure(
    "continuity",
    unit="share",
    better=Better.HIGHER,
    high=CLEAR_CONTINUITY,
    backend="thumbnails",
    threshold=LEAST_CONTINUITY,
    required=True,
    answers_to="Motion that can be followed from drawing to drawing. Near 0 for grain and "
    "unrelated pictures",
    function=lambda seam: continuity(seam.pictures),
    passes="continuity",
    reasons=(ONLY_GRAIN, UNRELATED),
)
