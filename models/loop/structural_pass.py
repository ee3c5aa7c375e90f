"""One pass over a clip that measures in each frame all that the loop measures need."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from ..image_ops.colour import mean_colours
from ..perceptual.backend import Progress
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural, features_of, with_fewer_rows
from ..rgb_frames import Frames
from .sharpness import second_differences

# Number of frames at either end whose features are stored, to compare the drawings beside the
# seam. It is enough for three drawings that are held for three frames each.
ENDS = 9


@dataclass(frozen=True, eq=False)
class StructuralPass:
    """Results of one pass over a clip's frames by the structural distance, on the CPU.

    Attributes:
        steps: distance from each frame to the next in ΔE, shape (frames,). The last one is the
            seam's; it is 0 if the seam was not measured.
        colours: mean colour of each frame in CIELAB, shape (frames, 3).
        sharpness: `second_differences` of each frame, shape (frames,).
        ends: structural features of the frames near both ends, by index of the frame.
    """

    steps: torch.Tensor
    colours: torch.Tensor
    sharpness: torch.Tensor
    ends: Mapping[int, torch.Tensor]

    def between_ends(self, first: Sequence[int], second: Sequence[int]) -> torch.Tensor | None:
        """Return the distances of pairs of frames near the clip's ends.

        Args:
            first: index of the first frame of each pair.
            second: index of the second frame of each pair.

        Returns:
            Shape (pairs,); None if a frame lies too far inside the clip.
        """
        if not {*first, *second} <= self.ends.keys():
            return None
        first_features = torch.stack([self.ends[frame] for frame in first])
        second_features = torch.stack([self.ends[frame] for frame in second])
        squared = (first_features - second_features).square().sum(dim=1)
        return STRUCTURAL_BACKEND.distances(squared).cpu()


def structural_steps(
    frames: Frames,
    backend: object,
    report_progress: Progress = None,
    records: "FrameRecords | None" = None,
) -> StructuralPass:
    """Measure the steps of a clip, with colours and sharpness of its frames, in one pass.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        backend: if it is a structural one, its device and memory are used; others are ignored.
        report_progress: called with (frames done, all frames); may raise to stop.
        records: records of these frames to fill; None for new ones.
    """
    records = records or FrameRecords(len(frames))
    steps = _structural(backend).steps(frames, report_progress, records.describe)
    return StructuralPass(steps.cpu(), records.colours, records.sharpness, records.ends)


def structural_band(
    frames: Frames, widest: int, backend: object, report_progress: Progress = None
) -> tuple[torch.Tensor, StructuralPass]:
    """Measure the distances of all pairs of frames, with colours and sharpness, in one pass.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        widest: largest gap of a pair, in frames.
        backend: if it is a structural one, its device and memory are used; others are ignored.
        report_progress: called with (frames done, all frames); may raise to stop.

    Returns:
        The distances of frame i to frame i + g at [i, g], infinite beyond the clip's end, on the
        CPU; and the results of the pass, in which the seam's step is not measured.
    """
    records = FrameRecords(len(frames))
    band = _structural(backend).band(frames, widest, report_progress, records.describe).cpu()
    steps = band[:, 1].nan_to_num(torch.nan, posinf=0.0)  # the last frame has no next one
    return band, StructuralPass(steps, records.colours, records.sharpness, records.ends)


def _structural(backend: object) -> Structural:
    return backend if isinstance(backend, Structural) else STRUCTURAL_BACKEND


class FrameRecords:
    """Measurements of each frame, recorded while its structural features are computed.

    Attributes:
        colours: mean colour of each frame in CIELAB, shape (frames, 3).
        sharpness: `second_differences` of each frame, shape (frames,).
        ends: structural features of the frames near both ends, by index of the frame.
        features: structural features of all frames, if they are kept, shape (frames, features).
    """

    def __init__(
        self,
        frames: int,
        kept_share: float = 0.0,
        also: Callable[[int, torch.Tensor], None] | None = None,
    ) -> None:
        """Prepare the records.

        Args:
            frames: number of frames.
            kept_share: share of the values of a frame; the features of all frames are kept if they
                are no more than that.
            also: function that takes the index of the first of some frames, and the frames, to
                record more of them in the same pass.
        """
        self.colours = torch.full((frames, 3), torch.nan)
        self.sharpness = torch.full((frames,), torch.nan)
        self.ends: dict[int, torch.Tensor] = {}
        self.features: torch.Tensor | None = None
        self._kept_share, self._also = kept_share, also

    def describe(self, start: int, frames: torch.Tensor, into: torch.Tensor | None) -> torch.Tensor:
        """Return the structural features of some frames and record their measurements.

        The structural distance takes it as its argument `describe`; see `features.Describe`.
        """
        rows, place = with_fewer_rows(frames), slice(start, start + len(frames))
        # Windows of rows that don't divide evenly overlap, so that some rows would count twice.
        divides = frames.shape[1] % rows.shape[1] == 0
        self.colours[place] = mean_colours(rows if divides else frames)
        self.sharpness[place] = second_differences(frames)
        features = features_of(rows, frames.shape[1], frames.shape[2], into)
        for frame in range(start, start + len(frames)):
            if frame < ENDS or frame >= len(self.sharpness) - ENDS:
                self.ends[frame] = features[frame - start].clone()
        if features.shape[1] <= self._kept_share * frames.shape[1:].numel():
            if self.features is None:
                self.features = features.new_empty(len(self.sharpness), features.shape[1])
            self.features[place] = features
        if self._also is not None:
            self._also(start, frames)
        return features
