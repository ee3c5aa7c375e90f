"""Crops for embedding networks, checks of their output, and cosines of embeddings."""

from collections.abc import Iterator, Sequence

import torch
import torch.nn.functional as functional

from ...frames import InputError
from ..detection import Detection


def crops(
    frames: torch.Tensor, detections: Sequence[Sequence[Detection]], filling: Sequence[float]
) -> Iterator[torch.Tensor]:
    """Yield the crop of each detection, frame by frame.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        detections: detections of each frame.
        filling: colour of the pixels that a detection's mask leaves out.

    Yields:
        RGB in 0–1, shape (height, width, 3), at least one pixel; a view of the frame unless the
        detection has a mask.
    """
    height, width = frames.shape[1:3]
    for frame, row in zip(frames, detections, strict=True):
        for detection in row:
            rows, columns = detection.crop.pixels(height, width)
            crop = frame[rows, columns]
            if detection.mask is not None:
                inside = detection.mask[rows, columns, None].to(frame.device)
                crop = torch.where(inside, crop, crop.new_tensor(filling))
            yield crop


def as_embeddings(output: torch.Tensor, count: int, network: str) -> torch.Tensor:
    """Check the output of a network and return it as embeddings.

    Args:
        output: output of the network.
        count: number of pictures in its input.
        network: name of the network, for the error.

    Returns:
        Embeddings, float32 on the CPU, shape (count, dimensions).

    Raises:
        InputError: the output has another shape, or contains NaN or infinity.
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
    """Return the cosine of every row of `first` with every row of `second`.

    Args:
        first: embeddings, shape (m, dimensions).
        second: embeddings, shape (n, dimensions).

    Returns:
        Cosines from −1 to 1, shape (m, n), by one matrix product. A row of zeros has the cosine 0
        with all rows.

    Examples:
        >>> cosines(torch.tensor([[1.0, 0.0]]), torch.tensor([[2.0, 0.0], [0.0, 3.0]])).tolist()
        [[1.0, 0.0]]
    """
    if not len(first) or not len(second):  # without rows the dimensions may be 0 and not match
        return torch.zeros(len(first), len(second))
    one, other = (functional.normalize(each.double(), dim=1) for each in (first, second))
    return (one @ other.T).clamp(-1, 1).float()
