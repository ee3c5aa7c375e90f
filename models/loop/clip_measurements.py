"""Measurements of a clip, made once, from which the seams of all its loops are judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch

from ..holds import moving_only, moving_shares
from ..image_ops.grey_clip import GreyClip, GreyPictures
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural
from ..rgb_frames import Frames
from .progress import part_of
from .structural_pass import FrameRecords, StructuralPass, steps_in_one_pass

# Share of the work that is done, for the progress bar, when the steps are measured.
STEPPED = 0.95


@dataclass(frozen=True)
class ClipMeasurements:
    """Measurements of a loop that the measures of its seam read.

    Attributes:
        steps: distance from each frame of the loop to the next, the last to the first, by the
            backend; shape (frames,).
        structural_steps: the same distances by the structural distance, in ΔE.
        motion_steps: the structural distances without the part caused by a change of light alone.
        moving_shares: share of each step that a change of light doesn't explain, 0–1, shape
            (frames,).
        colours: mean colour of each frame in CIELAB, shape (frames, 3).
        sharpness: mean second difference of each frame, as `sharpness.second_differences` gives
            it; shape (frames,).
        clip: grey pictures of the clip that the loop is a part of, shared by all its loops.
        between: function of two equally long lists of frames of the loop, which returns the
            distances of their pairs by the backend.
        start: first frame of the loop in the clip.
    """

    steps: torch.Tensor
    structural_steps: torch.Tensor
    motion_steps: torch.Tensor
    moving_shares: torch.Tensor
    colours: torch.Tensor
    sharpness: torch.Tensor
    clip: GreyClip
    between: Callable[[Sequence[int], Sequence[int]], torch.Tensor]
    start: int = 0

    def pictures(self, indices: list[int]) -> GreyPictures:
        """Return frames of the loop as the grey pictures that the optical flow reads.

        Args:
            indices: frames of the loop, in the order in which they play.
        """
        return GreyPictures(self.clip, indices, self.start, len(self.steps))

    def with_still_seam(self) -> "ClipMeasurements":
        """Return the measurements of the loop with a step of 0 from its last frame to its first."""
        steps, structural_steps, motion_steps = (
            torch.cat([each[:-1], each.new_zeros(1)])
            for each in (self.steps, self.structural_steps, self.motion_steps)
        )
        return replace(
            self, steps=steps, structural_steps=structural_steps, motion_steps=motion_steps
        )


def measure_clip(
    frames: Frames,
    backend: Backend,
    report_progress: Progress = None,
    records: FrameRecords | None = None,
    clip: GreyClip | None = None,
) -> ClipMeasurements:
    """Measure a whole clip as a loop.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        backend: perceptual distance that measures the steps.
        report_progress: called with (work done, all work); may raise to stop.
        records: records of the pass by this backend to fill, for a caller that needs more of them.
        clip: grey pictures of these frames; None for new ones.
    """
    structural = isinstance(backend, Structural)
    report_steps = part_of(report_progress, 0.0, STEPPED)
    steps, structural_pass = steps_in_one_pass(frames, backend, report_steps, records)
    shares = moving_shares(frames, part_of(report_progress, STEPPED, 1.0))

    def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
        if structural:
            distances = structural_pass.between_ends(first, second)
            if distances is not None:
                return distances
        return backend.between(frames[list(first)], frames[list(second)]).cpu()

    return ClipMeasurements(
        steps,
        structural_pass.steps,
        moving_only(structural_pass.steps, shares),
        shares,
        structural_pass.colours,
        structural_pass.sharpness,
        GreyClip(frames) if clip is None else clip,
        between,
    )


class SearchedClip:
    """Clip in which loops are searched; it measures its loops without reading all frames again."""

    def __init__(
        self,
        frames: Frames,
        backend: Backend,
        distances: torch.Tensor,
        structural_pass: StructuralPass,
        report_progress: Progress = None,
    ) -> None:
        """Measure the motion of a clip whose distances are measured already.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            backend: perceptual distance by which `distances` were measured.
            distances: distance from frame i to frame i + g at [i, g].
            structural_pass: results of the structural pass over all frames.
            report_progress: called with (frames done, all frames); may raise to stop.
        """
        self._frames, self._backend = frames, backend
        self._distances, self._structural_pass = distances, structural_pass
        self._shares = moving_shares(frames, report_progress)
        self._clip = GreyClip(frames)

    @property
    def motion_steps(self) -> torch.Tensor:
        """Structural steps of the whole clip without the part caused by a change of light alone."""
        return moving_only(self._structural_pass.steps, self._shares)

    def loop(self, start: int, length: int) -> ClipMeasurements:
        """Return the measurements of the loop of `length` frames that begins at frame `start`."""
        stop, last = start + length, start + length - 1
        steps = structural = steps_of_loop(self._distances, start, length)
        ends = self._frames[[last, start]]
        if self._backend.name != STRUCTURAL_BACKEND.name:
            seam = STRUCTURAL_BACKEND.between(ends[:1], ends[1:])
            structural = torch.cat([self._structural_pass.steps[start:last], seam.cpu()])
        shares = torch.cat([self._shares[start:last], moving_shares(ends)[:1]])

        def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
            firsts, seconds = start + torch.tensor(first), start + torch.tensor(second)
            earlier, later = torch.minimum(firsts, seconds), torch.maximum(firsts, seconds)
            return self._distances[earlier, later - earlier]

        return ClipMeasurements(
            steps,
            structural,
            moving_only(structural, shares),
            shares,
            self._structural_pass.colours[start:stop],
            self._structural_pass.sharpness[start:stop],
            self._clip,
            between,
            start,
        )


def steps_of_loop(distances: torch.Tensor, start: int, length: int) -> torch.Tensor:
    """Return the steps of a loop from the distances of its clip.

    Args:
        distances: distance from frame i of the clip to frame i + g at [i, g].
        start: first frame of the loop.
        length: number of frames of the loop.

    Returns:
        Distance from each frame to the next, shape (length,); the last one is the seam's.
    """
    inside = distances[start : start + length - 1, 1]
    return torch.cat([inside, distances[start, length - 1 : length]])
