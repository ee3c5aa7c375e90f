"""Test whether a clip's last drawing is its first one again, hidden by compression noise."""

from collections.abc import Callable, Sequence

import torch

from ..image_ops.grey_clip import GreyPictures

# A video codec stores the first frame as a keyframe, and the last one at the end of a long chain of
# predictions. So the two differ by noise even if they are the same drawing: by half of a usual step
# at CRF 23. A path from before the seam to after it is longer by the seam's step if that is motion,
# and hardly longer if it is noise. MOST_ADDED is the most that noise adds to such a path, in usual
# steps (0.6 at CRF 28; motion adds 1). LEAST_ADDED holds if the path alone decides.
MOST_ADDED, LEAST_ADDED = 0.8, 0.15
# Of the squared change between two drawings the flow explains less by motion if the two are the
# same, as a share of what it explains of the steps beside the seam. Under H.264 at CRF 12 to 28,
# repeated drawings had at most 0.01, and the steps of loops started at any frame at least 0.36.
REPEATED = 0.12
# Share of the squared change of noise that the flow explains by chance.
CHANCE = 0.08
# If the flow explains less than this share of the steps beside the seam, it can't tell motion from
# noise. The path alone decides then, and only on steps below the share SHORT of those beside.
LEAST_EXPLAINED, SHORT = 0.15, 0.6
# Least exponent by which distances grow with motion. If two steps are no further than one, a path
# across the seam doesn't show how wide the seam is.
LEAST_GROWTH = 0.1

LEAST_DRAWINGS = 4
Distances = Callable[[Sequence[int], Sequence[int]], torch.Tensor]


def repeats_first(pictures: GreyPictures, steps: torch.Tensor, distances: Distances) -> bool:
    """Return True if the last drawing is the first one again, apart from compression noise.

    Such a clip goes on evenly without its last drawing: it is one step from the last but one to the
    first, and from the last to the second. A swing that turns between its last drawing and its
    first one does not go on: the drawings before and after these two are alike.

    Args:
        pictures: one of each drawing, in the order in which they play.
        steps: distance from each drawing to the next, shape (drawings,); the last one is the
            seam's.
        distances: function of two equally long lists of frames, which returns the distances of
            their pairs.
    """
    count = len(pictures)
    if count < LEAST_DRAWINGS:
        return False
    third_last, second_last, last = pictures.indices[-3:]
    first, second, third = pictures.indices[:3]
    pairs = [(second_last, first), (last, second), (second_last, second)]
    pairs += [(third_last, last), (first, third)]
    one_ends, other_ends = zip(*pairs, strict=True)
    onto_first, from_last, around, *two_steps = distances(one_ends, other_ends).tolist()
    beside = (steps[0] + steps[-2]).item() / 2
    one_step = (steps[0] + steps[1] + steps[-2] + steps[-3]).item() / 4
    growth = torch.tensor(sum(two_steps) / 2 / max(one_step, 1e-9)).log2().item()
    if growth < LEAST_GROWTH or around < one_step:
        return False
    added = ((onto_first + from_last) / 2 / max(beside, 1e-9)) ** (1 / growth) - 1
    if added > MOST_ADDED:
        return False
    last_place = count - 1
    explained_beside = _explained(pictures, (last_place, last_place - 1), (0, 1))
    if explained_beside >= LEAST_EXPLAINED:
        explained = _explained(pictures, (last_place, 0), (0, last_place))
        return explained - CHANCE <= REPEATED * (explained_beside - CHANCE)
    return added < LEAST_ADDED and steps[-1].item() < SHORT * beside


def _explained(pictures: GreyPictures, *steps: tuple[int, int]) -> float:
    """Return the mean share of the change between two drawings that motion explains."""
    return sum(pictures.explained_share(*step) for step in steps) / len(steps)
