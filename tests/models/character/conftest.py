"""Sample clips and real drawings of characters, on any ground."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from PIL import Image

from anime_production.models.character.detection import Detection, IdentityModel, Region
from anime_production.models.character.detectors.lbp import LbpFaceDetector
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.sample.sample_clip import Faults, draw_clip

GROUNDS = ("bg_club", "bg_uni", "grey")


@pytest.fixture(scope="session")
def palette_model() -> IdentityModel:
    """The model that needs no weights: colours of the figure that stands out."""
    cpu = torch.device("cpu")
    return IdentityModel(WholeImageDetector(cpu), PaletteEmbedder(Region.FIGURE, cpu))


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


@pytest.fixture(scope="session")
def lbp(shared_assets: Path) -> LbpFaceDetector:
    """The real cascade of anime faces."""
    return LbpFaceDetector(shared_assets / "weights" / "lbpcascade_animeface.xml")


@pytest.fixture(scope="session")
def side_by_side(
    shared_assets: Path, ground: Callable[[str], torch.Tensor]
) -> Callable[[str, str, str], torch.Tensor]:
    """Puts two drawings side by side on a ground 800 wide: a batch of one."""

    def place(left: str, right: str, on: str) -> torch.Tensor:
        picture = ground(on)[:, :, 240:1040].clone()
        for drawing, middle in ((left, 200), (right, 600)):
            with Image.open(shared_assets / "characters" / f"{drawing}.png") as image:
                pixels = torch.from_numpy(np.array(image.convert("RGBA"))).float() / 255
            height, across = pixels.shape[:2]
            behind = picture[0, -height:, middle - across // 2 :][:, :across]
            behind.copy_(pixels[..., :3] * pixels[..., 3:] + behind * (1 - pixels[..., 3:]))
        return picture

    return place


@pytest.fixture(scope="session")
def faced(
    placed: Callable[[str, str, int], torch.Tensor], lbp: LbpFaceDetector
) -> Callable[[str, str], tuple[torch.Tensor, tuple[Detection, ...]]]:
    """A drawing on a ground, half the size, and the faces that the cascade finds in it."""

    @lru_cache(maxsize=64)
    def find(drawing: str, on: str) -> tuple[torch.Tensor, tuple[Detection, ...]]:
        large = placed(drawing, on, 480).movedim(-1, 1)
        picture = functional.interpolate(large, scale_factor=0.5, mode="area").movedim(1, -1)
        return picture, lbp.detect(picture)[0]

    return find
