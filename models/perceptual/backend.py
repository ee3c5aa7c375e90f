"""What measures how different two frames look, and which of those that are installed to take."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import torch

from ..frames import InputError
from ..weights import WEIGHTS
from .structural import Structural

Progress = Callable[[int, int], None] | None

BACKENDS = ("auto", "structural", "lpips-squeeze", "lpips-alex", "lpips-vgg")
FOLDER = "lpips"  # below ComfyUI's models
# AlexNet is what LPIPS's authors recommend for comparing pictures, and the cheapest to hold (a
# third of SqueezeNet's features). VGG is theirs for optimising pictures, and takes ten times as
# much time and memory, so that it comes last.
BEST_FIRST = ("lpips-alex", "lpips-squeeze", "lpips-vgg")


class Backend(Protocol):
    """A perceptual distance between frames, RGB in 0–1, shape (frames, height, width, 3).

    Attributes:
        name: `structural`, `lpips-squeeze`…; a report names it in `backend`.
        unit: of its distances.
        still: a step below this can't be told from noise, in `unit`.
        least_side: fewest pixels of height and of width that it can measure.
    """

    name: str
    unit: str
    still: float
    least_side: int

    def steps(self, frames: torch.Tensor, report_progress: Progress = None) -> torch.Tensor:
        """Distance from each frame to the next, the last to the first; shape (frames,)."""
        ...

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Distance of each frame of one batch to the same frame of another; shape (frames,)."""
        ...

    def band(
        self, frames: torch.Tensor, widest: int, report_progress: Progress = None
    ) -> torch.Tensor:
        """Distances of all pairs at most `widest` apart, by first frame and gap.

        Shape (frames, widest + 1), infinite beyond the clip's end.
        """
        ...


def choose_backend(
    wanted: str, weights: Mapping[str, Path], device: torch.device | None = None
) -> tuple[Backend, str]:
    """Take the backend that is asked for, or the best that is installed.

    Args:
        wanted: one of `BACKENDS`.
        weights: the files in ComfyUI's folder models/lpips: where each is, by its name.
        device: where to compute; None: where the frames are.

    Returns:
        The backend, and a sentence that says which it is and why.

    Raises:
        InputError: there is no such backend, its file is missing, or is not what its name says.
        MissingDependency: the `lpips` package is not installed.
    """
    if wanted not in BACKENDS:
        expected = f"one of {', '.join(BACKENDS)}"
        raise InputError("backend", expected, repr(wanted), "Choose one of those.")
    if wanted == "structural":
        return Structural(device), "structural, as chosen."
    if wanted != "auto":
        return _lpips(wanted, weights, device), f"{wanted}, as chosen."
    for name in BEST_FIRST:
        if WEIGHTS[name].installed(weights) is not None:
            return _lpips(name, weights, device), f"{name}: the best that is installed."
    return Structural(device), (
        f"structural: none of the weights of {', '.join(BEST_FIRST)} is in models/{FOLDER}."
    )


def _lpips(name: str, weights: Mapping[str, Path], device: torch.device | None) -> Backend:
    file = WEIGHTS[name]
    path = file.installed(weights)
    if path is None:
        expected = f"{file.file} in ComfyUI's folder models/{file.folder} for {name}"
        remedy = f"{file.how_to_install} Or choose auto or structural, which need nothing."
        raise InputError("backend", expected, "no such file there", remedy)
    return _loaded(name, path, path.stat().st_mtime_ns, device)


@lru_cache(maxsize=3)  # a node that runs again takes the network that is there; VGG is 60 MB
def _loaded(name: str, path: Path, changed: int, device: torch.device | None) -> Backend:
    """A network from its file; `changed` is when that was written, so that a new one is read."""
    from .lpips import LPIPS  # its network needs torchvision, which takes a second to import

    return LPIPS.load(name.removeprefix("lpips-"), path, device)
