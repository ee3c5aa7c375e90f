"""Sample clips and real drawings of characters, on any ground."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from anime_production.models.sample.clip import Faults, draw_clip

GROUNDS = ("bg_club", "bg_uni", "grey")


@pytest.fixture(scope="session")
def sample() -> Callable[..., torch.Tensor]:
    """Draws a clip of a sample character: `sample(character, seed, drift=1.0)`."""

    @lru_cache(maxsize=64)
    def draw(character: int, seed: int, frames: int = 9, **faults: Any) -> torch.Tensor:
        return draw_clip(frames, 192, 192, frames, character, seed, Faults(**faults))

    return draw


@pytest.fixture(scope="session")
def drawings(shared_assets: Path) -> list[str]:
    """Names of the real drawings of two characters, in several expressions."""
    return sorted(path.stem for path in (shared_assets / "characters").iterdir())


@pytest.fixture(scope="session")
def ground(shared_assets: Path) -> Callable[[str], torch.Tensor]:
    """A painted background with nobody, or plain grey, 1280×720, as a batch of one."""

    def read(name: str) -> torch.Tensor:
        if name == "grey":
            return torch.full((1, 720, 1280, 3), 0.5)
        with Image.open(shared_assets / "backgrounds" / f"{name}.jpg") as image:
            return torch.from_numpy(np.array(image.convert("RGB"))).float()[None] / 255

    return read


@pytest.fixture(scope="session")
def placed(
    shared_assets: Path, ground: Callable[[str], torch.Tensor]
) -> Callable[[str, str, int], torch.Tensor]:
    """Puts a drawing in the middle of a ground of a given width: a batch of one."""

    @lru_cache(maxsize=64)
    def place(drawing: str, on: str, width: int = 480) -> torch.Tensor:
        with Image.open(shared_assets / "characters" / f"{drawing}.png") as image:
            pixels = torch.from_numpy(np.array(image.convert("RGBA"))).float() / 255
        picture = ground(on)[:, :, (1280 - width) // 2 :][:, :, :width].clone()
        height, across = pixels.shape[:2]
        left = (width - across) // 2
        behind = picture[0, -height:, left : left + across]
        alpha = pixels[..., 3:]
        behind.copy_(pixels[..., :3] * alpha + behind * (1 - alpha))
        return picture

    return place
