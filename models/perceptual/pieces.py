"""LPIPS of frames that are too large to pass a network whole.

Each output of a network depends on a part of the frame only, its receptive field. So a frame is cut
into parts, and each part passes the network with a margin as wide as any receptive field reaches.
Only the outputs of the part itself count, not those of its margin. Their means over all parts are
the LPIPS of the whole frames, not that of smaller pictures.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from ..image_ops.precision import summing_type
from .backend import Backend
from .lpips import LPIPS

# Memory of one pass over a piece of both frames, bytes. A pass holds its features three times over.
MEMORY = 1.2e9
COPIES, BYTES_PER_FLOAT = 3, 4
# Margin around a part, px: how far a receptive field reaches to either side. The widest, of
# AlexNet's last layer, reaches 129 px, but its output begins 16 px before the end of a part. The
# margin must be a multiple of `STEP`.
MARGIN = 128
# All three networks halve a frame four times. Parts begin at multiples of 16 px, where an output of
# the coarsest layer begins.
STEP = 16


@dataclass(frozen=True)
class Part:
    """Part of a frame's rows or columns, with its margin; px.

    Attributes:
        start: first row or column of the part.
        end: row or column after the last one of the part. None for the last part, to which all
            outputs up to the end of the frame belong.
        padded: the part with its margin, which passes the network.
    """

    start: int
    end: int | None
    padded: slice

    def own_outputs(self, stride: int) -> slice:
        """Return the slice of a layer's outputs that belong to the part and not to its margin.

        Args:
            stride: distance of the layer's outputs, px.
        """
        begin = self.padded.start // stride
        end = None if self.end is None else self.end // stride - begin
        return slice(self.start // stride - begin, end)


def large_distance(
    backend: Backend,
    first: torch.Tensor,
    second: torch.Tensor,
    check: Callable[[], None] = lambda: None,
) -> torch.Tensor:
    """Return the distance of two frames of any size, in bounded memory.

    Args:
        backend: any backend. One that isn't LPIPS takes the frames whole.
        first: RGB in 0–1, shape (height, width, 3).
        second: RGB in 0–1, of the same shape.
        check: called before each part; may raise to stop.

    Returns:
        The distance that `backend.between` would return if the frames fitted into its memory, as
        one number on the device that computed it.
    """
    if not isinstance(backend, LPIPS) or passes_whole(backend, first):
        return backend.between(first[None], second[None])[0]
    layers, pixels = backend.layers, _most_pixels(backend)
    side = max(STEP, int(pixels**0.5 - 2 * MARGIN) // STEP * STEP)
    device = backend.device or first.device
    sums = torch.zeros(len(layers), dtype=summing_type(device), device=device)
    counts = [0] * len(layers)
    for rows in _parts(first.shape[0], side):
        for columns in _parts(first.shape[1], side):
            check()
            pieces = [frame[rows.padded, columns.padded] for frame in (first, second)]
            outputs = backend.weighted_outputs(torch.stack(pieces).to(device))
            for layer, (output, (stride, _)) in enumerate(zip(outputs, layers, strict=True)):
                own = output[:, rows.own_outputs(stride), columns.own_outputs(stride)]
                sums[layer] += (own[0] - own[1]).square().sum()
                counts[layer] += own.shape[1] * own.shape[2]
    return (sums / torch.tensor(counts, dtype=sums.dtype, device=device)).sum()


def passes_whole(lpips: LPIPS, frame: torch.Tensor) -> bool:
    """Return True if a frame, shape (height, width, 3), can pass the network whole."""
    return frame.shape[0] * frame.shape[1] <= _most_pixels(lpips)


def _most_pixels(lpips: LPIPS) -> float:
    floats = sum(channels / stride**2 for stride, channels in lpips.layers)
    return MEMORY / (2 * COPIES * BYTES_PER_FLOAT * floats)


def _parts(length: int, side: int) -> Iterator[Part]:
    for start in range(0, length, side):
        # A narrow remainder has no outputs of its own in some layers, so the part before takes it.
        is_last = start + side + MARGIN >= length
        end = length if is_last else start + side
        padded = slice(max(0, start - MARGIN), min(length, end + MARGIN))
        yield Part(start, None if is_last else end, padded)
        if is_last:
            return
