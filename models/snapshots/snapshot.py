"""Small pictures of judged frames: their sizes and their encoding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import torch
from PIL import Image

from ..image_ops.area_mean import area_mean
from ..media.small_webp import SmallWebp, small_webp
from .frame_choice import ChosenFrame

# At most 3 large pictures, 8 small ones and a thumbnail: 192,192 bytes, below the 200 kB that a
# report's pictures may have.
LARGE_SIDE, LARGE_BYTES = 640, 40_000  # longer side in px, and most bytes
SMALL_SIDE, SMALL_BYTES = 320, 8_000
THUMBNAIL_SIDE, THUMBNAIL_BYTES = 192, 8_192  # as the thumbnails of files
EFFORT = 2  # half the time of the default, for files that are a twentieth larger
SHRINK = 0.7  # factor on the side of a picture that no quality makes small enough


@dataclass(frozen=True)
class Snapshot:
    """Small picture of a frame.

    Attributes:
        frame: index of the frame, from 0.
        at_seam: True if it belongs to the strip around a loop's seam.
        width: width in px.
        height: height in px.
        webp: the picture as WebP, with alpha if the frame has some.
        thumbnail: a smaller WebP for lists; only the worst frame has one.
    """

    frame: int
    at_seam: bool
    width: int
    height: int
    webp: bytes
    thumbnail: bytes | None = None


def reduced(picture: torch.Tensor, size: tuple[int, int] | None = None) -> torch.Tensor:
    """Return a smaller frame, for one that is on a GPU.

    Args:
        picture: float values in 0–1, shape (height, width, channels).
        size: height and width of the result, px; None for `LARGE_SIDE` px on the longer side, or
            the size of a smaller picture.

    Returns:
        Values of 0–255, uint8, shape (height, width, channels), on the picture's device.
    """
    if size is None:
        height, width, _ = picture.shape
        factor = min(1.0, LARGE_SIDE / max(height, width))
        size = max(1, round(height * factor)), max(1, round(width * factor))
    finite = picture.detach().float().nan_to_num(0.0, 1.0, 0.0).clamp(0, 1)
    means = area_mean(finite.movedim(-1, 0)[None], size)[0].movedim(0, -1)
    return (means * 255).round().to(torch.uint8)


def levels_of(picture: torch.Tensor) -> Any:
    """Return a frame as an array of bytes.

    numpy is used, because torch would divide these small operations among all cores, which render.

    Args:
        picture: values on the CPU, shape (height, width, channels): uint8, or floats, of which what
            isn't in 0–1 is clipped, and what isn't a number becomes black.

    Returns:
        Array of uint8, values of 0–255, shape (height, width, channels).
    """
    if picture.dtype == torch.uint8:
        return picture.numpy()
    levels = picture.detach().float().numpy() * 255 + 0.5
    if not numpy.isfinite(levels.sum()):
        numpy.nan_to_num(levels, copy=False, nan=0.0, posinf=255.0, neginf=0.0)
    return levels.clip(0, 255, out=levels).astype(numpy.uint8)


def encoded(
    frames: Sequence[ChosenFrame], pictures: Sequence[torch.Tensor]
) -> tuple[Snapshot, ...]:
    """Return the snapshots of frames.

    Args:
        frames: frames, the worst one first.
        pictures: picture of each frame on the CPU, as `levels_of` takes it.
    """
    snapshots = []
    for place, (chosen, pixels) in enumerate(zip(frames, pictures, strict=True)):
        picture = picture_of(levels_of(pixels))
        side, most = (LARGE_SIDE, LARGE_BYTES) if chosen.is_large else (SMALL_SIDE, SMALL_BYTES)
        webp, width, height = _fitting(picture, side, most)
        small = None if place else _fitting(picture, THUMBNAIL_SIDE, THUMBNAIL_BYTES).webp
        snapshots.append(Snapshot(chosen.frame, chosen.at_seam, width, height, webp, small))
    return tuple(snapshots)


def picture_of(levels: Any) -> Image.Image:
    """Return an array of `levels_of` as a picture; one with one channel is grey."""
    return Image.fromarray(levels[..., 0] if levels.shape[-1] == 1 else levels)


def _fitting(picture: Image.Image, side: int, most_bytes: int) -> SmallWebp:
    """Return a picture as a WebP of at most so many bytes; noise gets a smaller side."""
    while True:
        small = small_webp(picture, side, most_bytes, EFFORT)
        if small is not None:
            return small
        side = max(1, int(min(side, max(picture.size)) * SHRINK))
