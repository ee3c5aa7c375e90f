"""What networks describe people by: rows of numbers, compared by the angle between them."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as functional

from ...frames import InputError
from ..detection import Detection


def crops(
    frames: torch.Tensor, detections: Sequence[Sequence[Detection]]
) -> Iterator[torch.Tensor]:
    """What is looked at of everybody, frame by frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        detections: for each frame, who is in it.

    Yields:
        Parts of the frames, without a copy, shape (height, width, 3), at least one pixel.
    """
    height, width = frames.shape[1:3]
    for frame, found in zip(frames, detections, strict=True):
        for each in found:
            left, right = _pixels(each.crop.left, each.crop.right, width)
            top, bottom = _pixels(each.crop.top, each.crop.bottom, height)
            yield frame[top:bottom, left:right]


def _pixels(start: float, end: float, length: int) -> tuple[int, int]:
    """The nearest edges between pixels, at least one pixel apart."""
    first = min(max(round(start * length), 0), length - 1)
    return first, min(max(round(end * length), first + 1), length)


def as_embeddings(output: torch.Tensor, count: int, network: str) -> torch.Tensor:
    """Check what a network gave and bring it to the pack's one form.

    Args:
        output: of the network.
        count: how many pictures it was given.
        network: its name, for the error.

    Returns:
        float32 on the CPU, shape (count, dimensions).

    Raises:
        InputError: another shape, or NaN or infinity, of which no similarity could be told.
    """
    expected = f"{count} rows of finite numbers, one for each picture"
    remedy = "Another network may have this one's name, or it needs float32: choose another."
    if output.ndim != 2 or len(output) != count:
        raise InputError(network, expected, f"shape {tuple(output.shape)}", remedy)
    rows = output.detach().float().cpu()
    if not rows.isfinite().all():
        raise InputError(network, expected, "NaN or infinity", remedy)
    return rows


def cosines(first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
    """Cosine of the angle of every row of `first` with every one of `second`.

    Args:
        first, second: embeddings, shapes (m, dimensions) and (n, dimensions).

    Returns:
        −1–1, shape (m, n); one matrix product. A row of zeros has the cosine 0 with all.
    """
    if not len(first) or not len(second):  # nobody has no dimensions either
        return torch.zeros(len(first), len(second))
    one, other = (functional.normalize(each.double(), dim=1) for each in (first, second))
    return (one @ other.T).clamp(-1, 1).float()
