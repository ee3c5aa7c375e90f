"""LPIPS of frames that are too large to pass a network whole.

An output of a network looks at a part of the frame only. So a frame is cut into pieces that overlap
by as much as any output sees; of each piece the outputs count that its own part gives, and the
means over all of them are LPIPS itself, not one of smaller pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from .backend import Backend
from .lpips import EPSILON, LPIPS, SCALE, SHIFT

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
    if not isinstance(backend, LPIPS):
        return backend.between(first[None], second[None]).item()
    strides = _strides(backend)
    floats = sum(
        len(root) / stride**2 for root, stride in zip(backend._roots, strides, strict=True)
    )
    pixels = MEMORY / (2 * COPIES * BYTES * floats)
    if first.shape[0] * first.shape[1] <= pixels:
        return backend.between(first[None], second[None]).item()
    side = max(STEP, int(pixels**0.5 - 2 * REACH) // STEP * STEP)
    sums, counts = [0.0] * len(strides), [0] * len(strides)
    for rows in _parts(first.shape[0], side):
        for columns in _parts(first.shape[1], side):
            check()
            piece = [each[rows.seen, columns.seen] for each in (first, second)]
            outputs = _weighted(backend, torch.stack(piece).to(backend.device or first.device))
            for layer, (output, stride) in enumerate(zip(outputs, strides, strict=True)):
                own = output[:, rows.own(stride), columns.own(stride)]
                sums[layer] += (own[0] - own[1]).square().sum().item()
                counts[layer] += own.shape[1] * own.shape[2]
    return sum(total / count for total, count in zip(sums, counts, strict=True))


def _parts(length: int, side: int) -> Iterator[Part]:
    for start in range(0, length, side):
        # A sliver at the end has no output of its own in some layers; it goes to the one before.
        last = start + side + REACH >= length
        end = length if last else start + side
        seen = slice(max(0, start - REACH), min(length, end + REACH))
        yield Part(start, None if last else end, seen)
        if last:
            return


def _strides(lpips: LPIPS) -> list[int]:
    """How many px apart the outputs of each layer looked at are."""
    strides, stride = [], 1
    for number, layer in enumerate(lpips._trunk.children()):
        step = getattr(layer, "stride", 1)
        stride *= step[0] if isinstance(step, tuple) else step
        if number in lpips._layers:
            strides.append(stride)
    return strides


def _weighted(lpips: LPIPS, frames: torch.Tensor) -> Iterator[torch.Tensor]:
    """Each layer's outputs at unit length, weighted; shape (frames, height, width, channels)."""
    shift, scale = frames.new_tensor(SHIFT), frames.new_tensor(SCALE)
    picture = ((frames * 2 - 1 - shift) / scale).movedim(-1, 1)
    for output, root in zip(lpips._outputs(picture), lpips._roots, strict=True):
        length = torch.linalg.vector_norm(output, dim=-1, keepdim=True)
        yield output / (length + EPSILON) * root.to(output.device)
