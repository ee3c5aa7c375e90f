"""Networks of LPIPS, and the files that their weights are read from."""

import importlib.util
import pickle
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import torch

from ..dependency import require
from ..frames import InputError
from ..graphics_memory import MemoryFull, is_out_of_memory

# Exceptions of torch.load for a file that is damaged or of another kind. Which one it raises
# depends on the bytes of the file.
LOAD_ERRORS = (
    *(pickle.UnpicklingError, zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError),
    *(LookupError, AttributeError, TypeError),
)


@dataclass(frozen=True)
class Network:
    """Network whose outputs LPIPS compares.

    Attributes:
        builder: name of the function in `torchvision.models` that builds it.
        layers: indices, in its `features`, of the last layer of each stage, whose outputs are
            compared.
        least_side: smallest height and width, px; its pooling layers reduce a smaller picture to
            nothing.
        pixels_at_once: pixels of the frames in one pass. Larger passes are no faster on a CPU and
            would delay an interrupt. A pass holds the features of its frames about three times
            over (VGG 200 MB, SqueezeNet and AlexNet 60 MB).
    """

    builder: str
    layers: tuple[int, ...]
    least_side: int
    pixels_at_once: int


NETWORKS: Mapping[str, Network] = MappingProxyType(
    {
        "squeeze": Network("squeezenet1_1", (1, 4, 7, 9, 10, 11, 12), 17, 120_000),
        "alex": Network("alexnet", (1, 4, 7, 9, 11), 31, 500_000),
        "vgg": Network("vgg16", (3, 8, 15, 22, 29), 16, 120_000),
    }
)


def read_trunk(net: str, path: Path) -> torch.nn.Sequential:
    """Return the layers of a network up to the last that is compared, with the weights of a file.

    Args:
        net: a key of `NETWORKS`.
        path: file of torchvision, or a file with its features alone.

    Raises:
        InputError: the file can't be read or holds another network.
    """
    import torchvision.models  # a part of ComfyUI; the import takes a second

    network = NETWORKS[net]
    with torch.device("meta"):  # shapes only: computing initial values of VGG takes seconds
        trunk = getattr(torchvision.models, network.builder)(weights=None).features
    trunk = trunk[: network.layers[-1] + 1]
    needed = {f"features.{name}": tensor for name, tensor in trunk.state_dict().items()}
    tensors = _read_tensors(path)
    wrong = [
        name
        for name, tensor in needed.items()
        if name not in tensors or tensors[name].shape != tensor.shape
    ]
    if wrong:
        expected = f"the weights of torchvision's {network.builder}"
        further = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        received = (
            f"a file in which {', '.join(wrong[:3])}{further} are missing or of another shape"
        )
        remedy = f"Install the file of {network.builder} under this name."
        raise InputError(str(path), expected, received, remedy)
    state = {name.removeprefix("features."): tensors[name].float() for name in needed}
    trunk.load_state_dict(state, assign=True)
    return trunk


def linear_weights(net: str) -> list[torch.Tensor]:
    """Return the weights of the channels of each compared layer, from the package `lpips`.

    Args:
        net: a key of `NETWORKS`.

    Raises:
        MissingDependency: the package is not installed.
    """
    # This finds the package without importing it. An import would set up much that isn't needed.
    package = importlib.util.find_spec("lpips")
    if package is None or package.origin is None:
        require("lpips")  # raises, and says what to install
        raise AssertionError("lpips can be imported, but its folder was not found")
    path = Path(package.origin).parent / "weights" / "v0.1" / f"{net}.pth"
    tensors = _read_tensors(path)
    return [tensors[f"lin{number}.model.1.weight"] for number in range(len(NETWORKS[net].layers))]


def _check_checksums(path: Path) -> None:
    """Check the checksums of a file.

    torch.load doesn't check them, and a damaged file would give wrong distances.
    """
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"{damaged} is damaged")


def _read_tensors(path: Path) -> Mapping[str, torch.Tensor]:
    """Return the tensors of a file by name; a file that contains code is refused."""
    expected = "a file of tensors by name, as torch.save writes them"
    remedy = "Install the published file."
    try:
        _check_checksums(path)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except (*LOAD_ERRORS, MemoryError) as error:
        if is_out_of_memory(error):
            raise MemoryFull(path.name) from error
        cause = str(error).splitlines()[0] if str(error) else "an empty file"
        raise InputError(str(path), expected, f"something else ({cause})", remedy) from error
    if not isinstance(content, Mapping):
        raise InputError(str(path), expected, type(content).__name__, remedy)
    return {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
