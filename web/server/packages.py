"""What is wrong with the installed packages, as far as nobody else would say it."""

from importlib import metadata

# They bring the same module; which one is loaded depends on the order of their installation.
ONNX_RUNTIMES = (
    "onnxruntime",
    "onnxruntime-gpu",
    "onnxruntime-directml",
    "onnxruntime-openvino",
    "onnxruntime-rocm",
)


def onnx_runtimes() -> dict[str, str]:
    """The onnxruntimes that are installed, with their versions."""
    found = {}
    for name in ONNX_RUNTIMES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def problems() -> list[str]:
    """Sentences on what should be put right; empty where all is well."""
    found = onnx_runtimes()
    if len(found) < 2:
        return []
    named = " and ".join(f"{name} {version}" for name, version in found.items())
    return [
        f"{named} are installed side by side and overwrite each other's files, so that the GPU may"
        " go unused. Uninstall all of them, then install the one that you want."
    ]
