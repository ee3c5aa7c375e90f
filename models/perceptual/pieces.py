"""LPIPS of frames that are too large to pass a network whole.

An output of a network looks at a part of the frame only. So a frame is cut into pieces that overlap
by as much as any output sees; of each piece the outputs count that its own part gives, and the
means over all of them are LPIPS itself, not one of smaller pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from .backend import Backend
from .lpips import LPIPS

# What a pass over a piece of both frames may hold, bytes; it holds its features three times over.
MEMORY = 1.2e9
COPIES, BYTES = 3, 4
# How far an output's view reaches at most, to either side, px: 129 with AlexNet's last, which
# begins 16 px before a piece's end. Also a multiple of `STEP`.
REACH = 128
# All three networks halve a frame four times in all; pieces begin where a coarsest output does.
STEP = 16


@dataclass(frozen=True)
class Part:
    """A part of a frame's rows or columns, and what must be seen of it; px.

    Attributes:
        start, end: the part; no end where it is the last, so that all that is left is its own.
        seen: what is passed through the network.
    """

    start: int
    end: int | None
    seen: slice

    def own(self, stride: int) -> slice:
        """The part's own among the outputs for what is seen, of a layer with this stride."""
        begin = self.seen.start // stride
        end = None if self.end is None else self.end // stride - begin
        return slice(self.start // stride - begin, end)


def large_distance(
    backend: Backend,
    first: torch.Tensor,
    second: torch.Tensor,
    check: Callable[[], None] = lambda: None,
) -> float:
    """Distance of two frames of any size, in bounded memory.

    Args:
        backend: any; those that aren't LPIPS see the frames whole.
        first, second: RGB in 0–1, of one shape (height, width, 3).
        check: called before each piece; may raise to stop.

    Returns:
        What `backend.between` gives for frames that it can hold.
    """
    if not isinstance(backend, LPIPS) or passes_whole(backend, first):
        return backend.between(first[None], second[None]).item()
    layers, pixels = backend.layers, _most_pixels(backend)
    side = max(STEP, int(pixels**0.5 - 2 * REACH) // STEP * STEP)
    sums, counts = [0.0] * len(layers), [0] * len(layers)
    for rows in _parts(first.shape[0], side):
        for columns in _parts(first.shape[1], side):
            check()
            piece = [each[rows.seen, columns.seen] for each in (first, second)]
            outputs = backend.weighted(torch.stack(piece).to(backend.device or first.device))
            for layer, (output, (stride, _)) in enumerate(zip(outputs, layers, strict=True)):
                own = output[:, rows.own(stride), columns.own(stride)]
                sums[layer] += (own[0] - own[1]).square().sum().item()
                counts[layer] += own.shape[1] * own.shape[2]
    return sum(total / count for total, count in zip(sums, counts, strict=True))


def passes_whole(lpips: LPIPS, frame: torch.Tensor) -> bool:
    """Whether a frame, of shape (height, width, 3), is small enough to pass the network whole."""
    return frame.shape[0] * frame.shape[1] <= _most_pixels(lpips)


def _most_pixels(lpips: LPIPS) -> float:
    floats = sum(channels / stride**2 for stride, channels in lpips.layers)
    return MEMORY / (2 * COPIES * BYTES * floats)


def _parts(length: int, side: int) -> Iterator[Part]:
    for start in range(0, length, side):
        # A sliver at the end has no output of its own in some layers; it goes to the one before.
        last = start + side + REACH >= length
        end = length if last else start + side
        seen = slice(max(0, start - REACH), min(length, end + REACH))
        yield Part(start, None if last else end, seen)
        if last:
            return
