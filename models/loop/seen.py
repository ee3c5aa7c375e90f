"""What one pass over a clip tells of its frames: nothing reads them from memory twice."""

from collections.abc import Iterator, Sequence

import torch

from ..image_ops.colour import mean_colours
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural, features_of, with_fewer_rows
from .sharpness import bends

# Frames at either end whose features are kept, to compare the drawings beside the seam: three on
# threes.
ENDS = 9


class Seen(Structural):
    """The structural distance, which keeps what its passes over a clip's frames see besides.

    Attributes:
        colours: mean colour of each frame, CIELAB, shape (frames, 3), on the CPU.
        bends: how sharp each frame is, by `sharpness.bends`, on the CPU.
    """

    def __init__(self, frames: int, backend: object = STRUCTURAL_BACKEND) -> None:
        """Be ready for one clip: its `steps` or its `band`.

        Args:
            frames: how many the clip has.
            backend: works where, and within the memory that, this one does if it is structural.
        """
        like = backend if isinstance(backend, Structural) else STRUCTURAL_BACKEND
        super().__init__(like.device, like.memory)
        self.colours = torch.full((frames, 3), torch.nan)
        self.bends = torch.full((frames,), torch.nan)
        self._ends: dict[int, torch.Tensor] = {}
        self._latest = self.colours[:0], self.bends[:0]

    def features(self, frames: torch.Tensor, into: torch.Tensor | None = None) -> torch.Tensor:
        """See `structural_features`."""
        rows = with_fewer_rows(frames)
        self._latest = mean_colours(rows), bends(frames)
        return features_of(rows, frames.shape[1], frames.shape[2], into)

    def between_ends(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor | None:
        """Distances of frames near the clip's ends, None where one is too far inside."""
        if not {*first, *second} <= self._ends.keys():
            return None
        one, other = (
            torch.stack([self._ends[frame] for frame in which]) for which in (first, second)
        )
        return self.distances((one - other).square().sum(dim=1)).cpu()

    def _passes(
        self, frames: torch.Tensor, start: int, end: int, into: torch.Tensor | None = None
    ) -> Iterator[tuple[int, torch.Tensor]]:
        count = len(self.bends)
        for position, found in super()._passes(frames, start, end, into):
            place = slice(position, position + len(found))
            self.colours[place], self.bends[place] = self._latest
            for frame in range(position, position + len(found)):
                if frame < ENDS or frame >= count - ENDS:
                    self._ends[frame] = found[frame - position].clone()
            yield position, found
