"""Search for in-betweens that an interpolated clip has everywhere but at its seam."""

import torch

from ..image_ops.grey_clip import GreyPictures

# Multiples of its frame rate to which a clip is interpolated. Interpolators double it, once or
# twice; some treble it.
MULTIPLES = (2, 3, 4)
# At an in-between the motion goes straight on, and at an original drawing it bends. This share of
# the pairs of an original drawing and an in-between must show that. In-betweens by optical flow and
# by cross-fades reached 0.96 and more, under H.264 too; clips without in-betweens at most 0.87.
STRAIGHTER = 0.93
# The median bend of in-betweens is at most this share of the median bend of the original drawings.
# It was at most 0.66 with in-betweens.
LESS_BENT = 0.8
# Fewest drawings of either kind. With fewer, two kinds would be found by chance.
LEAST_OF_A_KIND = 4


def missing_in_betweens(pictures: GreyPictures) -> int:
    """Return the number of in-betweens that are missing at the seam; 0 if the clip has none.

    In a clip whose frame rate was multiplied by n, every nth drawing is an original one, and n − 1
    in-betweens lie between two of them. Interpolators that don't know that the clip is a loop leave
    them out between the last original drawing and the first.

    Args:
        pictures: one of each drawing, in the order in which they play.
    """
    bends = _bends(pictures.thumbnails())
    best = (STRAIGHTER, 1)
    for multiple in MULTIPLES:
        for first in range(multiple):
            original = torch.arange(1, len(pictures) - 1) % multiple == first
            best = max(best, (_straighter_share(bends[original], bends[~original]), multiple))
    return -len(pictures) % best[1]


def _bends(thumbnails: torch.Tensor) -> torch.Tensor:
    """Return how far each picture lies beside the line from the one before it to the one after.

    Args:
        thumbnails: shape (pictures, cells).

    Returns:
        0 on the line to 1, without the first and the last picture, shape (pictures − 2,).
    """
    steps = thumbnails[1:] - thumbnails[:-1]
    lengths = steps.norm(dim=1)
    return (steps[1:] - steps[:-1]).norm(dim=1) / (lengths[1:] + lengths[:-1]).clamp(min=1e-6)


def _straighter_share(original: torch.Tensor, between: torch.Tensor) -> float:
    """Return the share of pairs in which the in-between bends less; 0 if they hardly differ."""
    if min(len(original), len(between)) < LEAST_OF_A_KIND:
        return 0.0
    if between.median() > LESS_BENT * original.median():
        return 0.0
    return (between[:, None] < original[None]).float().mean().item()
