"""Measures of a loop's motion: whether anything moves, and whether the motion is continuous."""

import numpy as np
import torch
from torch.nn.functional import normalize

from ..holds import STILL
from ..image_ops.grey_clip import GreyPictures
from ..measure import Measure, Value, short
from ..measurement import Better
from ..perceptual.structural import BACKEND

# Clear motion is the good end of the scale, as a livelier loop is hardly better.
CLEAR_MOTION = 4 * STILL
# Threshold of continuity, and the value from which motion can be followed clearly. Likeness of a
# drawing to the most similar other one: below 0.15 in grain, by chance at this size, and 1 if a
# drawing appears again.
# Share of a drawing that the flow can follow to the next one: 0.05–0.3 in unrelated pictures and in
# grain, by chance, and more than half in moving pictures.
LEAST_CONTINUITY, CLEAR_CONTINUITY = 0.4, 0.65
GOOD_CONTINUITY = 0.55  # the least of the clean loops is just above
# With fewer drawings likeness says nothing: the four drawings of a walk may be equally far apart.
LEAST_DRAWINGS = 8
MOST_DRAWINGS = 64  # evenly spread drawings that are compared with one another
FOLLOWED_STEPS = 8  # steps at most that are followed by optical flow

NOTHING_MOVES = "nothing_moves"
ONLY_GRAIN = "only_grain"
UNRELATED = "unrelated_pictures"


def motion(steps: torch.Tensor) -> Value:
    """Measure the median step between drawings, which is near 0 in a frozen clip.

    Args:
        steps: distance from each drawing to the next, without the seam's, in ΔE.
    """
    usual = steps.median().item() if len(steps) else 0.0
    reason = None if usual >= STILL else NOTHING_MOVES
    return Value(usual, {"step": short(usual)}, reason)


def continuity(pictures: GreyPictures) -> Value:
    """Measure whether the drawings form a continuous motion.

    The smaller of two numbers counts:

    - The likeness of a drawing to the most similar other one, apart from what all have in common.
      It is low in grain and in unrelated pictures, in which every seam is as good as any step. It
      is the median over all drawings, so that a few blended ones don't count as motion. With few
      drawings, such as the unlike poses of a short walk, the smoothness of the changes takes its
      place: in grain each pixel changes by itself.
    - The share of a drawing that the optical flow can follow to the next one. It is low in
      portraits of different people in the same pose, which are alike.

    A camera that pans fast shows no place twice, so its drawings are not alike. There the share of
    a step that motion explains may take the place of likeness.

    Args:
        pictures: one of each drawing, in the order in which they play.

    Returns:
        0–1: near 0 in grain, near 1 in slow motion.
    """
    few = len(pictures) < LEAST_DRAWINGS
    likeness = _smoothness(pictures) if few else _likeness(pictures)
    followed, explained = _followed_share(pictures), None
    if likeness < min(CLEAR_CONTINUITY, followed):
        explained = _explained_share(pictures)
    value = min(max(likeness, explained or 0.0), followed)
    failing = None
    if value < LEAST_CONTINUITY:
        failing = ONLY_GRAIN if likeness < LEAST_CONTINUITY else UNRELATED
    return Value(
        value,
        {"percent": short(100 * value)},
        failing=failing,
        details={"likeness": likeness, "followed": followed, "explained": explained},
    )


def _followed_share(pictures: GreyPictures) -> float:
    """Return the median share of a drawing that the flow can follow to the next one, 0–1."""
    return float(
        np.median(
            [pictures.trackable_share(place, place + 1) for place in _followed_places(pictures)]
        )
    )


def _explained_share(pictures: GreyPictures) -> float:
    """Return the median share of a step that motion explains; near 1 in any pan of a camera."""
    return float(
        np.median(
            [pictures.explained_share(place, place + 1) for place in _followed_places(pictures)]
        )
    )


def _followed_places(pictures: GreyPictures) -> list[int]:
    """Return the places of the pictures that the flow follows to the next one."""
    places = pictures.spread(FOLLOWED_STEPS)
    followed = [place for place in places if place < len(pictures) - 1] or [0]
    pictures.prepare_flows([(place, place + 1) for place in followed])
    return followed


def _likeness(pictures: GreyPictures) -> float:
    """Return the median correlation of a drawing and the one most like it, at least 0."""
    vectors = pictures.thumbnails(MOST_DRAWINGS)
    # All drawings have a uniform brightness and the still part of the picture in common. Both are
    # removed, however strong they are.
    shared = torch.stack([torch.ones(vectors.shape[1]), vectors.mean(dim=0)], dim=1)
    basis = torch.linalg.qr(shared).Q
    own = vectors - vectors @ basis @ basis.T
    directions = normalize(own, dim=1)
    highest = (directions @ directions.T).fill_diagonal_(-1).amax(dim=1)
    return max(highest.median().item(), 0.0)


def _smoothness(pictures: GreyPictures) -> float:
    """Return the median correlation of the change at a pixel and at its neighbours, at least 0."""
    correlations = []
    for place in range(len(pictures) - 1):
        after, before = torch.from_numpy(pictures[place + 1]), torch.from_numpy(pictures[place])
        change = after.float() - before.float()
        change -= change.mean()
        covariance = (change[:-1] * change[1:]).mean() + (change[:, :-1] * change[:, 1:]).mean()
        correlations.append(covariance / 2 / change.square().mean().clamp(min=1e-9))
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
    high=GOOD_CONTINUITY,
    backend="thumbnails",
    threshold=LEAST_CONTINUITY,
    required=True,
    answers_to="Motion that can be followed from drawing to drawing. Near 0 for grain and "
    "unrelated pictures",
    function=lambda seam: continuity(seam.pictures),
    passes="continuity",
    reasons=(ONLY_GRAIN, UNRELATED),
)
