"""What clean pictures and clips of each kind measure: cels, sketches, painted backgrounds."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from ..models.frames import as_frames
from ..models.image_ops.luma import luma
from ..models.image_ops.windows import box_mean
from ..models.quality.clip_quality import score_clip_quality
from ..models.quality.compare.comparison import compare_pictures
from ..models.quality.compare.pairs import paired
from ..models.quality.still.still_quality import score_still_quality
from ..models.report import Report
from ..models.sample.sample_clip import draw_clip
from .distortions import compress
from .moving_character import moving_character
from .timing import print_table

ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
CHARACTERS = ("eileen_happy", "sylvie_blue_smile")
BACKGROUNDS = ("bg_uni", "bg_club")
HEIGHT, WIDTH = 480, 640  # of each picture, at most
SIDE, FRAMES, FPS, PAN = 192, 24, 24.0, 3  # of each clip; px of a pan in a frame
PAPER = 0.94  # as scanned: pure white would be lost light
PENCIL = 4  # px around a line that its paper is told from
QUALITY = 75  # of the JPEG that pairs are compared by: what most programs write

Pictures = Mapping[str, torch.Tensor]


def run() -> None:
    """Measure all, and print the least and the largest value of each kind."""
    pictures = clean_pictures()
    _print("still", {kind: map(score_still_quality, each) for kind, each in pictures.items()})
    clips = clean_clips()
    _print(
        "clip", {kind: (score_clip_quality(c, FPS) for c in each) for kind, each in clips.items()}
    )
    saved = {
        kind: (compare_pictures(paired(compress(p, QUALITY), p)) for p in each)
        for kind, each in pictures.items()
    }
    _print(f"JPEG {QUALITY}", saved)


def sketch(frames: torch.Tensor) -> torch.Tensor:
    """A pencil sketch of drawings: how much darker than its surroundings each pixel is, on paper.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
    """
    grey = luma(frames)
    around = torch.stack([box_mean(each, PENCIL) for each in grey])
    drawn = (grey / around.clamp(min=1e-3)).clamp(0, 1) * PAPER
    return drawn[..., None].expand(-1, -1, -1, 3).contiguous()


def clean_pictures() -> dict[str, list[torch.Tensor]]:
    """By kind; batches of one."""
    cels = [draw_clip(1, WIDTH, HEIGHT, 24, character, 1) for character in range(4)]
    painted = []
    if ASSETS.is_dir():
        cels += [_read(ASSETS / "characters" / f"{name}.png") for name in CHARACTERS]
        painted = [_read(ASSETS / "backgrounds" / f"{name}.jpg") for name in BACKGROUNDS]
    return {"cel": cels, "sketch": [sketch(each) for each in cels], "painted": painted}


def clean_clips() -> dict[str, list[torch.Tensor]]:
    """By kind; painted: a camera that pans over a background."""
    cels = [draw_clip(FRAMES, SIDE, SIDE, 24, character, 1) for character in range(4)]
    painted = []
    if ASSETS.is_dir():
        for name in BACKGROUNDS:
            picture = _read(ASSETS / "backgrounds" / f"{name}.jpg")[0]
            places = range(0, PAN * FRAMES, PAN)
            painted.append(torch.stack([picture[:SIDE, at : at + SIDE] for at in places]))
        for name in CHARACTERS:
            figure, behind = (
                ASSETS / "characters" / f"{name}.png",
                ASSETS / "backgrounds" / f"{BACKGROUNDS[0]}.jpg",
            )
            cels.append(moving_character(figure, behind, FRAMES, SIDE))
    return {"cel": cels, "sketch": [sketch(each) for each in cels[:4]], "painted": painted}


def _read(path: Path) -> torch.Tensor:
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGBA" if "A" in image.getbands() else "RGB"))
    frames = as_frames(torch.from_numpy(pixels.copy()).float()[None] / 255)
    return frames[:, :HEIGHT, :WIDTH].contiguous()


def _print(title: str, reports: Mapping[str, Iterable[Report]]) -> None:
    columns = {kind: list(each) for kind, each in reports.items()}
    names = [each.name for each in columns["cel"][0].measurements]
    rows = [(name, *(_range(name, each) for each in columns.values())) for name in names]
    print_table((title, *columns), rows)


def _range(name: str, reports: Iterable[Report]) -> str:
    """The least and the largest value of a measure."""
    found = [each.value for report in reports for each in report.measurements if each.name == name]
    known = [value for value in found if value is not None]
    if not known:
        return "not measured"
    least, most = (f"{value:.3g}" for value in (min(known), max(known)))
    return least if least == most else f"{least} to {most}"
