"""Real clips and pictures for the domain's tests."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

from anime_production.models.frames import as_frames


@pytest.fixture(scope="session")
def shared_clips(shared_assets: Path) -> list[str]:
    """Names of the real clips, of every kind that a test goes through."""
    folders = (shared_assets / "clips", shared_assets / "loops")
    names = sorted(f"{path.parent.name}/{path.name}" for each in folders for path in each.iterdir())
    for kind in ("animatediff", "mobius", "moviepy"):
        assert any(kind in name for name in names), f"there is no clip of {kind}"
    return names


@pytest.fixture(scope="session")
def shared_clip(shared_assets: Path) -> Callable[[str], tuple[torch.Tensor, float]]:
    """Reads one of `shared_clips`: its frames and its rate."""

    def read(name: str) -> tuple[torch.Tensor, float]:
        path = shared_assets / name
        if path.suffix == ".gif":
            with Image.open(path) as image:
                fps = 1000 / image.info["duration"]
                frames = [np.asarray(each.convert("RGB")) for each in ImageSequence.Iterator(image)]
        else:
            with av.open(path) as video:
                stream = video.streams.video[0]
                fps = float(stream.average_rate or 0)
                frames = [each.to_ndarray(format="rgb24") for each in video.decode(stream)]
        return torch.from_numpy(np.stack(frames)).float() / 255, fps

    return read


@pytest.fixture(scope="session")
def shared_pictures(shared_assets: Path) -> list[str]:
    """Names of the real drawings."""
    folders = (shared_assets / "characters", shared_assets / "backgrounds")
    return sorted(f"{path.parent.name}/{path.name}" for each in folders for path in each.iterdir())


@pytest.fixture(scope="session")
def shared_picture(shared_assets: Path) -> Callable[[str], torch.Tensor]:
    """Reads one of `shared_pictures` as a batch of one."""

    def read(name: str) -> torch.Tensor:
        with Image.open(shared_assets / name) as image:
            mode = "RGBA" if "A" in image.getbands() else "RGB"
            pixels = np.asarray(image.convert(mode))
        return as_frames(torch.from_numpy(pixels.copy()).float()[None] / 255)[:]

    return read
