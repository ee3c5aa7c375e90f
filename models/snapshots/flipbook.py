"""Flipbook of a loop: all of its frames, small, in one picture, so that a page can play it.

A still picture with the frames in rows is decoded once, and a player draws parts of it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image

from ..media.small_webp import small_webp
from ..report_parts import FlipbookLayout
from .snapshot import EFFORT, SHRINK, levels_of, picture_of

MOST_FRAMES = 120  # of a flipbook; of a longer loop some frames are left out
BESIDE_SEAM = 8  # frames on each side of the seam that are never left out
MOST_BYTES = 1_000_000
FRAME_BYTES = 20_000  # for each frame, so that a short loop takes less
LONGER_SIDE = 480  # px of a frame
# Pixels of the whole picture: 120 frames of 320 x 180. A browser holds them in 28 MB.
MOST_PIXELS = 120 * 320 * 180


@dataclass(frozen=True)
class Flipbook:
    """All frames of a loop in one picture.

    Attributes:
        frames: number of frames of the loop.
        numbers: index of each frame that is there, rising, from 0.
        columns: number of frames in a row.
        webp: the picture as WebP, with alpha if the frames have some.
    """

    frames: int
    numbers: tuple[int, ...]
    columns: int
    webp: bytes


def flipbook_layout(count: int) -> FlipbookLayout:
    """Return the places of a loop's frames in its flipbook.

    Args:
        count: number of frames of the loop, 2 or more.

    Examples:
        >>> flipbook_layout(5)
        FlipbookLayout(frames=5, numbers=(0, 1, 2, 3, 4), columns=3)
        >>> len(flipbook_layout(500).numbers), flipbook_layout(500).numbers[-3:]
        (120, (497, 498, 499))
    """
    numbers = tuple(range(count))
    if count > MOST_FRAMES:
        # Between the frames at the seam, the rest lie at even distances.
        further, places = MOST_FRAMES - 2 * BESIDE_SEAM, count - 2 * BESIDE_SEAM
        inside = [BESIDE_SEAM + (2 * at + 1) * places // (2 * further) for at in range(further)]
        numbers = (*numbers[:BESIDE_SEAM], *inside, *numbers[-BESIDE_SEAM:])
    return FlipbookLayout(count, numbers, math.ceil(math.sqrt(len(numbers))))


def frame_size(count: int, height: int, width: int) -> tuple[int, int]:
    """Return the height and width of a frame in a flipbook, px.

    Args:
        count: number of frames in the flipbook.
        height: height of the frames, px.
        width: width of the frames, px.

    Examples:
        >>> frame_size(120, 1080, 1920), frame_size(24, 1080, 1920), frame_size(24, 64, 64)
        ((180, 320), (270, 480), (64, 64))
    """
    enough = math.sqrt(MOST_PIXELS / (count * height * width))
    factor = min(1.0, LONGER_SIDE / max(height, width), enough)
    return max(1, round(height * factor)), max(1, round(width * factor))


def make_flipbook(
    layout: FlipbookLayout,
    pictures: list[torch.Tensor],
    when_small: Callable[[], None] = lambda: None,
) -> Flipbook:
    """Return the flipbook of a loop.

    Args:
        layout: places of the frames.
        pictures: the frames on the CPU, as `levels_of` takes them. The list is emptied as soon as
            the frames are small, so that nothing holds their memory while they are encoded.
        when_small: function that is called then.
    """
    height, width = frame_size(len(pictures), *pictures[0].shape[:2])
    frames = small_frames(pictures, (width, height))
    pictures.clear()
    when_small()
    return encoded_flipbook(layout, frames)


def small_frames(pictures: Sequence[torch.Tensor], size: tuple[int, int]) -> list[Image.Image]:
    """Return frames as pictures of a size (width, height), px."""
    return [_resized(picture_of(levels_of(each)), size) for each in pictures]


def encoded_flipbook(layout: FlipbookLayout, frames: Sequence[Image.Image]) -> Flipbook:
    """Return the flipbook of small frames, smaller ones where no quality is low enough for noise.

    Args:
        layout: places of the frames.
        frames: the frames of the layout, all of the same size.
    """
    most = min(MOST_BYTES, FRAME_BYTES * len(frames))
    while True:
        sheet = _sheet(layout.columns, frames)
        small = small_webp(sheet, max(sheet.size), most, EFFORT)
        if small is not None:
            return Flipbook(layout.frames, layout.numbers, layout.columns, small.webp)
        size: Any = tuple(max(1, int(side * SHRINK)) for side in frames[0].size)
        frames = [_resized(each, size) for each in frames]


def _sheet(columns: int, frames: Sequence[Image.Image]) -> Image.Image:
    width, height = frames[0].size
    rows = math.ceil(len(frames) / columns)
    sheet = Image.new(frames[0].mode, (width * columns, height * rows))
    for place, frame in enumerate(frames):
        sheet.paste(frame, (place % columns * width, place // columns * height))
    return sheet


def _resized(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    if picture.size == size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)
