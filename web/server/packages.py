"""Checks of the installed packages for faults that no other program reports."""

from importlib import metadata

# These packages contain the same module `onnxruntime`. The one that was installed last overwrites
# the others' files.
ONNX_RUNTIMES = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
)


def onnx_runtimes() -> dict[str, str]:
    """Return the installed packages of ONNX Runtime with their versions."""
    versions = {}
    for name in ONNX_RUNTIMES:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def problems() -> list[str]:
    """Return a sentence on each fault that the user should fix; empty if there is none."""
    versions = onnx_runtimes()
    if len(versions) < 2:
        return []
    names = " and ".join(f"{name} {version}" for name, version in versions.items())
    return [
        f"{names} are installed side by side and overwrite each other's files, so that the GPU may"
        " go unused. Uninstall all of them, then install the one that you want."
    ]
