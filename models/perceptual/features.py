"""Distances that are Euclidean between one vector of features for each frame.

Each frame goes through the feature pass once, and all its distances come out of matrix products.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial

import torch

from ..frames import InputError
from .products import Progress, Ticks, compare, direct

# Features that `band` holds at one time, bytes. All 120 frames of 256×448 fit for the largest
# common use (LPIPS with SqueezeNet, 16 MB a frame), and so do 8,000 frames of `structural`.
MEMORY = 2 * 1024**3
# Of what may be held, the share that the later frames take, which stream past the earlier ones.
STREAMED = 0.25

# Gives the features of some frames of a clip: of the index of the first one, the frames, and where
# to write, as `FeatureDistance.features` has it.
Describe = Callable[[int, torch.Tensor, torch.Tensor | None], torch.Tensor]
# Gives the features of a clip's frames from one index to another, where to write: as many at a
# time as one pass takes, with the index of their first one.
Passes = Callable[..., Iterator[tuple[int, torch.Tensor]]]


class FeatureDistance(ABC):
    """A perceptual distance that comes from one vector of features for each frame.

    Attributes:
        name: as the nodes and the reports call it.
        unit: of its distances.
        still: a step below this can't be told from noise, in `unit`.
        least_side: fewest pixels of height and of width that it can measure.
        pixels_at_once: frames' pixels that one feature pass takes; bounds its working memory.
        precision: of the products on a CPU. Double where a root of them is taken, which makes
            1e-8 out of 1e-16 of the norms.
    """

    name: str
    unit: str
    still: float
    least_side: int
    pixels_at_once: int
    precision: torch.dtype = torch.float64

    def __init__(self, device: torch.device | None = None, memory: int = MEMORY) -> None:
        """Choose where and in how much memory to work.

        Args:
            device: where the features are computed and compared; None: where the frames are.
            memory: bytes of features that `band` may hold at one time. The feature pass's own
                working memory comes on top.
        """
        self.device = device
        self.memory = memory

    @abstractmethod
    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """Vectors of a few frames, float32, on the frames' device.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            into: where to write them and what to return; None: new memory, which a system may take
                longer to give than the features to compute.

        Returns:
            Shape (frames, features).
        """

    @abstractmethod
    def distances(self, squares: torch.Tensor) -> torch.Tensor:
        """Distances in `unit` from squared Euclidean ones."""

    def steps(
        self,
        frames: torch.Tensor,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Distance from each frame to the next, and from the last to the first.

        Holds the features of one pass and of the first frame, however long the clip is.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            report_progress: called with (frames done, frames in all); may raise to stop.
            describe: computes the same features as `features`, and takes more of the frames.

        Returns:
            Shape (frames,); the last one is the seam's. On the frames' device.
        """
        parts = []
        first = last = None
        for _, features in self._passes(frames, describe, 0, len(frames)):
            rows = features if last is None else torch.cat([last, features])
            parts.append(direct(rows[:-1], rows[1:]))
            first = features[:1].clone() if first is None else first
            last = features[-1:].clone()  # a copy, or it would keep the whole pass in memory
            if report_progress is not None:
                report_progress(sum(map(len, parts)) + 1, len(frames))
        if first is None or last is None:
            return frames.new_empty(0)
        parts.append(direct(last, first))
        return self.distances(torch.cat(parts)).to(frames.device)

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """Distance of each frame of one batch to the same frame of another, computed directly.

        Args:
            first, second: RGB in 0–1, both of shape (frames, height, width, 3).

        Returns:
            Shape (frames,), on the frames' device.
        """
        if first.shape != second.shape:
            expected, came = f"the shape of first, {tuple(first.shape)}", str(tuple(second.shape))
            raise InputError("second", expected, came, "Give two batches of the same size.")
        count = len(first)
        passes = (self._passes(each, None, 0, count) for each in (first, second))
        pairs = zip(*passes, strict=True)
        parts = [direct(one, other) for (_, one), (_, other) in pairs]
        squares = torch.cat(parts) if parts else first.new_empty(0)
        return self.distances(squares).to(first.device)

    def band(
        self,
        frames: torch.Tensor,
        widest: int,
        report_progress: Progress = None,
        describe: Describe | None = None,
    ) -> torch.Tensor:
        """Distances of all pairs of frames that are at most `widest` apart.

        Time: one feature pass for each frame where the clip's features fit into `memory`; else
        blocks of 3/4 of what fits are held in turn, the frames up to `widest` after each of them
        stream past, and each frame is passed 1 + widest / (frames in a block) times.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            widest: largest gap, in frames.
            report_progress: called with (done, in all), two for each frame passed: its features,
                then its comparisons; several times with the same, at least every second; may
                raise to stop.
            describe: as that of `steps`.

        Returns:
            Shape (frames, widest + 1): [i, g] is the distance of frames i and i + g, infinite
            beyond the end. On the frames' device.
        """
        count = len(frames)
        if count == 0:
            return frames.new_empty(0, widest + 1)
        squares = torch.full((count, widest + 1), torch.inf, device=self.device or frames.device)
        passes = partial(self._passes, frames, describe)
        (first,) = (features for _, features in passes(0, 1))
        room = max(2, self.memory // (first.shape[1] * first.element_size()))
        blocks = _blocks(count, widest, room)
        portion = max((len(part) for _, parts in blocks for part in parts), default=0)
        # The memory of all blocks: their first ones are the largest.
        held = first.new_empty(len(blocks[0][0]) + portion, first.shape[1])
        passed = sum(len(held) + sum(map(len, streamed)) for held, streamed in blocks)
        ticks = Ticks(2 * passed, report_progress)
        for block, portions in blocks:
            self._compare_block(squares, passes, block, portions, held, ticks)
        squares[:, 0] = 0  # rounding alone
        return self.distances(squares).to(frames.device)

    def _passes(
        self,
        frames: torch.Tensor,
        describe: Describe | None,
        start: int,
        end: int,
        into: torch.Tensor | None = None,
    ) -> Iterator[tuple[int, torch.Tensor]]:
        """Yield the features of some frames; see `Passes`."""
        height, width = frames.shape[1:3]
        if min(height, width) < self.least_side:
            came = f"{width}×{height}"
            remedy = f"{self.name} measures nothing smaller; choose structural, or scale them up."
            raise InputError("images", f"sides of at least {self.least_side} px", came, remedy)
        at_once = max(1, self.pixels_at_once // (height * width))
        for position in range(start, end, at_once):
            part = frames[position : min(position + at_once, end)]
            place = None if into is None else into[position - start : position - start + len(part)]
            part = part if self.device is None else part.to(self.device)
            if describe is None:
                yield position, self.features(part, place)
            else:
                yield position, describe(position, part, place)

    def _compare_block(
        self,
        squares: torch.Tensor,
        passes: Passes,
        block: range,
        portions: list[range],
        held: torch.Tensor,
        ticks: Ticks,
    ) -> None:
        earlier = _fill(held[: len(block)], passes, block, ticks)
        # Elsewhere single precision may be cut down to TF32, whose three digits are too few.
        precision = self.precision if earlier.device.type == "cpu" else torch.float64
        compare(squares, earlier, block, earlier, block, precision, ticks)
        for passing in portions:
            later = _fill(held[len(block) :][: len(passing)], passes, passing, ticks)
            compare(squares, earlier, block, later, passing, precision, ticks)


def _fill(held: torch.Tensor, passes: Passes, which: range, ticks: Ticks) -> torch.Tensor:
    for _, features in passes(which.start, which.stop, held):
        ticks.add(len(features))
    return held


def _blocks(count: int, widest: int, room: int) -> list[tuple[range, list[range]]]:
    """Which frames are held together, and which then stream past them in which portions."""
    if count <= room:
        return [(range(count), [])]
    portion = max(1, int(room * STREAMED))
    blocks = []
    for start in range(0, count, room - portion):
        end = min(start + room - portion, count)
        beyond = min(end + widest, count)
        streamed = [
            range(first, min(first + portion, beyond)) for first in range(end, beyond, portion)
        ]
        blocks.append((range(start, end), streamed))
    return blocks
