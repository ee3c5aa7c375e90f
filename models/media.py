"""Reading of pictures and clips from files: stills, animations and videos."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from .frames import InputError

MOST_BYTES = 8 << 30  # of decoded float32 frames: 1,200 RGB frames of 1024×576
BYTES_OF_A_VALUE = 4  # float32


@dataclass(frozen=True, eq=False)
class Media:
    """Decoded content of a file.

    Attributes:
        frames: RGB in 0–1, float32, shape (frames, height, width, 3), on the CPU.
        fps: frame rate in frames per second; None for a still or a file without a frame rate.
    """

    frames: torch.Tensor
    fps: float | None


def read_media(path: Path) -> Media:
    """Read a still, an animation (WebP, GIF, PNG) or a video (every format that PyAV reads).

    Transparency is dropped, as ComfyUI's own image loader does. Each frame of an animation has its
    own duration; the frame rate is the number of frames divided by the sum of the durations.

    Raises:
        InputError: the file doesn't exist, is neither a picture nor a video, is damaged, or its
            frames need more than `MOST_BYTES`.
    """
    name = path.name
    if not path.is_file():
        raise _refused(name, "no file of that name", "Choose a file that exists.")
    try:
        with Image.open(path) as picture:
            return _animation(name, picture)
    except UnidentifiedImageError:
        return _video(path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, InputError):
            raise
        remedy = "Save it again, or choose another file."
        raise _refused(name, f"a picture that can't be read ({error})", remedy) from error


def _animation(name: str, picture: Image.Image) -> Media:
    """Return the frames of a still or an animation; a still is turned upright by its EXIF data."""
    durations: list[float] = []
    is_still = getattr(picture, "n_frames", 1) == 1

    def pictures() -> Iterator[np.ndarray]:
        for frame in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(frame) if is_still else frame
            yield np.asarray(upright.convert("RGB"))
            # Pillow sets the duration of a frame, in ms, when it decodes the frame.
            durations.append(float(picture.info.get("duration", 0.0)))

    frames = _stacked(name, pictures())
    seconds = sum(durations) / 1000
    return Media(frames, len(frames) / seconds if len(frames) > 1 and seconds > 0 else None)


def _video(path: Path) -> Media:
    av: Any = importlib.import_module("av")  # PyAV, which ComfyUI requires
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise _refused(path.name, "a file without pictures", "Choose another file.")
            stream = container.streams.video[0]
            stream.thread_type = "AUTO"
            decoded = (frame.to_ndarray(format="rgb24") for frame in container.decode(stream))
            rate = stream.average_rate or stream.base_rate
            return Media(_stacked(path.name, decoded), float(rate) if rate else None)
    except av.error.FFmpegError as error:
        received = f"a file that is no picture or video, or is damaged ({error.strerror})"
        remedy = "Choose another file, or save it again."
        raise _refused(path.name, received, remedy) from error


def _stacked(name: str, pictures: Iterator[np.ndarray]) -> torch.Tensor:
    """Return all frames as one tensor.

    The frames are collected as bytes first, because their number is known only at the end.
    """
    first = next(pictures, None)
    if first is None:
        raise _refused(name, "a file without frames", "Save it again, or choose another file.")
    most = MOST_BYTES // (first.size * BYTES_OF_A_VALUE)
    decoded: list[np.ndarray] = []
    for picture in chain([first], pictures):
        if picture.shape != first.shape:
            remedy = "Save it again with one size for all frames."
            raise _refused(name, "frames of several sizes", remedy)
        if len(decoded) == most:
            remedy = "Cut the clip, or make it smaller."
            received = f"more than {most} frames of {first.shape[1]}×{first.shape[0]}"
            raise _refused(name, received, remedy)
        decoded.append(picture)
    frames = np.empty((len(decoded), *first.shape), np.float32)
    for number, picture in enumerate(decoded):
        np.divide(picture, 255, out=frames[number])
        decoded[number] = first  # frees the memory of the bytes
    return torch.from_numpy(frames)


def _refused(name: str, received: str, remedy: str) -> InputError:
    return InputError(name, "a picture or a video", received, remedy)
