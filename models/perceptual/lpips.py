"""LPIPS as one vector of features for each frame.

LPIPS (Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR
2018; version 0.1 of its weights) is a sum of squares of √(w_l / H_l W_l) · (f̂ − f̂′) over the
layers l of a network, over places and channels. Here f̂ is the output of the layer at unit length.
So LPIPS is the squared Euclidean distance between vectors that hold √(w_l / H_l W_l) · f̂ of all
layers. These vectors need one pass of the network for each frame; the `lpips` package needs two for
each pair.
"""

import importlib.util
import pickle
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import torch

from ..dependency import require
from ..frames import InputError
from ..image_ops.precision import full_precision
from .features import MEMORY, FeatureDistance
from .order import weightless_last

# Shift and scale of the networks' inputs, for RGB in −1–1: ImageNet's mean and standard deviation.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
# Added to the lengths before the division, as the package does: where all channels are 0, the
# result stays 0.
EPSILON = 1e-10
# Rounding a frame to 8 bits changes it by an LPIPS of 0.00015–0.0004 (measured with SqueezeNet).
STILL = 0.0005
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


class LPIPS(FeatureDistance):
    """LPIPS with one of its networks; it is a sum of squares, of which no root is taken."""

    unit = "LPIPS"
    still = STILL
    precision = torch.float32  # enough for the squares, which are the distances

    def __init__(
        self,
        net: str,
        trunk: torch.nn.Sequential,
        weights: list[torch.Tensor],
        device: torch.device | None = None,
        memory: int = MEMORY,
    ) -> None:
        """Build LPIPS from a network and its weights; `load` reads them from files.

        Args:
            net: a key of `NETWORKS`.
            trunk: layers of the network, at least up to the last that is compared. Its channels
                are reordered in place.
            weights: weights of the channels of each compared layer, 0 or more.
            device: see `FeatureDistance`.
            memory: see `FeatureDistance`.
        """
        super().__init__(device, memory)
        self.name = f"lpips-{net}"
        self.least_side = NETWORKS[net].least_side
        self.pixels_at_once = NETWORKS[net].pixels_at_once
        self._layers = NETWORKS[net].layers
        self._trunk = trunk[: self._layers[-1] + 1].eval().requires_grad_(False)
        flat = [weight.flatten() for weight in weights]
        ordered, self._nonzero = weightless_last(self._trunk, self._layers, flat)
        self._roots = [weight.sqrt() for weight in ordered]

    @classmethod
    def load(
        cls, net: str, path: Path, device: torch.device | None = None, memory: int = MEMORY
    ) -> "LPIPS":
        """Load a network from a file of torchvision, or from a file with its features alone.

        Args:
            net: a key of `NETWORKS`.
            path: file of tensors by name, `features.0.weight` and so on. Code in it is not run.
            device: see `FeatureDistance`.
            memory: see `FeatureDistance`.

        Raises:
            InputError: the file can't be read or holds another network.
            MissingDependency: the `lpips` package, which contains the weights of the channels, is
                not installed.
        """
        return cls(net, _trunk(net, path), _linear_weights(net), device, memory)

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Return vectors of a few frames whose squared Euclidean distance is LPIPS."""
        outputs = self._outputs(_network_input(frames))
        counts = [sum(part.stop - part.start for part in parts) for parts in self._nonzero]
        sizes = [
            output[0, ..., 0].numel() * count for output, count in zip(outputs, counts, strict=True)
        ]
        vectors = frames.new_empty(len(frames), sum(sizes)) if into is None else into
        for place, vector in enumerate(vectors.split(sizes, dim=1)):
            output, root = outputs[place], self._roots[place]
            height, width = output.shape[1:3]
            length = torch.linalg.vector_norm(output, dim=-1, keepdim=True)
            # Dividing in place first is fast, because the output is still in the cache.
            output = output.div_(length.add_(EPSILON))
            scale = root.to(vector.device) / (height * width) ** 0.5
            target = vector.unflatten(1, (height, width, counts[place]))
            start = 0
            for part in self._nonzero[place]:
                end = start + part.stop - part.start
                torch.mul(output[..., part], scale[part], out=target[..., start:end])
                start = end
        return vectors

    def weighted_outputs(self, frames: torch.Tensor) -> Iterator[torch.Tensor]:
        """Yield the outputs of each layer at unit length and weighted, before the mean over places.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).

        Yields:
            Outputs of one layer, shape (frames, height, width, channels), with its own height and
            width.
        """
        for output, root in zip(self._outputs(_network_input(frames)), self._roots, strict=True):
            length = torch.linalg.vector_norm(output, dim=-1, keepdim=True)
            yield output.div_(length.add_(EPSILON)).mul_(root.to(output.device))

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Stride in px, and number of channels, of each compared layer."""
        strides, stride = [], 1
        for number, layer in enumerate(self._trunk.children()):
            step = getattr(layer, "stride", 1)
            stride *= step[0] if isinstance(step, tuple) else step
            if number in self._layers:
                strides.append(stride)
        return list(zip(strides, map(len, self._roots), strict=True))

    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """Return the squares, which are LPIPS."""
        return squares

    def _outputs(self, activations: torch.Tensor) -> list[torch.Tensor]:
        """Return the outputs of the compared layers, each (frames, height, width, channels).

        Args:
            activations: input of the network, shape (frames, 3, height, width).
        """
        outputs = []
        layers = self._trunk.to(activations.device).children()
        # TF32, cuDNN's default, keeps three digits: too few for small steps between frames.
        with full_precision():
            for number, layer in enumerate(layers):
                activations = layer(activations)
                if number in self._layers:
                    outputs.append(activations.movedim(1, -1))
        return outputs


def _network_input(frames: torch.Tensor) -> torch.Tensor:
    """Convert frames in 0–1 to the input of the networks."""
    shift, scale = frames.new_tensor(SHIFT), frames.new_tensor(SCALE)
    # This is (2 · frames − 1 − shift) / scale in one operation.
    scaled = torch.addcmul((-1 - shift) / scale, frames, 2 / scale)
    # In this view the channels stay last in memory, which halves the time of a pass on a CPU.
    return scaled.movedim(-1, 1)


def _trunk(net: str, path: Path) -> torch.nn.Sequential:
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


def _linear_weights(net: str) -> list[torch.Tensor]:
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
    except LOAD_ERRORS as error:
        cause = str(error).splitlines()[0] if str(error) else "an empty file"
        raise InputError(str(path), expected, f"something else ({cause})", remedy) from error
    if not isinstance(content, Mapping):
        raise InputError(str(path), expected, type(content).__name__, remedy)
    return {name: value for name, value in content.items() if isinstance(value, torch.Tensor)}
