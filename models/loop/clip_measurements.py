"""Measurements of a clip that its seam is judged by; the loops of one clip share them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ..holds import moving_only, moving_shares
from ..image_ops.flow import GreyClip, GreyPictures
from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND, Structural
from .progress import part_of
from .structural_pass import StructuralPass, structural_steps

# Of the work on a clip, as its progress shows it: until its steps are measured by a backend that
# isn't the structural one, and until they are by that.
LEARNED, STEPPED = 0.8, 0.95


@dataclass(frozen=True)
class ClipMeasurements:
    """Measurements of a loop that the measures of its seam work with.

    Attributes:
        steps: from each frame of the loop to the next, the last to the first, by the backend.
        in_colour: the same by the structural distance.
        moving: the same without what a change of light alone makes of it.
        colours: mean colour of each frame, CIELAB, shape (frames, 3).
        bends: how sharp each frame is, by `sharpness.bends`.
        clip: the clip that the loop is a part of; its pictures are made once for all its loops.
        between: distances by the backend, of each of some frames of the loop to one of others.
        start: the loop's first frame in the clip.
    """

    steps: torch.Tensor
    in_colour: torch.Tensor
    moving: torch.Tensor
    colours: torch.Tensor
    bends: torch.Tensor
    clip: GreyClip
    between: Callable[[Sequence[int], Sequence[int]], torch.Tensor]
    start: int = 0

    def pictures(self, indices: list[int]) -> GreyPictures:
        """Some frames of the loop, in the order in which they play, as the flow wants them."""
        return GreyPictures(self.clip, indices, self.start, len(self.steps))


def measure_clip(
    frames: torch.Tensor, backend: Backend, report_progress: Progress = None
) -> ClipMeasurements:
    """Measure a whole clip as a loop.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        backend: what measures the steps.
        report_progress: called with (done, in all); may raise to stop.
    """
    structural = isinstance(backend, Structural)
    begun = 0.0 if structural else LEARNED
    taken = structural_steps(frames, backend, part_of(report_progress, begun, STEPPED))
    steps = taken.steps
    if not structural:
        steps = backend.steps(frames, part_of(report_progress, 0.0, LEARNED)).cpu()
    shares = moving_shares(frames, part_of(report_progress, STEPPED, 1.0))

    def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
        near = taken.between_ends(first, second) if structural else None
        if near is not None:
            return near
        return backend.between(frames[list(first)], frames[list(second)]).cpu()

    moving = moving_only(taken.steps, shares)
    return ClipMeasurements(
        steps, taken.steps, moving, taken.colours, taken.bends, GreyClip(frames), between
    )


class SearchedClip:
    """A clip that was searched, with the measurements for the loops in it.

    No frame is read twice.
    """

    def __init__(
        self,
        frames: torch.Tensor,
        backend: Backend,
        distances: torch.Tensor,
        taken: StructuralPass,
        report_progress: Progress = None,
    ) -> None:
        """Take the clip and its distances.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            backend: what measured the distances.
            distances: of frame i to frame i + g at [i, g].
            taken: of the structural pass over all frames.
            report_progress: called with (frames done, frames in all); may raise to stop.
        """
        self._frames, self._backend = frames, backend
        self._distances, self._taken = distances, taken
        self._shares = moving_shares(frames, report_progress)
        self._clip = GreyClip(frames)

    @property
    def moving(self) -> torch.Tensor:
        """Steps of the whole clip without what a change of light alone makes of them."""
        return moving_only(self._taken.steps, self._shares)

    def loop(self, start: int, length: int) -> ClipMeasurements:
        """Return the measurements of one loop, `length` frames from frame `start` on."""
        stop, last = start + length, start + length - 1
        steps = in_colour = steps_of_loop(self._distances, start, length)
        ends = self._frames[[last, start]]
        if self._backend.name != STRUCTURAL_BACKEND.name:
            seam = STRUCTURAL_BACKEND.between(ends[:1], ends[1:])
            in_colour = torch.cat([self._taken.steps[start:last], seam.cpu()])
        shares = torch.cat([self._shares[start:last], moving_shares(ends)[:1]])

        def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
            one, other = start + torch.tensor(first), start + torch.tensor(second)
            earlier, later = torch.minimum(one, other), torch.maximum(one, other)
            return self._distances[earlier, later - earlier]

        return ClipMeasurements(
            steps,
            in_colour,
            moving_only(in_colour, shares),
            self._taken.colours[start:stop],
            self._taken.bends[start:stop],
            self._clip,
            between,
            start,
        )


def steps_of_loop(distances: torch.Tensor, start: int, length: int) -> torch.Tensor:
    """A loop's steps, the seam's last, from the distances of the clip it lies in.

    Args:
        distances: of frame i to frame i + g at [i, g].
        start, length: the loop, in frames.

    Returns:
        Shape (length,).
    """
    inside = distances[start : start + length - 1, 1]
    return torch.cat([inside, distances[start, length - 1 : length]])
