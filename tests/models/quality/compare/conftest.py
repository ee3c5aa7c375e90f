"""Pictures, and what happens to pictures."""

import io
from collections.abc import Callable

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.sample.sample_clip import draw_clip


def as_jpeg(frames: torch.Tensor, quality: int) -> torch.Tensor:
    """Frames after saving as JPEG with full-resolution colour."""
    saved = []
    for frame in frames:
        file = io.BytesIO()
        picture = Image.fromarray((frame.numpy() * 255).round().astype(np.uint8))
        picture.save(file, "JPEG", quality=quality, subsampling=0)
        saved.append(torch.from_numpy(np.asarray(Image.open(file)).copy()).float() / 255)
    return torch.stack(saved)


@pytest.fixture(scope="session")
def drawings() -> torch.Tensor:
    """Four drawings of the sample character, 192×224."""
    return draw_clip(4, 224, 192, 4, 0, 3)


@pytest.fixture(scope="session")
def saved_as_jpeg() -> Callable[[torch.Tensor, int], torch.Tensor]:
    """Saves frames as JPEG and reads them again."""
    return as_jpeg


@pytest.fixture(scope="session")
def altered(drawings) -> dict[str, torch.Tensor]:
    """The first drawing after one thing each."""
    picture, seed = drawings[0], torch.Generator().manual_seed(3)
    noise = torch.rand(picture.shape, generator=seed)
    return {
        "noise": (picture + 0.1 * (noise - 0.5)).clamp(0, 1),
        "rounding": (picture + (noise - 0.5) / 255).clamp(0, 1),
        "moved": drawings[1],
        "darker": picture * 0.8,
        "inverted": 1 - picture,
        "unrelated": noise,
        "jpeg": as_jpeg(picture[None], 30)[0],
    }
