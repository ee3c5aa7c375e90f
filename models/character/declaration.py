"""Declarations of the detectors and embedders that a user can choose.

Each declaration stands beside its class, in a module of `detectors` or `embedders`. `registry`
collects them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from ..dependency import is_installed
from ..frames import InputError
from ..weights import WEIGHTS
from .detection import Detector, Embedder

AUTO = "auto"

Files = Mapping[str, Path]  # installed files of one folder, by their path below it
Weights = Mapping[str, Files]  # by folder below ComfyUI's models


@dataclass(frozen=True)
class ClipVision:
    """A vision model that ComfyUI has loaded and runs.

    Attributes:
        name: name that differs between models with different weights.
        encode: function from pictures, RGB in 0–1, shape (n, height, width, 3), to embeddings,
            shape (n, dimensions).
        device: name of the device that it runs on.
    """

    name: str
    encode: Callable[[torch.Tensor], torch.Tensor]
    device: str


@dataclass(frozen=True)
class Resources:
    """Installed weights, device and connected models that detectors and embedders may use.

    Attributes:
        weights: installed files of each of `registry.FOLDERS`.
        device: device to run on.
        clip_vision: the connected CLIP vision model of ComfyUI; None if there is none.
    """

    weights: Weights
    device: torch.device
    clip_vision: ClipVision | None = None


@dataclass(frozen=True, kw_only=True)
class _Declaration:
    """Facts that detectors and embedders have in common.

    Attributes:
        name: name in the node's combos, in sheets and in reports.
        rank: place in the combos; `auto` takes the lowest rank that can be opened.
        automatic: True if `auto` may take it.
        folder: folder of its weights below ComfyUI's `models`; "" if it needs no weights.
        package: Python package that it needs; "" if it needs none beyond ComfyUI's own.
        is_present: returns True if its weights, or whatever else it needs besides the package, are
            installed or connected.
        choices: returns the names for the combo of weights, from the installed files of `folder`.
        reason: text shown to the user if `auto` chooses it.
        without_weights: text shown to the user if `auto` skips it because weights are missing.
        without_package: text shown to the user if `auto` skips it because the package is missing.
    """

    name: str
    rank: int
    automatic: bool = True
    folder: str = ""
    package: str = ""
    is_present: Callable[[Resources], bool] = lambda resources: True
    choices: Callable[[Files], Sequence[str]] = lambda files: ()
    reason: str = "the best that is installed"
    without_weights: str = ""
    without_package: str = ""

    def obstacle(self, resources: Resources) -> str | None:
        """Return the text on what is missing, or None if it can be opened."""
        if not self.is_present(resources):
            return self.without_weights
        if self.package and not is_installed(self.package):
            return self.without_package
        return None


@dataclass(frozen=True, kw_only=True)
class DetectorDeclaration(_Declaration):
    """A detector that a user can choose.

    Attributes:
        reliable: True if it is a network trained on drawn people in pictures of all kinds. Reports
            recommend it where another detector sees nobody.
        open: returns the detector with the weights of a name, or with the best ones for `AUTO`;
            raises InputError or MissingDependency with what to install.
    """

    reliable: bool = False
    open: Callable[[str, Resources], Detector]


@dataclass(frozen=True, kw_only=True)
class EmbedderDeclaration(_Declaration):
    """An embedder that a user can choose, called a backend in nodes and reports.

    Attributes:
        open: returns the embedder for the crops of a detector, with the weights of a name, or the
            best ones for `AUTO`; raises as a detector's `open`. None where `own_detector` is set.
        own_detector: returns detector and embedder of one set of weights, for a backend that works
            only with the detector of its own name; None for all other backends.
        needs: name of the data that only its own detector gives, such as landmarks.
    """

    open: Callable[[str, Resources, Detector], Embedder] | None = None
    own_detector: Callable[[str, Resources], tuple[Detector, Embedder]] | None = None
    needs: str = ""


def absent_weights(input_name: str, needed_by: str, weight: str) -> InputError:
    """Return the error for weights that aren't installed.

    Args:
        input_name: name of the node's input that chose them.
        needed_by: name of the backend, detector or network that needs them.
        weight: name of the weights in the catalogue.
    """
    remedy = f"{WEIGHTS[weight].how_to_install} Or choose auto."
    return InputError(input_name, f"the weights of {needed_by}", "no such file", remedy)


def published_weights(name: str) -> list[str]:
    """Return the names of a detector's or backend's weights in the catalogue, preferred ones first.

    Examples:
        >>> published_weights("anime_face")
        ['face_detect_v1.4_s']
    """
    return [each.name for each in WEIGHTS.values() if name in each.used_by]
