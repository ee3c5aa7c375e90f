"""One pass over a clip that measures in each frame all that the loop measures need."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from ..image_ops.colour import mean_colours
from ..perceptual.backend import Backend, Progress
from ..perceptual.features import FeatureDistance
from ..perceptual.products import rowwise_squared_distances
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural, features_of, with_fewer_rows
from ..rgb_frames import Frames
from .progress import part_of
from .sharpness import second_differences

# Number of frames at either end whose features are stored, to compare the drawings beside the
# seam. It is enough for three drawings that are held for three frames each.
ENDS = 9
# Share of the work that is done when a backend without features has measured its distances.
LEARNED = 0.8


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
    return records.structural_pass(steps)


def steps_in_one_pass(
    frames: Frames,
    backend: Backend,
    report_progress: Progress = None,
    records: "FrameRecords | None" = None,
) -> tuple[torch.Tensor, StructuralPass]:
    """Measure the steps of a clip by a backend and by the structural distance.

    Each frame is read once, and sent to the backend's device once, if the backend describes frames
    by features.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        backend: perceptual distance.
        report_progress: called with (work done, all work); may raise to stop.
        records: records of these frames by this backend to fill; None for new ones.

    Returns:
        The backend's distance from each frame to the next, the last to the first, on the CPU; and
        the results of the structural pass.
    """
    if isinstance(backend, Structural):
        structural_pass = structural_steps(frames, backend, report_progress, records)
        return structural_pass.steps, structural_pass
    if not isinstance(backend, FeatureDistance):
        steps = backend.steps(frames, part_of(report_progress, 0.0, LEARNED)).cpu()
        report_structural = part_of(report_progress, LEARNED, 1.0)
        return steps, structural_steps(frames, backend, report_structural, records)
    records = records or FrameRecords(len(frames), backend)
    steps = backend.steps(frames, report_progress, records.describe_twice).cpu()
    return steps, records.structural_pass()


def band_in_one_pass(
    frames: Frames, widest: int, backend: Backend, report_progress: Progress = None
) -> tuple[torch.Tensor, StructuralPass]:
    """Measure the distances of all pairs of frames, with the structural steps, in one pass.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        widest: largest gap of a pair, in frames.
        backend: perceptual distance.
        report_progress: called with (work done, all work); may raise to stop.

    Returns:
        The backend's distances of frame i to frame i + g at [i, g], infinite beyond the clip's end,
        on the CPU; and the results of the structural pass. If the backend is the structural
        distance itself, the pass has no step from the last frame to the first.
    """
    if isinstance(backend, Structural):
        return structural_band(frames, widest, backend, report_progress)
    if not isinstance(backend, FeatureDistance):
        band = backend.band(frames, widest, part_of(report_progress, 0.0, LEARNED)).cpu()
        report_structural = part_of(report_progress, LEARNED, 1.0)
        return band, structural_steps(frames, backend, report_structural)
    records = FrameRecords(len(frames), backend)
    band = backend.band(frames, widest, report_progress, records.describe_twice).cpu()
    return band, records.structural_pass()


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
    return band, records.structural_pass(steps)


def _structural(backend: object) -> Structural:
    return backend if isinstance(backend, Structural) else STRUCTURAL_BACKEND


class FrameRecords:
    """Measurements of each frame, recorded while its features are computed.

    They stay on the device of the features until all frames are measured.

    Attributes:
        features: structural features of all frames, if they are kept, shape (frames, features).
    """

    def __init__(
        self,
        frames: int,
        backend: FeatureDistance = STRUCTURAL_BACKEND,
        kept_share: float = 0.0,
        also: Callable[[int, torch.Tensor], None] | None = None,
    ) -> None:
        """Record nothing yet.

        Args:
            frames: number of frames of the clip.
            backend: distance whose features `describe_twice` returns.
            kept_share: share of the values of a frame; the structural features of all frames are
                kept if they are no more than that.
            also: function that takes the index of the first of some frames, and the frames, to
                record more of them in the same pass.
        """
        self.features: torch.Tensor | None = None
        self._kept_share, self._also = kept_share, also
        self._backend = backend
        self._colours = torch.full((frames, 3), torch.nan)
        self._sharpness = torch.full((frames,), torch.nan)
        self._ends: dict[int, torch.Tensor] = {}
        self._squares: list[torch.Tensor] = []
        self._first: torch.Tensor | None = None
        self._last: torch.Tensor | None = None
        self._recorded = 0  # frames that `describe_twice` has recorded, from the first on

    def structural_pass(self, steps: torch.Tensor | None = None) -> StructuralPass:
        """Return all that is recorded.

        Args:
            steps: structural steps; None for those that `describe_twice` has recorded.
        """
        if steps is None:
            assert self._first is not None
            assert self._last is not None
            seam = rowwise_squared_distances(self._last, self._first)
            steps = STRUCTURAL_BACKEND.distances(torch.cat([*self._squares, seam]))
        return StructuralPass(steps.cpu(), self._colours.cpu(), self._sharpness.cpu(), self._ends)

    def describe(self, start: int, frames: torch.Tensor, into: torch.Tensor | None) -> torch.Tensor:
        """Return the structural features of some frames and record their measurements.

        The structural distance takes it as its argument `describe`; see `features.Describe`.
        """
        if self._colours.device != frames.device:
            self._colours = self._colours.to(frames.device)
            self._sharpness = self._sharpness.to(frames.device)
        rows, place = with_fewer_rows(frames), slice(start, start + len(frames))
        # Windows of rows that don't divide evenly overlap, so that some rows would count twice.
        divides = frames.shape[1] % rows.shape[1] == 0
        self._colours[place] = mean_colours(rows if divides else frames)
        self._sharpness[place] = second_differences(frames)
        features = features_of(rows, frames.shape[1], frames.shape[2], into)
        for frame in range(start, start + len(frames)):
            if frame < ENDS or frame >= len(self._sharpness) - ENDS:
                self._ends[frame] = features[frame - start].clone()
        if features.shape[1] <= self._kept_share * frames.shape[1:].numel():
            if self.features is None:
                self.features = features.new_empty(len(self._sharpness), features.shape[1])
            self.features[place] = features
        if self._also is not None:
            self._also(start, frames)
        return features

    def describe_twice(
        self, start: int, frames: torch.Tensor, into: torch.Tensor | None
    ) -> torch.Tensor:
        """Return the backend's features of some frames, and record their structural steps too.

        A backend that has to describe frames again, because its features don't fit into its memory,
        records them only once.
        """
        new = frames[max(0, self._recorded - start) :]
        if len(new):
            features = self.describe(start + len(frames) - len(new), new, None)
            rows = features if self._last is None else torch.cat([self._last, features])
            self._squares.append(rowwise_squared_distances(rows[:-1], rows[1:]))
            self._first = features[:1].clone() if self._first is None else self._first
            self._last = features[-1:].clone()  # a view would keep the whole pass in memory
            self._recorded = start + len(frames)
        return self._backend.features(frames, into)
