"""Period of a loop: the number of frames after which it repeats itself."""

import torch

# A frame that is nearer to another one than half a usual step shows the same moment of the motion.
SAME = 0.5


def period_of(distances: torch.Tensor, start: int, length: int) -> int:
    """Return the shortest number of frames after which the whole loop repeats.

    Args:
        distances: distance from frame i to frame i + g at [i, g], shape (frames, widest + 1); g
            must reach at least `length` − 1.
        start: first frame of the loop.
        length: number of frames of the loop.

    Returns:
        A divisor of `length`; `length` itself if the loop doesn't repeat inside.
    """
    steps = _distances_to_later(distances, start, length, 1)
    moving = steps[steps > SAME * steps.max()]
    same = SAME * moving.median()
    for period in range(2, length // 2 + 1):
        if length % period:
            continue
        if (_distances_to_later(distances, start, length, period) <= same).all():
            return period
    return length


def _distances_to_later(
    distances: torch.Tensor, start: int, length: int, shift: int
) -> torch.Tensor:
    """Return the distance of every frame of the loop to the one that plays `shift` frames later."""
    frame = torch.arange(length)
    later = (frame + shift) % length
    first, second = torch.minimum(frame, later), torch.maximum(frame, later)
    return distances[start + first, second - first]
