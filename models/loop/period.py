"""After how many frames does a loop repeat itself?"""

import torch

# Nearer than half a usual step, a frame can be no other than the one a period before.
SAME = 0.5


def period_of(distances: torch.Tensor, start: int, length: int) -> int:
    """The shortest time after which the whole loop repeats.

    Args:
        distances: of frame i to frame i + g at [i, g], shape (frames, widest + 1); up to
            g = `length` − 1 at least.
        start, length: the loop, in frames.

    Returns:
        A divisor of `length`; `length` itself where nothing shorter repeats.
    """
    steps = _turned(distances, start, length, 1)
    moving = steps[steps > SAME * steps.max()]
    same = SAME * moving.median()
    for period in range(2, length // 2 + 1):
        if length % period == 0 and (_turned(distances, start, length, period) <= same).all():
            return period
    return length


def _turned(distances: torch.Tensor, start: int, length: int, by: int) -> torch.Tensor:
    """Distance of every frame of the loop to the one that plays `by` frames later."""
    frame = torch.arange(length)
    later = (frame + by) % length
    first, second = torch.minimum(frame, later), torch.maximum(frame, later)
    return distances[start + first, second - first]
