"""Values of all measures on clean pictures and clips: cels, sketches, painted backgrounds."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch

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
from .pictures import read_picture
from .timing import print_table

ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
CHARACTERS = ("eileen_happy", "sylvie_blue_smile")
BACKGROUNDS = ("bg_uni", "bg_club")
HEIGHT, WIDTH = 480, 640  # largest size of a picture in px
SIDE, FRAMES, FPS = 192, 24, 24.0  # side in px, frames and frame rate of a clip
PAN = 3  # speed of a pan in px per frame
PAPER = 0.94  # brightness of scanned paper; pure white would count as clipped
PENCIL = 4  # radius in px of the area around a pixel whose mean counts as paper
QUALITY = 75  # JPEG quality of the compared pairs: the default of most programs

Pictures = Mapping[str, torch.Tensor]


def run() -> None:
    """Measure everything, and print the smallest and the largest value of each kind."""
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
    """Return drawings as pencil sketches: each pixel divided by the mean of its surroundings.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
    """
    grey = luma(frames)
    surroundings = torch.stack([box_mean(each, PENCIL) for each in grey])
    lines = (grey / surroundings.clamp(min=1e-3)).clamp(0, 1) * PAPER
    return lines[..., None].expand(-1, -1, -1, 3).contiguous()


def clean_pictures() -> dict[str, list[torch.Tensor]]:
    """Return clean pictures by kind, each as a batch of one frame."""
    cels = [draw_clip(1, WIDTH, HEIGHT, 24, character, 1) for character in range(4)]
    painted = []
    if ASSETS.is_dir():
        cels += [_read(ASSETS / "characters" / f"{name}.png") for name in CHARACTERS]
        painted = [_read(ASSETS / "backgrounds" / f"{name}.jpg") for name in BACKGROUNDS]
    return {"cel": cels, "sketch": [sketch(each) for each in cels], "painted": painted}


def clean_clips() -> dict[str, list[torch.Tensor]]:
    """Return clean clips by kind; in the painted ones a camera pans over a background."""
    cels = [draw_clip(FRAMES, SIDE, SIDE, 24, character, 1) for character in range(4)]
    painted = []
    if ASSETS.is_dir():
        for name in BACKGROUNDS:
            picture = _read(ASSETS / "backgrounds" / f"{name}.jpg")[0]
            lefts = range(0, PAN * FRAMES, PAN)
            painted.append(torch.stack([picture[:SIDE, left : left + SIDE] for left in lefts]))
        for name in CHARACTERS:
            figure = ASSETS / "characters" / f"{name}.png"
            background = ASSETS / "backgrounds" / f"{BACKGROUNDS[0]}.jpg"
            cels.append(moving_character(figure, background, FRAMES, SIDE))
    return {"cel": cels, "sketch": [sketch(each) for each in cels[:4]], "painted": painted}


def _read(path: Path) -> torch.Tensor:
    return read_picture(path)[:, :HEIGHT, :WIDTH].contiguous()


def _print(title: str, reports: Mapping[str, Iterable[Report]]) -> None:
    columns = {kind: list(each) for kind, each in reports.items()}
    names = [each.name for each in columns["cel"][0].measurements]
    rows = [(name, *(_range(name, each) for each in columns.values())) for name in names]
    print_table((title, *columns), rows)


def _range(name: str, reports: Iterable[Report]) -> str:
    """Return the smallest and the largest value of a measure as text."""
    values = [
        each.value
        for report in reports
        for each in report.measurements
        if each.name == name and each.value is not None
    ]
    if not values:
        return "not measured"
    smallest, largest = (f"{value:.3g}" for value in (min(values), max(values)))
    return smallest if smallest == largest else f"{smallest} to {largest}"
