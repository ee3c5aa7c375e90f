"""Declarations of detectors and embedders: what a user can choose, and how it is opened.

Each stands beside its class, in a module of `detectors` or `embedders`; `registry` finds it there.
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
        name: tells its weights from others.
        encode: pictures, RGB in 0–1, shape (n, height, width, 3), to embeddings (n, dimensions).
        device: where it runs, for people.
    """

    name: str
    encode: Callable[[torch.Tensor], torch.Tensor]
    device: str


@dataclass(frozen=True)
class Resources:
    """Everything that a detector or an embedder may be opened with.

    Attributes:
        weights: installed files of each of `registry.FOLDERS`.
        device: where to run.
        clip_vision: ComfyUI's own model, if one is connected.
    """

    weights: Weights
    device: torch.device
    clip_vision: ClipVision | None = None


@dataclass(frozen=True, kw_only=True)
class _Declaration:
    """Facts that detectors and embedders have in common.

    Attributes:
        name: as the node's combos, sheets and reports show it.
        rank: place in the combos; `auto` takes the lowest that can be opened.
        automatic: `auto` may take it.
        folder: of its weights, below ComfyUI's models; "" if it has none.
        package: Python package that it needs; "" if ComfyUI brings all.
        is_present: True if what it needs besides the package is there.
        choices: names for the combo of weights, of the installed files of `folder`.
        reason: text of the explanation where `auto` takes it.
        without_weights, without_package: texts of the explanation where `auto` passes it over.
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
        """Return the text on what is missing to open it, or None if nothing is."""
        if not self.is_present(resources):
            return self.without_weights
        if self.package and not is_installed(self.package):
            return self.without_package
        return None


@dataclass(frozen=True, kw_only=True)
class DetectorDeclaration(_Declaration):
    """A detector that a user can choose.

    Attributes:
        open: opens it with the weights of this name, or with the best where it is `AUTO`; raises
            InputError or MissingDependency with what to install.
    """

    open: Callable[[str, Resources], Detector]


@dataclass(frozen=True, kw_only=True)
class EmbedderDeclaration(_Declaration):
    """An embedder that a user can choose: a backend.

    Attributes:
        open: opens it, as a detector is opened, for what this detector finds.
        own_detector: opens embedder and detector of one set of weights; for one that works with
            no other detector, which is called as it is.
        needs: what only its own detector gives.
    """

    open: Callable[[str, Resources, Detector], Embedder] | None = None
    own_detector: Callable[[str, Resources], tuple[Detector, Embedder]] | None = None
    needs: str = ""


def absent_weights(input_name: str, what: str, weight: str) -> InputError:
    """Return the error for weights that aren't installed.

    Args:
        input_name: of the node's input that asked for them.
        what: the backend, detector or network that needs them.
        weight: their name in the catalogue.
    """
    remedy = f"{WEIGHTS[weight].how_to_install} Or choose auto."
    return InputError(input_name, f"the weights of {what}", "no such file", remedy)


def published_for(name: str) -> list[str]:
    """Return the names of the catalogue's weights of a detector or backend, the first preferred."""
    return [each.name for each in WEIGHTS.values() if name in each.used_by]
