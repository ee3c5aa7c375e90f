"""Reads pictures and clips back from files: stills, animations and videos."""

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

MOST_BYTES = 8 << 30  # of decoded frames, as ComfyUI holds them: 1,400 of 1024×576 in colour
BYTES_OF_A_VALUE = 4  # float32


@dataclass(frozen=True, eq=False)
class Media:
    """What a file shows.

    Attributes:
        frames: RGB in 0–1, float32, shape (frames, height, width, 3), on the CPU.
        fps: frames per second, None where the file says nothing of it.
    """

    frames: torch.Tensor
    fps: float | None


def read_media(path: Path) -> Media:
    """Read a still, an animation (WebP, GIF, PNG) or a video (MP4, WebM and their kin).

    Transparency is dropped, as ComfyUI's own loader of images does. Frames of an animation have
    durations of their own; its rate is their mean.

    Raises:
        InputError: there is no such file, it is neither, it is damaged, or too large to be held.
    """
    name = path.name
    if not path.is_file():
        raise _refused(name, "none of that name", "Choose a file that is there.")
    try:
        with Image.open(path) as picture:
            return _animation(name, picture)
    except UnidentifiedImageError:
        return _video(path)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        if isinstance(error, InputError):
            raise
        raise _refused(name, f"a picture that can't be read ({error})", "Save it anew.") from error


def _animation(name: str, picture: Image.Image) -> Media:
    durations: list[float] = []
    turned = getattr(picture, "n_frames", 1) == 1

    def pictures() -> Iterator[np.ndarray]:
        for frame in ImageSequence.Iterator(picture):
            upright = ImageOps.exif_transpose(frame) if turned else frame
            yield np.asarray(upright.convert("RGB"))
            durations.append(float(picture.info.get("duration", 0.0)))  # known once it is decoded

    frames = _stacked(name, pictures())
    seconds = sum(durations) / 1000
    return Media(frames, len(frames) / seconds if len(frames) > 1 and seconds > 0 else None)


def _video(path: Path) -> Media:
    av: Any = importlib.import_module("av")  # comes with ComfyUI
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
        came = f"a file that is no picture or video, or is damaged ({error.strerror})"
        raise _refused(path.name, came, "Choose another file, or save it anew.") from error


def _stacked(name: str, pictures: Iterator[np.ndarray]) -> torch.Tensor:
    """All frames; held as bytes until their number is known."""
    first = next(pictures, None)
    if first is None:
        raise _refused(name, "a file without frames", "Save it anew.")
    most = MOST_BYTES // (first.size * BYTES_OF_A_VALUE)
    held: list[np.ndarray] = []
    for picture in chain([first], pictures):
        if picture.shape != first.shape:
            remedy = "Save it anew with one size."
            raise _refused(name, "frames of several sizes", remedy)
        if len(held) == most:
            remedy = "Cut it, or make it smaller."
            came = f"more than {most} frames of {first.shape[1]}×{first.shape[0]}"
            raise _refused(name, came, remedy)
        held.append(picture)
    frames = np.empty((len(held), *first.shape), np.float32)
    for number, picture in enumerate(held):
        np.divide(picture, 255, out=frames[number])
        held[number] = first  # lets go of it
    return torch.from_numpy(frames)


def _refused(name: str, came: str, remedy: str) -> InputError:
    return InputError(name, "a picture or a video", came, remedy)
