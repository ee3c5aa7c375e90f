"""LPIPS as one vector of features for each frame.

LPIPS (Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR
2018; version 0.1 of its weights) is a sum of squares: over the layers l of a network, over places
and channels, of √(w_l / H_l W_l) · (f̂ − f̂′), f̂ being the layer's output at unit length. So it is
the squared Euclidean distance between vectors that hold √(w_l / H_l W_l) · f̂ of all layers, which
need one pass of the network for each frame where the `lpips` package needs two for each pair.
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
from .features import MEMORY, FeatureDistance
from .order import weightless_last

# What the networks' inputs are shifted and scaled by, for RGB in −1–1: ImageNet's mean and
# standard deviation.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
# Added to the lengths before dividing, as the package does: where all channels are 0, 0 stays.
EPSILON = 1e-10
# What rounding to 8 bits makes of a frame comes to 0.00015–0.0004 (measured with SqueezeNet).
STILL = 0.0005
# What torch.load raises at a file that is something else, or damaged: whatever its bytes lead to.
BROKEN = (
    *(pickle.UnpicklingError, zipfile.BadZipFile, EOFError, RuntimeError, OSError, ValueError),
    *(LookupError, AttributeError, TypeError),
)


@dataclass(frozen=True)
class Network:
    """A network that LPIPS looks through.

    Attributes:
        builder: its function in `torchvision.models`.
        layers: the last of each stage, whose output is looked at; indices of its `features`.
        least_side: fewest pixels that its poolings leave something of.
        pixels_at_once: frames' pixels in one pass. Larger passes are no faster on a CPU, and would
            make an interrupt wait; at one time a pass holds the features of its frames about three
            times over (VGG 200 MB, SqueezeNet and AlexNet 60 MB).
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
    """LPIPS with one of its networks. Its distances are LPIPS itself, which has no root."""

    unit = "LPIPS"
    still = STILL
    precision = torch.float32  # the squares are the distances, without a root

    def __init__(
        self,
        net: str,
        trunk: torch.nn.Sequential,
        weights: list[torch.Tensor],
        device: torch.device | None = None,
        memory: int = MEMORY,
    ) -> None:
        """Put its parts together; `load` reads them from files.

        Args:
            net: a key of `NETWORKS`.
            trunk: the network's layers, at least up to the last that is looked at; its channels
                are put into another order.
            weights: of the channels of each layer looked at, none negative.
            device, memory: see `FeatureDistance`.
        """
        super().__init__(device, memory)
        self.name = f"lpips-{net}"
        self.least_side = NETWORKS[net].least_side
        self.pixels_at_once = NETWORKS[net].pixels_at_once
        self._layers = NETWORKS[net].layers
        self._trunk = trunk[: self._layers[-1] + 1].eval().requires_grad_(False)
        flat = [each.flatten() for each in weights]
        ordered, self._counting = weightless_last(self._trunk, self._layers, flat)
        self._roots = [each.sqrt() for each in ordered]

    @classmethod
    def load(
        cls, net: str, path: Path, device: torch.device | None = None, memory: int = MEMORY
    ) -> "LPIPS":
        """Read a network from one of torchvision's files, or from one with its features alone.

        Args:
            net: a key of `NETWORKS`.
            path: a file of tensors by name, `features.0.weight` and so on; no code in it is run.
            device, memory: see `FeatureDistance`.

        Raises:
            InputError: the file is not this network's.
            MissingDependency: the `lpips` package, which brings the channels' weights, is absent.
        """
        return cls(net, _trunk(net, path), _linear_weights(net), device, memory)

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Vectors whose squared Euclidean distance is LPIPS; of a few frames, all at once."""
        outputs = self._outputs(_picture(frames))
        counts = [sum(part.stop - part.start for part in parts) for parts in self._counting]
        sizes = [each[0, ..., 0].numel() * n for each, n in zip(outputs, counts, strict=True)]
        vectors = frames.new_empty(len(frames), sum(sizes)) if into is None else into
        for place, vector in enumerate(vectors.split(sizes, dim=1)):
            output, root = outputs[place], self._roots[place]
            height, width = output.shape[1:3]
            length = torch.linalg.vector_norm(output, dim=-1, keepdim=True)
            # In two steps, the first on what the network gave, which is at hand.
            output = output.div_(length.add_(EPSILON))
            scale = root.to(vector.device) / (height * width) ** 0.5
            room = vector.unflatten(1, (height, width, counts[place]))
            start = 0
            for part in self._counting[place]:
                end = start + part.stop - part.start
                torch.mul(output[..., part], scale[part], out=room[..., start:end])
                start = end
        return vectors

    def weighted(self, frames: torch.Tensor) -> Iterator[torch.Tensor]:
        """Each layer's outputs at unit length and weighted, before the mean over their places.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).

        Yields:
            Shape (frames, height, width, channels), of the layer.
        """
        for output, root in zip(self._outputs(_picture(frames)), self._roots, strict=True):
            length = torch.linalg.vector_norm(output, dim=-1, keepdim=True)
            yield output.div_(length.add_(EPSILON)).mul_(root.to(output.device))

    @property
    def layers(self) -> list[tuple[int, int]]:
        """Of each layer looked at, how many px its outputs are apart, and its channels."""
        strides, stride = [], 1
        for number, layer in enumerate(self._trunk.children()):
            step = getattr(layer, "stride", 1)
            stride *= step[0] if isinstance(step, tuple) else step
            if number in self._layers:
                strides.append(stride)
        return list(zip(strides, map(len, self._roots), strict=True))

    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """LPIPS is the squared distance."""
        return squares

    def _outputs(self, picture: torch.Tensor) -> list[torch.Tensor]:
        """What the layers give, each of shape (frames, height, width, channels)."""
        outputs = []
        layers = self._trunk.to(picture.device).children()
        # TF32, cuDNN's default, keeps three digits, and steps between frames are small.
        with torch.backends.cudnn.flags(
            enabled=True, benchmark=False, deterministic=True, allow_tf32=False
        ):
            for number, layer in enumerate(layers):
                picture = layer(picture)
                if number in self._layers:
                    outputs.append(picture.movedim(1, -1))
        return outputs


def _picture(frames: torch.Tensor) -> torch.Tensor:
    """What the networks take of frames in 0–1."""
    shift, scale = frames.new_tensor(SHIFT), frames.new_tensor(SCALE)
    # (2 · frames − 1 − shift) / scale, at one go.
    scaled = torch.addcmul((-1 - shift) / scale, frames, 2 / scale)
    # A view: the channels stay last in memory, and a pass on a CPU takes half the time.
    return scaled.movedim(-1, 1)


def _trunk(net: str, path: Path) -> torch.nn.Sequential:
    import torchvision.models  # ComfyUI has it; importing it takes a second

    network = NETWORKS[net]
    with torch.device("meta"):  # the shapes alone: VGG's own start values would take seconds
        trunk = getattr(torchvision.models, network.builder)(weights=None).features
    trunk = trunk[: network.layers[-1] + 1]
    needed = {f"features.{name}": tensor for name, tensor in trunk.state_dict().items()}
    found = _tensors(path)
    wrong = [
        name
        for name, tensor in needed.items()
        if name not in found or found[name].shape != tensor.shape
    ]
    if wrong:
        expected = f"the weights of torchvision's {network.builder}"
        more = f" and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        came = f"a file in which {', '.join(wrong[:3])}{more} are missing or of another shape"
        raise InputError(str(path), expected, came, "Install the file that the name promises.")
    state = {name.removeprefix("features."): found[name].float() for name in needed}
    trunk.load_state_dict(state, assign=True)
    return trunk


def _linear_weights(net: str) -> list[torch.Tensor]:
    # Found without importing the package, which would import and set up much that isn't needed.
    package = importlib.util.find_spec("lpips")
    if package is None or package.origin is None:
        require("lpips")  # says what to install
        raise AssertionError("lpips can be imported, but not found")
    path = Path(package.origin).parent / "weights" / "v0.1" / f"{net}.pth"
    found = _tensors(path)
    return [found[f"lin{number}.model.1.weight"] for number in range(len(NETWORKS[net].layers))]


def _check_sums(path: Path) -> None:
    """torch.load checks none: a damaged file would give distances, and wrong ones."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
        if damaged is not None:
            raise zipfile.BadZipFile(f"{damaged} is damaged")


def _tensors(path: Path) -> Mapping[str, torch.Tensor]:
    """The tensors of a file, by name; code in it is refused, not run."""
    expected = "a file of tensors by name, as torch.save writes them"
    remedy = "Install the published file."
    try:
        _check_sums(path)
        found = torch.load(path, map_location="cpu", weights_only=True)
    except BROKEN as error:
        came = f"something else ({str(error).splitlines()[0] if str(error) else 'an empty file'})"
        raise InputError(str(path), expected, came, remedy) from error
    if not isinstance(found, Mapping):
        raise InputError(str(path), expected, type(found).__name__, remedy)
    return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}
