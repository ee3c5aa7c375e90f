"""The `structural` distance: multi-scale, in CIELAB, with no learned weights.

A frame becomes a vector of its colours at several scales; the distance between two frames is the
root mean square colour difference (ΔE) over those scales. The coarse scales make it grow with how
far something moved. A difference pixel by pixel would reach its largest value after a small motion
already.
"""

from collections.abc import Callable

import torch

from ..holds import STILL
from ..image_ops.area_mean import area_mean, block_mean
from ..image_ops.colour import lab_from_rgb
from ..rgb_frames import Frames
from .features import FeatureDistance

BACKEND = "structural"
USUAL_STEP = "motion"  # code of the reason that names the usual step between drawings

# Shorter sides of the scales, px: the largest shows the features of a face, the smallest the layout
# of the picture.
SCALES = (96, 48, 24, 12)
PIXELS_AT_ONCE = 4_000_000  # full-size pixels converted at a time: bounds the memory to ~150 MB


class Structural(FeatureDistance):
    """Perceptual distance that needs no weights: root mean square ΔE over several scales."""

    name = BACKEND
    unit = "ΔE"
    still = STILL
    least_side = 1
    pixels_at_once = PIXELS_AT_ONCE

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Return the features of a few frames at once; see `structural_features`."""
        height, width = frames.shape[1:3]
        return features_of(with_fewer_rows(frames), height, width, into)

    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """Return the distances, ΔE, from squared ones."""
        return squares.sqrt()


# Backend without a device of its own: it computes on the device of the frames.
STRUCTURAL_BACKEND = Structural()


def structural_features(
    frames: Frames, report_progress: Callable[[int, int], None] | None = None
) -> torch.Tensor:
    """Return vectors whose Euclidean distance is the structural distance of the frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        Vectors of shape (frames, features), float32, on the device of the frames; unit: ΔE (CIE
        1976).
    """
    parts = []
    for start, features in STRUCTURAL_BACKEND.passes(frames, None, 0, len(frames)):
        parts.append(features)
        if report_progress is not None:
            report_progress(start + len(features), len(frames))
    return torch.cat(parts)


def step_distances(features: torch.Tensor) -> torch.Tensor:
    """Return the distance from each frame to the next, and from the last to the first.

    Args:
        features: vectors from `structural_features`, shape (frames, features).

    Returns:
        Distances in ΔE, shape (frames,); the last one is that of the seam.
    """
    return (features - features.roll(-1, dims=0)).norm(dim=1)


def features_of(
    frames: torch.Tensor, height: int, width: int, into: torch.Tensor | None = None
) -> torch.Tensor:
    """Return the structural vectors of frames whose rows may have been averaged already.

    Args:
        frames: result of `with_fewer_rows` for RGB in 0–1.
        height: height of the frames before their rows were averaged, px.
        width: width of the frames, px.
        into: tensor to write the vectors into, and to return; None for a new one.

    Returns:
        Vectors of shape (frames, features).
    """
    # Averaging comes before the conversion: light adds up in pixels, and a small picture converts
    # fast. With contiguous channels the means and the conversion take half the time.
    picture = frames.movedim(-1, 1).contiguous()
    vectors = []
    for side in SCALES:
        size = _size(height, width, side)
        if size != picture.shape[2:]:
            picture = area_mean(picture, size)
        lab = lab_from_rgb(picture, dim=1).flatten(1)
        pixels = size[0] * size[1] * len(SCALES)
        vectors.append(lab.div_(pixels**0.5))
    return torch.cat(vectors, dim=1, out=into)


def with_fewer_rows(frames: torch.Tensor) -> torch.Tensor:
    """Average the rows of frames down to those of the largest scale.

    The means of whole rows, which are long stretches of memory, take a fifth of the time of the
    means of areas. The means of areas over the averaged rows are the same as over all rows, to
    2e-6. The frames are read as they lie in memory, with their colours in pixels or in planes.
    """
    height, width = frames.shape[1:3]
    rows, _ = _size(height, width, SCALES[0])
    if height == rows:
        return frames
    if frames.device.type != "cpu":  # a mean for each window would be an operation for each row
        return area_mean(frames.movedim(3, 1), (rows, frames.shape[2])).movedim(1, 3)
    # Colours in planes are averaged plane by plane: torch reads what lies together in memory.
    is_planar = frames.stride(3) > frames.stride(1)
    pictures, axis = (frames.movedim(3, 1), 2) if is_planar else (frames, 1)
    means = _row_means(pictures, axis, rows)
    return means.movedim(1, 3) if is_planar else means


def _row_means(pictures: torch.Tensor, axis: int, rows: int) -> torch.Tensor:
    """Return the means of `rows` windows of rows, as torch's means of areas have them."""
    height = pictures.shape[axis]
    if height % rows == 0:
        return block_mean(pictures, axis, height // rows)
    starts = [row * height // rows for row in range(rows)]
    ends = [-(-(row + 1) * height // rows) for row in range(rows)]  # windows overlap by a row
    windows = (
        pictures.narrow(axis, start, end - start) for start, end in zip(starts, ends, strict=True)
    )
    return torch.stack([window.mean(dim=axis) for window in windows], dim=axis)


def _size(height: int, width: int, side: int) -> tuple[int, int]:
    shrink = min(1.0, side / min(height, width))
    return max(1, round(height * shrink)), max(1, round(width * shrink))
