"""Perceptual distances that are Euclidean between vectors of features, one for each frame.

The features of each frame are computed once; matrix products then give all its distances.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial

import torch

from ..frames import InputError
from ..image_ops.precision import summing_device
from ..rgb_frames import Frames
from .products import Progress, ProgressCounter, compare_blocks, rowwise_squared_distances

# Memory for the features that `band` holds at a time, bytes. It is enough for 120 frames of 256×448
# with LPIPS and SqueezeNet (16 MB a frame), the largest common use, and for 8,000 frames with
# `structural`.
MEMORY = 2 * 1024**3
# Factor by which a pass has more pixels on a GPU, whose time goes into the number of operations.
GPU_PIXELS = 4
# Share of that memory for the later frames, which are compared with the earlier ones portion by
# portion.
LATER_SHARE = 0.25

# Function that returns the features of some frames of a clip, from the index of the first one, the
# frames, and the tensor to write into; see `FeatureDistance.features`.
Describe = Callable[[int, torch.Tensor, torch.Tensor | None], torch.Tensor]
# Function that yields the features of a clip's frames from one index to another. Each yielded pair
# is the index of the first frame of a pass, and the features of its frames; see
# `FeatureDistance.passes`.
Passes = Callable[..., Iterator[tuple[int, torch.Tensor]]]


class FeatureDistance(ABC):
    """Perceptual distance computed from one vector of features for each frame.

    Attributes:
        name: its name in the nodes and the reports.
        unit: unit of its distances.
        still: distance below which a step between frames can't be told from noise, in `unit`.
        least_side: smallest height and width that it can measure, px.
        pixels_at_once: number of pixels in the frames of one pass, which bounds its working memory.
            A pass computes the features of a few frames together.
        precision: type of the matrix products. It is double if the distance is the root of a
            square, because the root turns a rounding error of 1e-16 into one of 1e-8. On a device
            without double precision the CPU then makes the products.
    """

    name: str
    unit: str
    still: float
    least_side: int
    pixels_at_once: int
    precision: torch.dtype = torch.float64

    def __init__(self, device: torch.device | None = None, memory: int = MEMORY) -> None:
        """Set the device and the memory.

        Args:
            device: device that computes and compares the features; None for that of the frames.
            memory: bytes of features that `band` may hold at a time. The working memory of a pass
                comes on top.
        """
        self.device = device
        self.memory = memory

    @abstractmethod
    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Return the vectors of features of a few frames.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            into: tensor to write the vectors into, and to return; None for a new one. A system may
                take longer to allocate memory than the features take to compute.

        Returns:
            Vectors of shape (frames, features), float32, on the device of the frames.
        """

    @abstractmethod
    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """Convert squared Euclidean distances to distances in `unit`."""

    def steps(
        self,
        frames: Frames,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Return the distance from each frame to the next, and from the last to the first.

        However long the clip is, only the features of one pass and the first frame are in memory.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            report_progress: called with (frames done, frames in all); may raise to stop.
            describe: function that takes the place of `features` and returns the same vectors; it
                can measure more in the same pass.

        Returns:
            Distances of shape (frames,), on the device of the frames; the last one is the seam's.
        """
        parts = []
        first = last = None
        for _, features in self.passes(frames, describe, 0, len(frames)):
            rows = features if last is None else torch.cat([last, features])
            parts.append(rowwise_squared_distances(rows[:-1], rows[1:]))
            first = features[:1].clone() if first is None else first
            last = features[-1:].clone()  # a view would keep the whole pass in memory
            if report_progress is not None:
                report_progress(sum(map(len, parts)) + 1, len(frames))
        if first is None or last is None:
            return torch.empty(0, device=frames.device)
        parts.append(rowwise_squared_distances(last, first))
        return self.distances(torch.cat(parts)).to(frames.device)

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Return the distance of each frame of one batch to the same frame of another.

        Args:
            first: RGB in 0–1, shape (frames, height, width, 3).
            second: RGB in 0–1, of the same shape.

        Returns:
            Distances of shape (frames,), on the device of the frames.

        Raises:
            InputError: the batches differ in shape, or are smaller than `least_side`.
        """
        if first.shape != second.shape:
            expected = f"the shape of first, {tuple(first.shape)}"
            received = str(tuple(second.shape))
            raise InputError("second", expected, received, "Give two batches of the same size.")
        count = len(first)
        passes = (self.passes(frames, None, 0, count) for frames in (first, second))
        pairs = zip(*passes, strict=True)
        parts = [rowwise_squared_distances(one, other) for (_, one), (_, other) in pairs]
        squares = torch.cat(parts) if parts else first.new_empty(0)
        return self.distances(squares).to(first.device)

    def band(
        self,
        frames: Frames,
        widest: int,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Return the distances of all pairs of frames that are at most `widest` apart.

        If the features of the clip fit into `memory`, those of each frame are computed once.
        Otherwise the clip is divided into blocks that take 3/4 of `memory`. Each block is compared
        with itself and with the frames up to `widest` after it, which take the other quarter
        portion by portion. The features of each frame are then computed 1 + widest / (frames in a
        block) times.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            widest: largest gap, in frames.
            report_progress: called with (steps done, steps in all), at least every second, also
                without a new step; may raise to stop. A frame counts as two steps each time that
                its features are computed: the features, then the comparisons.
            describe: see `steps`.

        Returns:
            Distances of shape (frames, widest + 1), on the device of the frames: [i, g] is the
            distance of frames i and i + g, infinite beyond the end of the clip.
        """
        count = len(frames)
        if count == 0:
            return torch.empty(0, widest + 1, device=frames.device)
        device = self.device or frames.device
        home = summing_device(device)
        squares = torch.full((count, widest + 1), torch.inf, device=home)
        passes = partial(self.passes, frames, describe)
        (first,) = (features for _, features in passes(0, 1))
        capacity = max(2, self.memory // (first.shape[1] * first.element_size()))
        blocks = _blocks(count, widest, capacity)
        portion = max((len(part) for _, parts in blocks for part in parts), default=0)
        # All blocks use this memory in turn; the first one is the largest.
        rows = len(blocks[0][0]) + portion
        place = home if self.precision is torch.float64 else device
        memory = torch.empty((rows, first.shape[1]), dtype=first.dtype, device=place)
        passed = sum(len(block) + sum(map(len, portions)) for block, portions in blocks)
        progress = ProgressCounter(2 * passed, report_progress)
        for block, portions in blocks:
            self._compare_block(squares, passes, block, portions, memory, progress)
        squares[:, 0] = 0  # a frame's distance to itself, which rounding may have changed
        return self.distances(squares).to(frames.device)

    def frames_at_once(self, frames: Frames, device: torch.device) -> int:
        """Return how many frames of a clip's size one pass takes on a device."""
        pixels = self.pixels_at_once * (1 if device.type == "cpu" else GPU_PIXELS)
        return max(1, pixels // (frames.shape[1] * frames.shape[2]))

    def passes(
        self,
        frames: Frames,
        describe: Describe | None,
        start: int,
        end: int,
        into: torch.Tensor | None = None,
    ) -> Iterator[tuple[int, torch.Tensor]]:
        """Yield the features of a clip's frames, pass by pass.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            describe: see `steps`; None for `features`.
            start: index of the first frame.
            end: index after the last frame.
            into: tensor to write the features into; None for new ones.

        Yields:
            The index of the first frame of a pass, and the features of its frames.

        Raises:
            InputError: the frames are smaller than `least_side`.
        """
        height, width = frames.shape[1:3]
        if min(height, width) < self.least_side:
            received = f"{width}×{height}"
            remedy = f"Choose structural instead of {self.name}, or scale the images up."
            raise InputError("images", f"sides of at least {self.least_side} px", received, remedy)
        # Each operation of a pass is large, so torch divides it well among all cores.
        at_once = self.frames_at_once(frames, self.device or frames.device)
        for position in range(start, end, at_once):
            part = frames[position : min(position + at_once, end)]
            offset = position - start
            rows = None if into is None else into[offset : offset + len(part)]
            part = part if self.device is None else part.to(self.device)
            target = rows if rows is not None and rows.device == part.device else None
            if describe is None:
                features = self.features(part, target)
            else:
                features = describe(position, part, target)
            yield position, features if rows is None or rows is target else rows.copy_(features)

    def _compare_block(
        self,
        squares: torch.Tensor,
        passes: Passes,
        block: range,
        portions: list[range],
        memory: torch.Tensor,
        progress: ProgressCounter,
    ) -> None:
        earlier = _fill(memory[: len(block)], passes, block, progress)
        compare_blocks(squares, earlier, block, earlier, block, self.precision, progress)
        for portion in portions:
            later = _fill(memory[len(block) :][: len(portion)], passes, portion, progress)
            compare_blocks(squares, earlier, block, later, portion, self.precision, progress)


def _fill(
    memory: torch.Tensor, passes: Passes, frames: range, progress: ProgressCounter
) -> torch.Tensor:
    for _, features in passes(frames.start, frames.stop, memory):
        progress.add(len(features))
    return memory


def _blocks(count: int, widest: int, capacity: int) -> list[tuple[range, list[range]]]:
    """Divide a clip into blocks, each with the portions of later frames to compare it with.

    Args:
        count: number of frames of the clip.
        widest: largest gap, in frames.
        capacity: number of frames whose features fit into the memory.
    """
    if count <= capacity:
        return [(range(count), [])]
    portion = max(1, int(capacity * LATER_SHARE))
    blocks = []
    for start in range(0, count, capacity - portion):
        end = min(start + capacity - portion, count)
        beyond = min(end + widest, count)
        portions = [
            range(first, min(first + portion, beyond)) for first in range(end, beyond, portion)
        ]
        blocks.append((range(start, end), portions))
    return blocks
