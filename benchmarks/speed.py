"""Time of the nodes at four sizes, with colours in planes and in pixels, here and in a checkout.

ComfyUI's VAE Decode gives frames whose colours lie in planes; loaders give them in pixels. With the
path of another checkout in the variable ANIME_BENCH_OTHER, both are timed in turns.
"""

import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import numpy as np
import torch
from torch.nn.functional import interpolate

from ..models.sample.sample_clip import draw_clip
from ..quickstart_steps.places import CHECKOUT, link
from . import speed_side
from .speed_side import IN_PLANES
from .timing import Comparison, print_table

SIZES = ((832, 480), (480, 832), (1280, 720), (1024, 1024))
IN_PIXELS = "pixels"
OTHER = "ANIME_BENCH_OTHER"
# Frames of each clip: enough for a steady time, and few enough for a benchmark of some minutes.
FRAMES = {
    "Find Loop": 120,
    "Loop Score": 120,
    "Close Loop": 31,
    "Clip Quality": 24,
    "Still Quality": 8,
    "Compare Images": 8,
    "Character Score": 8,
    "LPIPS, all pairs": 8,
}
PERIOD = 24  # frames; the clip of Close Loop is longer than its motion
ROUNDS = 3


class Side:
    """Process that times the work of one checkout."""

    def __init__(self, checkout: Path, folder: Path, name: str) -> None:
        package = folder / name
        package.mkdir()
        link(checkout, package / speed_side.PACKAGE)
        command = [sys.executable, speed_side.__file__, str(package), str(folder)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def seconds(self, work: str, width: int, height: int, layout: str) -> float | None:
        """Return the seconds of one run; None if it failed, after printing why."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(work, width, height, layout, sep="\t", file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer or answer.startswith("-"):
            print(f"{work}: {answer.removeprefix('- ') or 'the process ended'}")
            return None
        return float(answer)

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def run() -> None:
    """Print the seconds of each node at each size, and the ratios of layouts and checkouts."""
    other = os.environ.get(OTHER)
    print(f"{torch.get_num_threads()} threads; checkout {CHECKOUT}; {OTHER}: {other or 'not set'}")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        write_trunk(folder)
        sides = [Side(CHECKOUT, folder, "here")]
        if other:
            sides.append(Side(Path(other), folder, "there"))
        for side in sides:
            stack.callback(side.end)
        rows = [_row(sides, folder, work, *size) for work in FRAMES for size in SIZES]
    headings = ["node", "frames", "size", "pixels s", "planes s", "planes / pixels"]
    if other:
        headings += ["other, pixels s", "other, planes s", "times faster", "in planes"]
    print_table(headings, rows)


def _row(sides: list[Side], folder: Path, work: str, width: int, height: int) -> list[object]:
    file = folder / f"{work}-{width}x{height}.npy"
    np.save(file, _clip(FRAMES[work], width, height).numpy())
    seconds: dict[tuple[int, str], list[float]] = {}
    for number in range(1 + ROUNDS):
        for layout in (IN_PIXELS, IN_PLANES):
            for place in range(len(sides)) if number % 2 else reversed(range(len(sides))):
                each = sides[place].seconds(work, width, height, layout)
                if number and each is not None:
                    seconds.setdefault((place, layout), []).append(each)
    file.unlink()
    medians = {key: median(values) for key, values in seconds.items()}
    nothing = float("nan")
    ours = [medians.get((0, layout), nothing) for layout in (IN_PIXELS, IN_PLANES)]
    row: list[object] = [work, FRAMES[work], f"{width}×{height}", *ours, ours[1] / ours[0]]
    name = f"speed/{work}/{width}x{height}"
    Comparison(f"{name}/planes to pixels", ours[1], ours[0], "s").print()
    if len(sides) > 1:
        theirs = [medians.get((1, layout), nothing) for layout in (IN_PIXELS, IN_PLANES)]
        row += [*theirs, theirs[0] / ours[0], theirs[1] / ours[1]]
        for layout, one, another in zip((IN_PIXELS, IN_PLANES), ours, theirs, strict=True):
            Comparison(f"{name}/{layout}, to the other checkout", one, another, "s").print()
    return row


def _clip(frames: int, width: int, height: int) -> torch.Tensor:
    """Return a drawn clip of this size; it is drawn at half of it, which takes a quarter."""
    half = draw_clip(frames, width // 2, height // 2, PERIOD, character=0, seed=1).movedim(-1, 1)
    return interpolate(half, size=(height, width), mode="bicubic").clamp(0, 1).movedim(1, -1)


def write_trunk(folder: Path) -> None:
    """Write random weights of LPIPS's SqueezeNet, which take the same time as its own."""
    from torchvision.models import squeezenet1_1

    torch.save(squeezenet1_1(weights=None).state_dict(), folder / "trunk.pth")
