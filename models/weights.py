"""The weights that a measure can use when they are installed: what, from where, how large, whose.

Nothing is fetched here, and nothing needs them: every family has a measure without weights.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

TORCHVISION_TERMS = "BSD-3-Clause (torchvision); trained on ImageNet"


@dataclass(frozen=True)
class WeightFile:
    """One file that can be installed.

    Attributes:
        file: its name, as its publisher calls it.
        folder: where it belongs, below ComfyUI's `models`.
        source: where its publisher offers it.
        megabytes: its size as published, in units of 1024² bytes.
        sha256: what is published of its hash: all of it, or its first digits.
        terms: its licence, and what it was trained on where that matters.
        used_by: backends that need it.
        also: other names for a file with the same values.
    """

    file: str
    folder: str
    source: str
    megabytes: float
    sha256: str
    terms: str
    used_by: tuple[str, ...]
    also: tuple[str, ...] = ()

    def installed(self, files: Mapping[str, Path]) -> Path | None:
        """Where it is among the files of its folder, if it is."""
        return next((files[name] for name in (self.file, *self.also) if name in files), None)

    @property
    def how_to_install(self) -> str:
        """What to do, for an error or a help text."""
        return (
            f"Download {self.source} ({self.megabytes:.0f} MB; {self.terms}; its sha256 begins "
            f"with {self.sha256}) into ComfyUI's folder models/{self.folder}."
        )


# Sizes and hashes: torchvision's own (its weights' metadata, and the names of its files, which end
# in the first digits of their sha256).
WEIGHTS: Mapping[str, WeightFile] = MappingProxyType(
    {
        "lpips-squeeze": WeightFile(
            file="squeezenet1_1-b8a52dc0.pth",
            folder="lpips",
            source="https://download.pytorch.org/models/squeezenet1_1-b8a52dc0.pth",
            megabytes=4.729,
            sha256="b8a52dc0",
            terms=TORCHVISION_TERMS,
            used_by=("lpips-squeeze",),
            also=("squeezenet1_1_features.pth",),
        ),
        "lpips-alex": WeightFile(
            file="alexnet-owt-7be5be79.pth",
            folder="lpips",
            source="https://download.pytorch.org/models/alexnet-owt-7be5be79.pth",
            megabytes=233.087,
            sha256="7be5be79",
            terms=TORCHVISION_TERMS,
            used_by=("lpips-alex",),
            also=("alexnet_features.pth",),
        ),
        "lpips-vgg": WeightFile(
            file="vgg16-397923af.pth",
            folder="lpips",
            source="https://download.pytorch.org/models/vgg16-397923af.pth",
            megabytes=527.796,
            sha256="397923af",
            terms=TORCHVISION_TERMS,
            used_by=("lpips-vgg",),
            also=("vgg16_features.pth",),
        ),
    }
)
