"""The `structural` distance: multi-scale, in CIELAB, with no learned weights.

A frame becomes a vector of its colours at several scales; the distance between two frames is the
root mean square colour difference (ΔE) over those scales. The coarse scales make it grow with how
far something moved, where a pixel-by-pixel difference says "different" at once and then no more.
"""

from collections.abc import Callable

import torch
from torch.nn.functional import interpolate

from ..holds import STILL
from ..image_ops.colour import lab_from_rgb
from .features import FeatureDistance

BACKEND = "structural"
USUAL_STEP = "motion"

# Shorter sides of the scales, px: from a face's features down to the layout of the picture.
SCALES = (96, 48, 24, 12)
PIXELS_AT_ONCE = 8_000_000  # full-size pixels converted together: bounds the memory to ~300 MB


class Structural(FeatureDistance):
    """Root mean square colour difference (ΔE) over several scales; needs no weights."""

    name = BACKEND
    unit = "ΔE"
    still = STILL
    least_side = 1
    pixels_at_once = PIXELS_AT_ONCE

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """See `structural_features`; all frames at once."""
        height, width = frames.shape[1:3]
        return features_of(with_fewer_rows(frames), height, width, into)

    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """ΔE."""
        return squares.sqrt()


# Works where the frames are.
STRUCTURAL_BACKEND = Structural()


def structural_features(
    frames: torch.Tensor, report_progress: Callable[[int, int], None] | None = None
) -> torch.Tensor:
    """Vectors whose Euclidean distance is the structural distance of the frames.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        Shape (frames, features), float32, on the frames' device; unit: ΔE (CIE 1976).
    """
    count, height, width = frames.shape[:3]
    at_once = max(1, PIXELS_AT_ONCE // (height * width))
    chunks = []
    for start in range(0, count, at_once):
        some = frames[start : start + at_once]
        chunks.append(features_of(with_fewer_rows(some), height, width))
        if report_progress is not None:
            report_progress(min(start + at_once, count), count)
    return torch.cat(chunks)


def step_distances(features: torch.Tensor) -> torch.Tensor:
    """Distance from each frame to the next, and from the last to the first.

    Args:
        features: what `structural_features` returned, shape (frames, features).

    Returns:
        Shape (frames,); the last one is the seam's. Unit: ΔE.
    """
    return (features - features.roll(-1, dims=0)).norm(dim=1)


def features_of(
    frames: torch.Tensor, height: int, width: int, into: torch.Tensor | None = None
) -> torch.Tensor:
    """Vectors of frames of this size, which may have had their rows averaged.

    Args:
        frames: what `with_fewer_rows` gives for RGB in 0–1.
        height, width: of the frames before.
        into: where to write them and what to return; None: new memory.

    Returns:
        Shape (frames, features).
    """
    # Averaged before the conversion: light adds up in pixels, and a small picture converts fast.
    # Each channel together: means and the conversion take half the time.
    picture = frames.movedim(-1, 1).contiguous()
    vectors = []
    for side in SCALES:
        size = _size(height, width, side)
        if size != picture.shape[2:]:
            picture = interpolate(picture, size=size, mode="area")
        lab = lab_from_rgb(picture, dim=1).flatten(1)
        pixels = size[0] * size[1] * len(SCALES)
        vectors.append(lab.div_(pixels**0.5))
    return torch.cat(vectors, dim=1, out=into)


def with_fewer_rows(frames: torch.Tensor) -> torch.Tensor:
    """Frames with the rows of the largest scale, where they are as many times that; else as is.

    Means of whole rows, long stretches of memory, take a fifth of the time of an area's means; of
    the rows, the areas' means are the same.
    """
    count, height, width, channels = frames.shape
    rows, _ = _size(height, width, SCALES[0])
    if height % rows or height == rows:
        return frames
    rowwise = frames.reshape(count, rows, height // rows, width * channels)
    return rowwise.mean(dim=2).unflatten(2, (width, channels))


def _size(height: int, width: int, side: int) -> tuple[int, int]:
    shrink = min(1.0, side / min(height, width))
    return max(1, round(height * shrink)), max(1, round(width * shrink))
