"""Batch of images that is read as RGB frames, whatever its precision, channels and layout."""

import math
from collections.abc import Iterator
from copy import copy
from typing import Protocol

import torch

# Transparent pixels have arbitrary colours; composited over mid grey they favour no colour.
BEHIND_ALPHA = 0.5


# Frames, or rows and columns of frames, but not colours.
Index = int | slice | list[int] | tuple[int | slice | list[int], ...]


class Frames(Protocol):
    """Frames of a batch: RGB in 0–1, float32, shape (frames, height, width, 3).

    A tensor is one, and so are `RgbFrames`. Both are read by some frames, or some pixels of them,
    and never as a whole, because a long clip must not be copied.
    """

    @property
    def shape(self) -> torch.Size:
        """Number of frames, height, width and 3."""
        ...

    @property
    def device(self) -> torch.device:
        """Device of the frames."""
        ...

    def __len__(self) -> int: ...
    def __getitem__(self, index: Index, /) -> torch.Tensor: ...
    def __iter__(self) -> Iterator[torch.Tensor]: ...


class RgbFrames:
    """Images that become RGB in 0–1, float32, where they are read.

    Images that are so already are read as they lie in memory. Others are converted part by part,
    so that no copy of a whole clip is made: half precision, one channel, alpha (composited over mid
    grey), a small overshoot of 0–1 (clipped), and infinity (NaN, as clipping would hide it).

    Attributes:
        is_finite: True if every value of the images is finite.
        shape: number of frames, height, width and 3.
        device: device of the images.

    Examples:
        >>> frames = RgbFrames(torch.full((2, 64, 48, 1), 1.25).half(), lowest=0.0, highest=1.25)
        >>> frames.shape, frames[1].dtype, frames[0, 0, 0]
        (torch.Size([2, 64, 48, 3]), torch.float32, tensor([1., 1., 1.]))
    """

    def __init__(
        self, images: torch.Tensor, lowest: float, highest: float, is_finite: bool = True
    ) -> None:
        """Take images.

        Args:
            images: float tensor, shape (frames, height, width, channels) with 1, 3 or 4 channels.
            lowest: lowest finite value of the images.
            highest: highest finite value of the images.
            is_finite: False if a value is NaN or infinite.
        """
        self.is_finite = is_finite
        self.shape = torch.Size((*images.shape[:3], 3))
        self.device = images.device
        self._images = images
        self._overshoots = lowest < 0 or highest > 1

    def __len__(self) -> int:
        return len(self._images)

    def __getitem__(self, index: Index, /) -> torch.Tensor:
        part = self._images[index].detach().float()
        if not self.is_finite:
            part = part.where(part.isfinite(), math.nan)
        if self._overshoots:
            part = part.clamp(0, 1)  # NaN stays NaN
        if part.shape[-1] == 1:
            return part.expand(*part.shape[:-1], 3)
        if part.shape[-1] == 4:
            behind = torch.tensor(BEHIND_ALPHA, device=part.device)
            return torch.lerp(behind, part[..., :3], part[..., 3:])
        return part

    def __iter__(self) -> Iterator[torch.Tensor]:
        return (self[number] for number in range(len(self)))

    def part(self, start: int, stop: int) -> "RgbFrames":
        """Return the frames from one index to another, of which nothing is converted yet."""
        part = copy(self)
        part._images = self._images[start:stop]
        part.shape = torch.Size((len(part._images), *self.shape[1:]))
        return part


def part_of(frames: Frames, start: int, stop: int) -> Frames:
    """Return the frames from one index to another without a copy or a conversion."""
    return frames.part(start, stop) if isinstance(frames, RgbFrames) else frames[start:stop]
