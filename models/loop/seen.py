"""What one pass over a clip tells of its frames: nothing reads them from memory twice."""

from collections.abc import Sequence

import torch

from ..perceptual.structural import Structural, features_of, with_fewer_rows
from ..pixels.colour import mean_colours
from .sharpness import bends

# Frames at either end whose features are kept, to compare the drawings beside the seam: three on
# threes.
ENDS = 9


class Seen(Structural):
    """The structural distance, which keeps what its pass over a clip's frames sees besides."""

    def __init__(self, frames: int, device: torch.device | None = None) -> None:
        """Be ready for one pass over a clip.

        Args:
            frames: how many the clip has.
            device: where to compute; None: where the frames are.
        """
        super().__init__(device)
        self._frames = frames
        self._seen = 0
        self._colours: list[torch.Tensor] = []
        self._bends: list[torch.Tensor] = []
        self._ends: dict[int, torch.Tensor] = {}

    @property
    def colours(self) -> torch.Tensor:
        """Mean colour of each frame, CIELAB, shape (frames, 3), on the CPU."""
        return torch.cat(self._colours).cpu()

    @property
    def bends(self) -> torch.Tensor:
        """How sharp each frame is, by `sharpness.bends`, on the CPU."""
        return torch.cat(self._bends).cpu()

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """See `structural_features`; of the clip's next frames."""
        rows = with_fewer_rows(frames)
        self._colours.append(mean_colours(rows))
        self._bends.append(bends(frames))
        found = features_of(rows, frames.shape[1], frames.shape[2], into)
        for frame, vector in enumerate(found, self._seen):
            if frame < ENDS or frame >= self._frames - ENDS:
                self._ends[frame] = vector.clone()
        self._seen += len(frames)
        return found

    def between_ends(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor | None:
        """Distances of frames near the clip's ends, None where one is too far inside."""
        if not {*first, *second} <= self._ends.keys():
            return None
        one, other = (
            torch.stack([self._ends[frame] for frame in which]) for which in (first, second)
        )
        return self.distances((one - other).square().sum(dim=1)).cpu()
