"""SSIM, CIEDE2000 and LPIPS, compared with scikit-image and the lpips package."""

import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import numpy as np
import torch
from PIL import Image

from ..models.dependency import require
from ..models.image_ops.luma import luma
from ..models.perceptual.lpips import LPIPS
from ..models.quality.compare.ciede import colour_differences
from ..models.quality.compare.comparison import compare_pictures
from ..models.quality.compare.comparison_measures import MEASURES
from ..models.quality.compare.pairs import paired
from ..models.quality.compare.ssim import ssim
from ..models.sample.sample_clip import draw_clip
from .perceptual import NETWORK, lpips_networks
from .pictures import read_picture
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

PAIRS, WIDTH, HEIGHT = 6, 832, 480
ROUNDS = 3
# The JPEG qualities that set the limits of the profiles hero, supporting, background and draft.
QUALITIES = (95, 75, 50, 25)
SHARED_ASSETS = Path(__file__).resolve().parents[2] / "shared" / "assets"
FOLDERS = ("characters", "backgrounds")  # below the shared assets


def run() -> None:
    """Time the measures and the other packages in turns, compare values, print a table of JPEG."""
    before = in_planes(draw_clip(PAIRS, WIDTH, HEIGHT, PAIRS, character=0, seed=2))
    noise = torch.rand(before.shape, generator=torch.Generator().manual_seed(0)) - 0.5
    after = (before + 0.1 * noise).clamp(0, 1)
    metrics, colour = require("skimage.metrics"), require("skimage.color")
    with tempfile.TemporaryDirectory() as folder:
        package, path, trunk = lpips_networks(require("lpips"), Path(folder))
        network = LPIPS.load(NETWORK, path)
    print(f"{PAIRS} pairs of {WIDTH}×{HEIGHT}; LPIPS with {trunk}")
    timed: list[tuple[str, float, float, str]] = []
    for name, ours, other in (
        ("ssim", _our_ssim, lambda first, second: _skimage_ssim(metrics, first, second)),
        ("ciede2000", _our_colour, lambda first, second: _skimage_colour(colour, first, second)),
        ("lpips", network.between, lambda first, second: _package_lpips(package, first, second)),
    ):
        timed.append(_compared(name, ours, other, after, before))
    print_table(("measure", "pack s", "reference s", "largest error"), timed)
    for name, seconds, other_seconds, _ in timed:
        Comparison(f"compare/{name}", seconds, other_seconds, "s").print()
    _print_jpeg()


Measured = Callable[[torch.Tensor, torch.Tensor], Any]


def _compared(
    name: str, ours: Measured, other: Measured, after: torch.Tensor, before: torch.Tensor
) -> tuple[str, float, float, str]:
    ours_seconds, other_seconds = alternate(
        lambda: ours(after, before), lambda: other(after, before), ROUNDS
    )
    errors = [
        abs(float(a) - float(b))
        for a, b in zip(ours(after, before), other(after, before), strict=True)
    ]
    return name, median(ours_seconds), median(other_seconds), f"{max(errors):.1e}"


def _our_ssim(after: torch.Tensor, before: torch.Tensor) -> list[float]:
    return [ssim(luma(one), luma(other)).item() for one, other in zip(after, before, strict=True)]


def _skimage_ssim(metrics: ModuleType, after: torch.Tensor, before: torch.Tensor) -> list[float]:
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}
    return [
        metrics.structural_similarity(
            luma(one).numpy(), luma(other).numpy(), data_range=1.0, **options
        )
        for one, other in zip(after, before, strict=True)
    ]


def _our_colour(after: torch.Tensor, before: torch.Tensor) -> list[float]:
    return [
        colour_differences(one, other).mean().item()
        for one, other in zip(after, before, strict=True)
    ]


def _skimage_colour(colour: ModuleType, after: torch.Tensor, before: torch.Tensor) -> list[float]:
    return [
        colour.deltaE_ciede2000(colour.rgb2lab(one.numpy()), colour.rgb2lab(other.numpy())).mean()
        for one, other in zip(after, before, strict=True)
    ]


def _package_lpips(package: Any, after: torch.Tensor, before: torch.Tensor) -> list[float]:
    with torch.no_grad():
        return [
            package(*(each.movedim(-1, 0)[None] * 2 - 1 for each in pair)).item()
            for pair in zip(after, before, strict=True)
        ]


def _print_jpeg() -> None:
    """Print the worst value of each measure after JPEG, from which the profiles' limits come."""
    pictures = _pictures()
    names = [each.name for each in MEASURES if not each.name.startswith("lpips")]
    rows: list[Sequence[object]] = []
    for quality in QUALITIES:
        reports = [
            compare_pictures(paired(_as_jpeg(picture, quality), picture), names)
            for picture in pictures
        ]
        worst = []
        for number in range(len(names)):
            measurements = [report.measurements[number] for report in reports]
            pick = min if measurements[0].better == "higher" else max
            worst.append(pick(each.value for each in measurements if each.value is not None))
        rows.append((str(quality), *worst))
    print(f"Worst value of {len(pictures)} pictures after JPEG with full-resolution colour:")
    print_table(("quality", *names), rows)


def _pictures() -> list[torch.Tensor]:
    """Return the sample character, and the shared drawings and backgrounds if they are there."""
    pictures = [draw_clip(2, WIDTH, HEIGHT, 2, character=0, seed=1)[:1]]
    files = [path for name in FOLDERS for path in sorted((SHARED_ASSETS / name).glob("*"))]
    return [*pictures, *map(read_picture, files)]


def _as_jpeg(picture: torch.Tensor, quality: int) -> torch.Tensor:
    file = io.BytesIO()
    pixels = (picture[0].numpy() * 255).round().astype(np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", quality=quality, subsampling=0)
    with Image.open(file) as image:
        return torch.from_numpy(np.asarray(image).copy()).float()[None] / 255
