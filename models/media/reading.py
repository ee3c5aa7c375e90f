"""Reading of pictures and clips from files, with one copy of the frames in memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ..rgb_frames import BEHIND_ALPHA
from .memory import available_memory, refuse_too_large, too_large
from .opened import OpenedMedia, StoredFrame, open_media, refusal

BYTES_OF_A_VALUE = 4  # float32
FURTHER_PART = 8  # a clip grows by an eighth if it has more frames than it says


@dataclass(frozen=True, eq=False)
class Media:
    """Decoded content of a file.

    Attributes:
        frames: RGB in 0–1, float32, shape (frames, height, width, 3), on the CPU; with a fourth
            channel if the file has alpha.
        fps: frame rate in frames per second; None for a still or a file without a frame rate.
    """

    frames: torch.Tensor
    fps: float | None


class FrameBuffer:
    """Memory for all frames of a clip, which is taken once and filled frame by frame.

    Attributes:
        frames: frames in 0–1, float32, shape (frames, height, width, channels).
        filled: number of frames that are decoded.
    """

    def __init__(
        self,
        name: str,
        count: int,
        height: int,
        width: int,
        channels: int,
        may_grow: bool = False,
    ) -> None:
        """Take the memory.

        Args:
            name: name of the input or of the file, for errors.
            count: number of frames.
            height: height of the frames, px.
            width: width of the frames, px.
            channels: 3, or 4 for alpha.
            may_grow: True takes more memory for frames beyond `count`, as some videos have more
                than they say.

        Raises:
            InputError: the frames don't fit into the memory that is free.
        """
        self._name, self._may_grow = name, may_grow
        self.frames = np.empty((0, height, width, channels), np.float32)
        self.filled = 0
        self._grow(count)

    def add(self, levels: np.ndarray, times: int = 1) -> None:
        """Add a frame.

        Args:
            levels: colours with 8 bits, shape (height, width, 3 or 4 channels); an opaque frame of
                a clip with alpha has 3.
            times: how often the frame comes one after the other.

        Raises:
            InputError: the frame has another size than the first, or there are too many.
        """
        if levels.shape[:2] != self.frames.shape[1:3]:
            remedy = "Save it again with one size for all frames."
            raise refusal(self._name, "frames of several sizes", remedy)
        for _ in range(times):
            if self.filled == len(self.frames) and self._may_grow:
                self._grow(self.filled // FURTHER_PART + 1)
            if self.filled == len(self.frames):
                remedy = "Save it again, or choose another file."
                received = f"more than the {self.filled} frames that it names"
                raise refusal(self._name, received, remedy)
            target = self.frames[self.filled]
            np.divide(levels, 255, out=target[..., : levels.shape[-1]])
            if levels.shape[-1] < target.shape[-1]:
                target[..., 3] = 1.0
            self.filled += 1

    def _grow(self, further: int) -> None:
        """Take memory for further frames.

        Raises:
            InputError: they don't fit into the memory that is free.
        """
        _, height, width, channels = self.frames.shape
        content = f"{self.filled + further} frames of {width}×{height}"
        needed = further * height * width * channels * BYTES_OF_A_VALUE
        refuse_too_large(self._name, needed, content)
        try:
            self.frames.resize((self.filled + further, height, width, channels), refcheck=False)
        except MemoryError as error:
            raise too_large(self._name, needed, content, available_memory()) from error

    def clip(self) -> torch.Tensor:
        """Return the frames that are decoded, without a copy."""
        return torch.from_numpy(self.frames[: self.filled])


def read_media(path: Path, keep_alpha: bool = True) -> Media:
    """Read a still, an animation (WebP, GIF, PNG) or a video (every format that PyAV reads).

    Each frame of an animation has its own duration; the frame rate is the number of frames divided
    by the sum of the durations.

    Args:
        path: path of the file.
        keep_alpha: True gives four channels if the file has alpha. False composites over mid grey,
            as scores do.

    Raises:
        InputError: the file doesn't exist, is neither a picture nor a video, is damaged, or its
            frames don't fit into the memory that is free.
    """
    name = path.name
    with open_media(path) as media:
        channels = media.channels if keep_alpha else 3
        buffer = FrameBuffer(name, media.count, media.height, media.width, channels, True)
        milliseconds = 0.0
        for frame in _in(media, channels):
            buffer.add(frame.levels)
            milliseconds += frame.milliseconds
        if not buffer.filled:
            remedy = "Save it again, or choose another file."
            raise refusal(name, "a file without frames", remedy)
        if media.rate is not None:
            return Media(buffer.clip(), float(media.rate))
        has_rate = buffer.filled > 1 and milliseconds > 0
        return Media(buffer.clip(), 1000 * buffer.filled / milliseconds if has_rate else None)


def _in(media: OpenedMedia, channels: int) -> Iterator[StoredFrame]:
    """Yield the frames of a file; of one with alpha, over mid grey if 3 channels are needed."""
    for frame in media.frames:
        yield frame._replace(levels=over_grey(frame.levels)) if channels == 3 else frame


def over_grey(levels: np.ndarray) -> np.ndarray:
    """Return a picture over mid grey, as scores see it.

    Args:
        levels: colours with 8 bits, shape (height, width, 3 or 4 channels).

    Returns:
        Shape (height, width, 3); the picture itself if it has no alpha.
    """
    if levels.shape[-1] == 3:
        return levels
    alpha = levels[..., 3:].astype(np.float32) / 255
    behind = BEHIND_ALPHA * 255
    composited: np.ndarray = (behind + (levels[..., :3] - behind) * alpha).round().astype(np.uint8)
    return composited
