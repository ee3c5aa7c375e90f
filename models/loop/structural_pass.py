"""One pass over a clip's frames: all that the loop's measures need of each is taken at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from ..image_ops.colour import mean_colours
from ..perceptual.backend import Progress
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural, features_of, with_fewer_rows
from .sharpness import bends

# Frames at either end whose features are kept, to compare the drawings beside the seam: three on
# threes.
ENDS = 9


@dataclass(frozen=True, eq=False)
class StructuralPass:
    """Results of one pass over a clip's frames by the structural distance, on the CPU.

    Attributes:
        steps: from each frame to the next; the last is the seam's, 0 where it wasn't measured.
        colours: mean colour of each frame, CIELAB, shape (frames, 3).
        bends: how sharp each frame is, by `sharpness.bends`.
        ends: features of the frames near both ends, by the frames' index.
    """

    steps: torch.Tensor
    colours: torch.Tensor
    bends: torch.Tensor
    ends: Mapping[int, torch.Tensor]

    def between_ends(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor | None:
        """Distances of frames near the clip's ends, None where one is too far inside."""
        if not {*first, *second} <= self.ends.keys():
            return None
        one, other = (
            torch.stack([self.ends[frame] for frame in which]) for which in (first, second)
        )
        return STRUCTURAL_BACKEND.distances((one - other).square().sum(dim=1)).cpu()


def structural_steps(
    frames: torch.Tensor, backend: object, report_progress: Progress = None
) -> StructuralPass:
    """Measure a clip's steps, and what is taken besides, in one pass.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        backend: where it is structural, its device and memory are used.
        report_progress: called with (frames done, frames in all); may raise to stop.
    """
    taken = _Taken(len(frames))
    steps = _structural(backend).steps(frames, report_progress, taken.describe)
    return StructuralPass(steps.cpu(), taken.colours, taken.bends, taken.ends)


def structural_band(
    frames: torch.Tensor, widest: int, backend: object, report_progress: Progress = None
) -> tuple[torch.Tensor, StructuralPass]:
    """Measure the distances of all pairs of frames, and what is taken besides, in one pass.

    Args:
        frames, backend, report_progress: as those of `structural_steps`.
        widest: largest gap, in frames.

    Returns:
        Distances of frame i to frame i + g at [i, g], infinite beyond the end, on the CPU; and
        the rest, in whose steps the seam's isn't measured.
    """
    taken = _Taken(len(frames))
    band = _structural(backend).band(frames, widest, report_progress, taken.describe).cpu()
    steps = band[:, 1].nan_to_num(torch.nan, posinf=0.0)  # the last frame has no next one
    return band, StructuralPass(steps, taken.colours, taken.bends, taken.ends)


def _structural(backend: object) -> Structural:
    return backend if isinstance(backend, Structural) else STRUCTURAL_BACKEND


class _Taken:
    """Storage for what is taken of each frame while its features are computed."""

    def __init__(self, frames: int) -> None:
        self.colours = torch.full((frames, 3), torch.nan)
        self.bends = torch.full((frames,), torch.nan)
        self.ends: dict[int, torch.Tensor] = {}

    def describe(self, start: int, frames: torch.Tensor, into: torch.Tensor | None) -> torch.Tensor:
        """Return the structural features of some frames; see `Describe`."""
        rows, place = with_fewer_rows(frames), slice(start, start + len(frames))
        self.colours[place], self.bends[place] = mean_colours(rows), bends(frames)
        features = features_of(rows, frames.shape[1], frames.shape[2], into)
        for frame in range(start, start + len(frames)):
            if frame < ENDS or frame >= len(self.bends) - ENDS:
                self.ends[frame] = features[frame - start].clone()
        return features
