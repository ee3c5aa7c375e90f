"""LPIPS of all pairs of frames of a clip, compared with the `lpips` package pair by pair."""

import os
import tempfile
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import torch

from ..models.dependency import require
from ..models.perceptual.lpips import LPIPS
from ..models.sample.sample_clip import draw_clip
from ..models.weights import WEIGHTS
from .speed_side import in_planes
from .timing import Comparison, alternate, print_table

FRAMES, PERIOD, WIDTH, HEIGHT = 120, 24, 448, 256
ROUNDS = 2
TIMED_PAIRS = 5  # per round of the lpips package; all 7140 pairs would take half an hour
CHECKED_PAIRS = 40
NETWORK = "squeeze"


def run() -> None:
    """Time the pack and the package in turns, then compare values of random and similar pairs."""
    frames, seed = _clip(), torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        package, path, trunk = lpips_networks(require("lpips"), Path(folder))
        ours = LPIPS.load(NETWORK, path)
    first, second = torch.combinations(torch.arange(FRAMES)).T
    sample = torch.randperm(len(first), generator=seed)[:CHECKED_PAIRS]
    band: list[torch.Tensor] = []

    def all_pairs() -> None:
        band[:] = [ours.band(frames, FRAMES - 1)]

    def some_pairs() -> None:
        for pair in sample[:TIMED_PAIRS]:
            _package_distance(package, frames, int(first[pair]), int(second[pair]))

    ours_seconds, sample_seconds = alternate(all_pairs, some_pairs, ROUNDS)
    other_seconds = [each / TIMED_PAIRS * len(first) for each in sample_seconds]
    sampled = [(int(first[pair]), int(second[pair])) for pair in sample]
    nearly_equal = [(frame, frame + PERIOD) for frame in range(0, PERIOD, 2)]
    print(f"{FRAMES} frames of {WIDTH}×{HEIGHT}, {len(first)} pairs, {trunk}")
    rows = [
        (name, median(seconds), min(seconds), max(seconds))
        for name, seconds in (
            ("pack, all pairs", ours_seconds),
            (f"lpips, computed from {TIMED_PAIRS} pairs", other_seconds),
        )
    ]
    print_table(("LPIPS of all pairs", "median s", "minimum s", "maximum s"), rows)
    for name, pairs in (("sampled pairs", sampled), ("nearly equal pairs", nearly_equal)):
        expected = [_package_distance(package, frames, *pair) for pair in pairs]
        errors = [
            abs(band[0][i, j - i].item() - distance)
            for (i, j), distance in zip(pairs, expected, strict=True)
        ]
        span = f"{min(expected):.2g}–{max(expected):.2g}"
        print(f"{name}: LPIPS {span}, largest error {max(errors):.1e}")
    Comparison("perceptual/all_pairs", median(ours_seconds), median(other_seconds), "s").print()


def _clip() -> torch.Tensor:
    """Return a repeated cycle with noise of one grey level, as between frames of a decoder."""
    cycle = draw_clip(PERIOD, WIDTH, HEIGHT, PERIOD, character=0, seed=2)
    noise = torch.rand((FRAMES, HEIGHT, WIDTH, 3), generator=torch.manual_seed(0)) - 0.5
    return in_planes((cycle.repeat(FRAMES // PERIOD, 1, 1, 1) + noise / 255).clamp(0, 1))


def lpips_networks(lpips: ModuleType, folder: Path) -> tuple[Any, Path, str]:
    """Return the package's network, a file of the same trunk for the pack, and the trunk's name.

    Args:
        lpips: the package `lpips`.
        folder: folder for a random trunk, if no weights are installed.
    """
    package = lpips.LPIPS(net=NETWORK, pnet_rand=True, verbose=False)
    state = package.net.state_dict()
    names = {f"features.{name.partition('.')[2]}": name for name in state}
    models = Path(os.environ.get("COMFYUI_PATH", ""), "models", "lpips")
    installed = WEIGHTS[f"lpips-{NETWORK}"].installed(
        {each.name: each for each in models.glob("*")}
    )
    if installed is None:  # random weights take the same time
        path = folder / "trunk.pth"
        torch.save({name: state[package_name] for name, package_name in names.items()}, path)
        return package, path, "a random trunk (no weights in models/lpips)"
    weights = torch.load(installed, map_location="cpu", weights_only=True)
    package.net.load_state_dict({names[name]: weights[name] for name in names})
    return package, installed, installed.name


def _package_distance(package: Any, frames: torch.Tensor, first: int, second: int) -> float:
    pictures = [frames[frame].movedim(-1, 0)[None] * 2 - 1 for frame in (first, second)]
    with torch.no_grad():
        return package(*pictures).item()
