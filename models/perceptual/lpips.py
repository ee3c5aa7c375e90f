"""LPIPS as one vector of features for each frame.

LPIPS (Zhang et al., The Unreasonable Effectiveness of Deep Features as a Perceptual Metric, CVPR
2018; version 0.1 of its weights) is a sum of squares of √(w_l / H_l W_l) · (f̂ − f̂′) over the
layers l of a network, over places and channels. Here f̂ is the output of the layer at unit length.
So LPIPS is the squared Euclidean distance between vectors that hold √(w_l / H_l W_l) · f̂ of all
layers. These vectors need one pass of the network for each frame; the `lpips` package needs two for
each pair.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch

from ..frames import Frames
from ..graphics_memory import CPU, is_card, is_out_of_memory
from ..image_ops.precision import full_precision
from .features import MEMORY, Describe, FeatureDistance
from .lpips_files import NETWORKS, linear_weights, read_trunk
from .order import weightless_last
from .placed_network import PlacedNetwork
from .products import Progress

# Shift and scale of the networks' inputs, for RGB in −1–1: ImageNet's mean and standard deviation.
SHIFT, SCALE = (-0.030, -0.088, -0.188), (0.458, 0.448, 0.450)
# Added to the lengths before the division, as the package does: where all channels are 0, the
# result stays 0.
EPSILON = 1e-10
# Rounding a frame to 8 bits changes it by an LPIPS of 0.00015–0.0004 (measured with SqueezeNet).
STILL = 0.0005
# Copies of its features that a pass holds, and bytes of a number in them.
COPIES, BYTES_PER_FLOAT = 3, 4
# If a card has no room for the features of a clip, they take a quarter of the memory at first.
SMALLER = 4


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
        self.placed = PlacedNetwork(self.name, self._trunk, device)

    @property
    def had_no_room(self) -> bool:
        """True if it runs on the CPU because the card had no room."""
        return self.placed.fallback.had_no_room

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
        lpips = cls(net, read_trunk(net, path), linear_weights(net), device, memory)

        def read() -> Mapping[str, torch.Tensor]:
            again = cls(net, read_trunk(net, path), linear_weights(net))  # in the same order
            return again._trunk.state_dict()

        lpips.placed.read = read
        return lpips

    def steps(
        self,
        frames: Frames,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Return the distances of neighbouring frames; see `FeatureDistance`."""
        steps = super().steps
        return self._with_room(
            frames, 0, describe, lambda: steps(frames, report_progress, describe)
        )

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the distances of the frames of two batches; see `FeatureDistance`."""
        between = super().between
        return self._with_room(first, 0, None, lambda: between(first, second))

    def band(
        self,
        frames: Frames,
        widest: int,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Return the distances of all pairs of frames; see `FeatureDistance`."""
        band = super().band
        return self._with_room(
            frames, widest + 1, describe, lambda: band(frames, widest, report_progress, describe)
        )

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Return vectors of a few frames whose squared Euclidean distance is LPIPS."""

        def vectors(start: int, end: int) -> torch.Tensor:
            part = frames[start:end].to(self.placed.pass_device(frames.device))
            if into is None:
                return self._vectors(part, None).to(frames.device)
            rows = into[start:end]
            if rows.device == part.device:
                return self._vectors(part, rows)
            return rows.copy_(self._vectors(part, None))  # the card has no room for the network

        parts = self.placed.in_parts(len(frames), vectors)
        if into is not None:
            return into
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def _vectors(self, frames: torch.Tensor, into: torch.Tensor | None) -> torch.Tensor:
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
        outputs = self.placed.or_on_cpu(
            frames.device, lambda device: self._outputs(_network_input(frames.to(device)))
        )
        for output, root in zip(outputs, self._roots, strict=True):
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
        self.placed.ready(activations.device, self._pass_memory(activations[:, 0].numel()))
        # TF32, cuDNN's default, keeps three digits: too few for small steps between frames.
        with full_precision():
            for number, layer in enumerate(self._trunk.children()):
                activations = layer(activations)
                if number in self._layers:
                    outputs.append(activations.movedim(1, -1))
        return outputs

    def _pass_memory(self, pixels: int) -> int:
        """Return the bytes that a pass over frames of so many pixels takes."""
        return int(COPIES * BYTES_PER_FLOAT * self._floats_per_pixel * pixels)

    @property
    def _floats_per_pixel(self) -> float:
        return sum(channels / stride**2 for stride, channels in self.layers)

    def _with_room(
        self,
        frames: Frames,
        gaps: int,
        describe: Describe | None,
        work: Callable[[], torch.Tensor],
    ) -> torch.Tensor:
        """Return the result of work on the device, or on the CPU if the device has no room.

        Args:
            frames: frames of the clip, or one of two batches.
            gaps: number of gaps for each frame that `band` computes; 0 for the other methods.
            describe: function that also measures something else. It must see each frame once, so
                the work isn't begun again.
            work: method of `FeatureDistance` with its arguments.
        """
        device, memory = self.device, self.memory
        ways = [(device, memory), (device, memory // SMALLER), (CPU, memory)]
        try:
            for way in ways[2:] if self.had_no_room else ways:
                self.device, self.memory = way
                used = self.device or frames.device
                try:
                    self.placed.ready(used, self._memory_for(frames, gaps, used))
                    return work()
                except Exception as error:
                    if describe is not None or not is_out_of_memory(error) or not is_card(used):
                        raise
                if self.memory < memory or not gaps:
                    self.placed.give_up(used)
            raise AssertionError("the CPU either returns a result or raises an error")
        finally:
            self.device, self.memory = device, memory

    def _memory_for(self, frames: Frames, gaps: int, device: torch.device) -> int:
        """Return the bytes that the distances of a clip take; see `_with_room`."""
        count, height, width = frames.shape[:3]
        vector = BYTES_PER_FLOAT * self._floats_per_pixel * height * width
        at_once = min(count, self.frames_at_once(frames, device)) if height and width else 0
        # A pass, its vectors, and those of the frame before it.
        needed = self._pass_memory(at_once * height * width) + (2 * at_once + 1) * vector
        if gaps:
            # The features of the clip, and the squares of the distances, which are copied once.
            needed += min(self.memory, count * vector) + 2 * BYTES_PER_FLOAT * count * gaps
        return int(needed)


def _network_input(frames: torch.Tensor) -> torch.Tensor:
    """Convert frames in 0–1 to the input of the networks."""
    shift, scale = frames.new_tensor(SHIFT), frames.new_tensor(SCALE)
    if frames.device.type == "cpu":
        frames = frames.contiguous()  # channels last in memory halve the time of a pass on a CPU
    # This is (2 · frames − 1 − shift) / scale in one operation.
    scaled = torch.addcmul((-1 - shift) / scale, frames, 2 / scale)
    return scaled.movedim(-1, 1)
