"""Interface of the perceptual distances, and the choice of one that is installed."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import torch

from ..frames import InputError
from ..rgb_frames import Frames
from ..weights import WEIGHTS
from .structural import Structural

Progress = Callable[[int, int], None] | None

BACKENDS = ("auto", "structural", "lpips-squeeze", "lpips-alex", "lpips-vgg")
FOLDER = "lpips"  # folder of the weights within ComfyUI's folder models
# LPIPS's authors recommend AlexNet for comparing pictures, and it needs the least memory (its
# features are a third of SqueezeNet's). They recommend VGG for optimising pictures; it comes last
# because it takes ten times as much time and memory.
BEST_FIRST = ("lpips-alex", "lpips-squeeze", "lpips-vgg")


class Backend(Protocol):
    """A perceptual distance between frames, RGB in 0–1, shape (frames, height, width, 3).

    Attributes:
        name: `structural`, `lpips-squeeze` and so on; a report names it in `backend`.
        unit: unit of its distances.
        still: distance below which a step between frames can't be told from noise, in `unit`.
        least_side: smallest height and width that it can measure, px.
    """

    name: str
    unit: str
    still: float
    least_side: int

    def steps(self, frames: Frames, report_progress: Progress = None) -> torch.Tensor:
        """Return the distance from each frame to the next, and from the last to the first.

        Shape (frames,).
        """
        ...

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the distance of each frame of one batch to the same frame of another.

        Shape (frames,).
        """
        ...

    def band(self, frames: Frames, widest: int, report_progress: Progress = None) -> torch.Tensor:
        """Return the distances of all pairs at most `widest` frames apart, by first frame and gap.

        Shape (frames, widest + 1); infinite beyond the end of the clip.
        """
        ...


def choose_backend(
    name: str, weights: Mapping[str, Path], device: torch.device | None = None
) -> tuple[Backend, str]:
    """Return the chosen backend, or with `auto` the best that is installed.

    Args:
        name: one of `BACKENDS`.
        weights: paths of the files in ComfyUI's folder models/lpips, by file name.
        device: device that computes; None for the device of the frames.

    Returns:
        The backend, and a sentence that says which one it is and why.

    Raises:
        InputError: there is no such backend, its weights are missing, or they are another
            network's.
        MissingDependency: the `lpips` package is not installed.

    Examples:
        >>> backend, reason = choose_backend("structural", weights={})
        >>> reason
        'structural, as chosen.'
        >>> black = torch.zeros(1, 64, 64, 3)
        >>> round(backend.between(black, torch.ones_like(black)).item())
        100
    """
    if name not in BACKENDS:
        expected = f"one of {', '.join(BACKENDS)}"
        raise InputError("backend", expected, repr(name), "Choose one of these.")
    if name == "structural":
        return Structural(device), "structural, as chosen."
    if name != "auto":
        return _lpips(name, weights, device), f"{name}, as chosen."
    for candidate in BEST_FIRST:
        if WEIGHTS[candidate].installed(weights) is not None:
            return _lpips(candidate, weights, device), f"{candidate}: the best that is installed."
    return Structural(device), (
        f"structural: none of the weights of {', '.join(BEST_FIRST)} is in models/{FOLDER}."
    )


def _lpips(name: str, weights: Mapping[str, Path], device: torch.device | None) -> Backend:
    file = WEIGHTS[name]
    path = file.installed(weights)
    if path is None:
        expected = f"{file.file} in ComfyUI's folder models/{file.folder} for {name}"
        remedy = f"{file.how_to_install} Or choose auto or structural, which need no weights."
        raise InputError("backend", expected, "a folder without this file", remedy)
    return _load_network(name, path, path.stat().st_mtime_ns, device)


# A node that runs again finds its network in the cache. The largest of the three, VGG, is 60 MB.
@lru_cache(maxsize=3)
def _load_network(name: str, path: Path, modified: int, device: torch.device | None) -> Backend:
    """Load a network from its file.

    `modified`, the time of the file's last change in ns, only makes the cache miss a changed file.
    """
    from .lpips import LPIPS  # imports torchvision, which takes a second

    return LPIPS.load(name.removeprefix("lpips-"), path, device)
