"""Frames that are written into one file, with their rate and their sound."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import torch
from PIL import Image

from ..frames import as_frames
from ..sound.sound import Sound
from .levels import as_picture, has_alpha, levels_of


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames of a file to write.

    Attributes:
        images: values in 0–1, shape (frames, height, width, 1, 3 or 4 channels).
        rate: frame rate in frames per second, exact.
        sound: sound of the frames, not longer than they are; None for silence.
        bits: bits of a channel in an MP4, 8 or 10; every other format has 8.
    """

    images: torch.Tensor
    rate: Fraction
    sound: Sound | None = None
    bits: int = 8

    def __len__(self) -> int:
        return len(self.images)

    @property
    def width(self) -> int:
        """Width of the frames, px."""
        return int(self.images.shape[2])

    @property
    def height(self) -> int:
        """Height of the frames, px."""
        return int(self.images.shape[1])

    @property
    def has_alpha(self) -> bool:
        """True if the frames have alpha."""
        return has_alpha(self.images)

    @property
    def seconds(self) -> Fraction:
        """Length in seconds, exact."""
        return len(self) / self.rate

    def pictures(self) -> Iterator[Image.Image]:
        """Yield the frames as Pillow has them, with their alpha."""
        return map(as_picture, self.images)

    def opaque_levels(self, bits: int = 8) -> Iterator[np.ndarray]:
        """Yield the frames as RGB; alpha is composited over mid grey, as scores do.

        Args:
            bits: bits of a level, 8 or 16.
        """
        return (levels_of(frame, bits) for frame in as_frames(self.images))

    def levels(self) -> Iterator[np.ndarray]:
        """Yield the frames with 8 bits, RGBA if they have alpha, otherwise RGB.

        What is under fully transparent pixels becomes mid grey: nobody sees it, but lossy formats
        would spend bits on it and let it bleed into its surroundings.
        """
        if not self.has_alpha:
            yield from self.opaque_levels()
            return
        for image in self.images:
            levels = levels_of(image)
            levels[levels[..., 3] == 0, :3] = 128
            yield levels
