"""Checks of the installed packages of ONNX Runtime for faults that no other program reports.

ONNX Runtime itself isn't imported, as ComfyUI's start must not wait for it.
"""

import importlib.util
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import torch

# These packages contain the same module `onnxruntime`. The one that was installed last overwrites
# the others' files.
ONNX_RUNTIMES = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
)
CPU_PACKAGE, GPU_PACKAGE = "onnxruntime", "onnxruntime-gpu"
SIDE_BY_SIDE, CPU_ONLY = "side_by_side", "cpu_only"
# Library of a build with CUDA that is installed under the name of the CPU package.
CUDA_LIBRARIES = ("libonnxruntime_providers_cuda.so", "onnxruntime_providers_cuda.dll")


@dataclass(frozen=True)
class Problem:
    """Fault of the installed packages that the user should fix.

    Attributes:
        kind: `side_by_side` or `cpu_only`.
        message: sentences on the fault and what to do.
        commands: commands that fix it, in order; empty if the user has to choose a package.
    """

    kind: str
    message: str
    commands: tuple[str, ...] = ()


def onnx_runtimes() -> dict[str, str]:
    """Return the installed packages of ONNX Runtime with their versions."""
    versions = {}
    for name in ONNX_RUNTIMES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def find_problem() -> Problem | None:
    """Return the fault of the installed packages, or None if there is none."""
    versions = onnx_runtimes()
    if len(versions) > 1:
        names = " and ".join(f"{name} {version}" for name, version in versions.items())
        return Problem(
            SIDE_BY_SIDE,
            f"{names} are installed side by side and overwrite each other's files, so that the GPU"
            " may go unused. Uninstall all of them, then install the one that you want.",
        )
    if list(versions) == [CPU_PACKAGE] and _has_cuda() and not _is_cuda_build():
        commands = (
            f'"{sys.executable}" -m pip uninstall -y {CPU_PACKAGE}',
            f'"{sys.executable}" -m pip install {GPU_PACKAGE}',
        )
        return Problem(
            CPU_ONLY,
            f"{CPU_PACKAGE} {versions[CPU_PACKAGE]} is the package for the CPU, so CCIP, the"
            " detectors, InsightFace and the ratings of stills don't use the graphics card of this"
            f" machine and take much longer. Run: {commands[0]} and then: {commands[1]} and"
            " start ComfyUI again.",
            commands,
        )
    return None


def _has_cuda() -> bool:
    """Return True if torch computes on an NVIDIA card; its build for AMD says `cuda` too."""
    return torch.cuda.is_available() and torch.version.hip is None


def _is_cuda_build() -> bool:
    module = importlib.util.find_spec("onnxruntime")
    if module is None or module.origin is None:
        return False
    folder = Path(module.origin).parent / "capi"
    return any((folder / name).is_file() for name in CUDA_LIBRARIES)
