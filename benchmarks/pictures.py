"""Readers of picture and clip files for the benchmarks."""

from pathlib import Path

import av
import numpy as np
import torch
from PIL import Image, ImageSequence

from ..models.frames import as_frames


def read_picture(path: Path) -> torch.Tensor:
    """Return a picture as one frame: RGB in 0–1, shape (1, height, width, 3).

    Alpha is treated as the pack's nodes treat it.
    """
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
    return as_frames(torch.from_numpy(pixels.copy()).float()[None] / 255)[:]


def read_clip(path: Path) -> torch.Tensor:
    """Return a GIF or a video as frames: RGB in 0–1, shape (frames, height, width, 3)."""
    if path.suffix == ".gif":
        with Image.open(path) as image:
            frames = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
    else:
        with av.open(str(path)) as video:
            frames = [each.to_ndarray(format="rgb24") for each in video.decode(video=0)]
    return torch.from_numpy(np.stack(frames)).float() / 255
