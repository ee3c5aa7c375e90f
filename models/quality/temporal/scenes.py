"""Where a clip cuts to another scene: nothing is measured across that."""

import torch

# A cut stands out of the steps beside it by so many times, and is no small step at all: the rule
# and the numbers of PySceneDetect's AdaptiveDetector, here with ΔE for its content value.
LEAST_CUT = 15.0
OUTSTANDING = 3.0
BESIDE = 2  # steps on either side
# After a flash a picture as before comes back within a few drawings: one that is nearer to what
# was than so many times the step.
RETURNS_WITHIN = 4
RETURNED = 0.6


def scene_cuts(features: torch.Tensor, moved: torch.Tensor) -> tuple[int, ...]:
    """Drawings with which a new scene begins, beside the first.

    Args:
        features: of each drawing, Euclidean distance in ΔE; shape (drawings, features).
        moved: from each drawing to the next, without what light does, ΔE; shape (drawings − 1,).

    Returns:
        Ascending; none for a clip of one scene.
    """
    cuts = []
    for place in range(1, len(features)):
        step = moved[place - 1]
        beside = torch.cat([moved[max(0, place - 1 - BESIDE) : place - 1], moved[place:][:BESIDE]])
        usual = beside.mean() if len(beside) else moved.new_zeros(())
        if step < LEAST_CUT or step < OUTSTANDING * usual:
            continue
        before = features[max(0, place - RETURNS_WITHIN) : place]
        after = features[place : place + RETURNS_WITHIN]
        if torch.cdist(before, after).min() >= RETURNED * step:
            cuts.append(place)
    return tuple(cuts)


def scenes(cuts: tuple[int, ...], drawings: int) -> list[range]:
    """The drawings of each scene."""
    return [range(a, b) for a, b in zip((0, *cuts), (*cuts, drawings), strict=True)]
