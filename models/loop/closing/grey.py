"""Grey pictures of the clips that attempts make, which share those of the input."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch

from ...image_ops.flow import grey_picture
from ...image_ops.grey_clip import GreyClip
from .recipe import RecipeFrames

FLOWS_AT_ONCE = 16  # flows that are computed between two chances to stop


class SharedGreyClip(GreyClip):
    """Grey pictures and flows of frames that several clips share.

    A caller can interrupt the work between any two of them.
    """

    def __init__(self, frames: RecipeFrames) -> None:
        """Take the frames, which are polled whenever something is computed."""
        super().__init__(frames)
        self._poll = frames.pictures.poll
        self._unexplained: dict[tuple[int, int], float] = {}

    def record(self, start: int, frames: torch.Tensor) -> None:
        """Compute the grey pictures of some frames that are at hand.

        Args:
            start: index of the first one.
            frames: RGB in 0–1, shape (frames, height, width, 3).
        """
        for number, frame in enumerate(frames, start):
            self._pictures[number] = grey_picture(frame)

    def prepare_flows(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compute the flows between pairs of frames; see `GreyClip.prepare_flows`."""
        for start in range(0, len(pairs), FLOWS_AT_ONCE):
            self._poll()
            super().prepare_flows(pairs[start : start + FLOWS_AT_ONCE])

    def flow(self, first: int, second: int) -> np.ndarray:
        """Return the flow from one frame to another; see `GreyClip.flow`."""
        self._poll()
        return super().flow(first, second)

    def unexplained(self, first: int, second: int) -> float:
        """Return the mean squared change between two frames that motion doesn't explain."""
        if (first, second) not in self._unexplained:
            self._unexplained[first, second] = super().unexplained(first, second)
        return self._unexplained[first, second]


class RecipeGreyClip(SharedGreyClip):
    """Grey pictures and flows of a recipe's clip: those of shared frames, and its own."""

    def __init__(
        self, frames: RecipeFrames, shared: SharedGreyClip, indices: Sequence[int]
    ) -> None:
        """Take the frames of the clip.

        Args:
            frames: frames of the clip.
            shared: grey pictures of the frames that are shared.
            indices: index of each frame among the shared ones; new drawings are counted after them.
        """
        super().__init__(frames)
        self._shared, self._indices = shared, indices

    def picture(self, frame: int) -> np.ndarray:
        """Return a frame as a small grey picture; see `grey_picture`."""
        shared = self._shared_frames(frame)
        return self._shared.picture(*shared) if shared else super().picture(frame)

    def thumbnail(self, frame: int) -> torch.Tensor:
        """Return the mean grey of each cell of a frame; see `GreyClip.thumbnail`."""
        shared = self._shared_frames(frame)
        return self._shared.thumbnail(*shared) if shared else super().thumbnail(frame)

    def prepare(
        self, frames: Sequence[int], poll: Callable[[], None] | None = None
    ) -> Iterator[int]:
        """Compute the pictures of frames on all cores; see `GreyClip.prepare`."""
        places = {self._indices[frame]: frame for frame in frames}
        shared = [index for index in places if index < len(self._shared)]
        for index in self._shared.prepare(shared, poll):
            yield places[index]
        own = [frame for index, frame in places.items() if index >= len(self._shared)]
        yield from super().prepare(own, poll)

    def prepare_flows(self, pairs: Sequence[tuple[int, int]]) -> None:
        """Compute the flows between pairs of frames; see `GreyClip.prepare_flows`."""
        shared = [self._shared_frames(*pair) for pair in pairs]
        self._shared.prepare_flows([(pair[0], pair[1]) for pair in shared if pair])
        own = zip(pairs, shared, strict=True)
        super().prepare_flows([pair for pair, shared_pair in own if not shared_pair])

    def flow(self, first: int, second: int) -> np.ndarray:
        """Return the flow from one frame to another; see `GreyClip.flow`."""
        shared = self._shared_frames(first, second)
        return self._shared.flow(*shared) if shared else super().flow(first, second)

    def trackable_share(self, first: int, second: int) -> float:
        """Return the share of a frame's pixels that the flow tracks to another and back, 0–1."""
        shared = self._shared_frames(first, second)
        if shared:
            return self._shared.trackable_share(*shared)
        return super().trackable_share(first, second)

    def unexplained(self, first: int, second: int) -> float:
        """Return the mean squared change between two frames that motion doesn't explain."""
        shared = self._shared_frames(first, second)
        return self._shared.unexplained(*shared) if shared else super().unexplained(first, second)

    def _shared_frames(self, *frames: int) -> list[int]:
        """Return the indices of frames among the shared ones; none if one of them isn't shared."""
        shared = [self._indices[frame] for frame in frames]
        return shared if max(shared) < len(self._shared) else []
