"""Reader of picture files for the benchmarks."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..models.frames import as_frames


def read_picture(path: Path) -> torch.Tensor:
    """Return a picture as one frame: RGB in 0–1, shape (1, height, width, 3).

    Alpha is treated as the pack's nodes treat it.
    """
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
    return as_frames(torch.from_numpy(pixels.copy()).float()[None] / 255)
