"""Detection of cuts between scenes, across which nothing is measured."""

import torch

# A cut is a step of at least `LEAST_CUT` ΔE that is `OUTSTANDING` times as large as the mean of
# the steps beside it. The rule and the numbers are those of PySceneDetect's AdaptiveDetector, with
# ΔE in place of its content value.
LEAST_CUT = 15.0
OUTSTANDING = 3.0
BESIDE = 2  # steps on either side with which a step is compared
# A cut changes the whole picture. If all values change alike, the square of their mean change is 1
# as a share of their mean squared change; if a twelfth of them changes, it is a twelfth.
LEAST_SPREAD = 0.15
# A flash or a pop is no cut. After it, one of the next `RETURNS_WITHIN` drawings resembles one of
# those before it: their difference is less than `MOST_DIFFERENCE` of the step.
RETURNS_WITHIN = 6
MOST_DIFFERENCE = 0.6


def scene_cuts(features: torch.Tensor, moved: torch.Tensor) -> tuple[int, ...]:
    """Return the drawings with which a new scene begins, without the first drawing.

    Args:
        features: a vector for each drawing, shape (drawings, features). The Euclidean distance of
            two vectors is the ΔE of their drawings.
        moved: difference of each drawing from the next, without the part that a change of light
            causes, ΔE, shape (drawings − 1,).

    Returns:
        Places among the drawings, ascending; none for a clip of one scene.
    """
    cuts = []
    for place in range(1, len(features)):
        step = moved[place - 1]
        steps_beside = torch.cat(
            [moved[max(0, place - 1 - BESIDE) : place - 1], moved[place:][:BESIDE]]
        )
        mean_beside = steps_beside.mean() if len(steps_beside) else moved.new_zeros(())
        if step < LEAST_CUT or step < OUTSTANDING * mean_beside:
            continue
        change = features[place] - features[place - 1]
        if change.abs().mean().square() < LEAST_SPREAD * change.square().mean():
            continue
        before = features[max(0, place - RETURNS_WITHIN) : place]
        after = features[place : place + RETURNS_WITHIN]
        if torch.cdist(before, after).min() >= MOST_DIFFERENCE * step:
            cuts.append(place)
    return tuple(cuts)


def scenes(cuts: tuple[int, ...], drawings: int) -> list[range]:
    """Return the places of each scene's drawings, from the cuts and the number of drawings."""
    return [range(start, end) for start, end in zip((0, *cuts), (*cuts, drawings), strict=True)]
