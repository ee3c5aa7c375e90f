"""What is measured of a clip before its seam is judged; loops of one clip share it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from ..perceptual.backend import Backend, Progress
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..pixels.colour import mean_colours
from ..pixels.flow import GreyClip, GreyPictures


@dataclass(frozen=True)
class Known:
    """What the measures of a loop's seam work with.

    Attributes:
        steps: from each frame of the loop to the next, the last to the first, by the backend.
        in_colour: the same by the structural distance.
        colours: mean colour of each frame, CIELAB, shape (frames, 3).
        clip: the clip that the loop is a part of; its pictures are made once for all its loops.
        between: distances by the backend, of each of some frames of the loop to one of others.
        start: the loop's first frame in the clip.
    """

    steps: torch.Tensor
    in_colour: torch.Tensor
    colours: torch.Tensor
    clip: GreyClip
    between: Callable[[Sequence[int], Sequence[int]], torch.Tensor]
    start: int = 0

    @classmethod
    def of(
        cls, frames: torch.Tensor, backend: Backend, report_progress: Progress = None
    ) -> "Known":
        """Measure a whole clip.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            backend: what measures the steps.
            report_progress: called with (frames done, frames in all); may raise to stop.
        """
        steps = backend.steps(frames, report_progress).cpu()
        in_colour = steps
        if backend.name != STRUCTURAL_BACKEND.name:
            in_colour = STRUCTURAL_BACKEND.steps(frames, report_progress).cpu()

        def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
            return backend.between(frames[list(first)], frames[list(second)]).cpu()

        return cls(steps, in_colour, mean_colours(frames).cpu(), GreyClip(frames), between)

    def pictures(self, indices: list[int]) -> GreyPictures:
        """Some frames of the loop, in the order in which they play, as the flow wants them."""
        return GreyPictures(self.clip, indices, self.start, len(self.steps))


class Searched:
    """What a search has measured of a clip, for the loops in it: no frame is looked at twice."""

    def __init__(
        self,
        frames: torch.Tensor,
        backend: Backend,
        distances: torch.Tensor,
        in_colour: torch.Tensor,
    ) -> None:
        """Take the clip and its distances.

        Args:
            frames: RGB in 0–1, shape (frames, height, width, 3).
            backend: what measured the distances.
            distances: of frame i to frame i + g at [i, g].
            in_colour: from each frame to the next, the last to the first, in structural distance.
        """
        self._frames, self._backend = frames, backend
        self._distances, self._in_colour = distances, in_colour
        self._colours: dict[int, torch.Tensor] = {}
        self._clip = GreyClip(frames)

    def loop(self, start: int, length: int, report_progress: Progress = None) -> Known:
        """What is known of one loop, `length` frames from frame `start` on."""
        steps = in_colour = known_steps(self._distances, start, length)
        if self._backend.name != STRUCTURAL_BACKEND.name:
            last = start + length - 1
            seam = STRUCTURAL_BACKEND.between(self._frames[last, None], self._frames[start, None])
            in_colour = torch.cat([self._in_colour[start:last], seam.cpu()])
        for frame in range(start, start + length):
            if frame not in self._colours:
                self._colours[frame] = mean_colours(self._frames[frame, None])[0].cpu()
                if report_progress is not None:
                    report_progress(frame - start, length)
        colours = torch.stack([self._colours[frame] for frame in range(start, start + length)])

        def between(first: Sequence[int], second: Sequence[int]) -> torch.Tensor:
            one, other = start + torch.tensor(first), start + torch.tensor(second)
            earlier, later = torch.minimum(one, other), torch.maximum(one, other)
            return self._distances[earlier, later - earlier]

        return Known(steps, in_colour, colours, self._clip, between, start)


def known_steps(distances: torch.Tensor, start: int, length: int) -> torch.Tensor:
    """A loop's steps, the seam's last, from the distances of the clip it lies in.

    Args:
        distances: of frame i to frame i + g at [i, g].
        start, length: the loop, in frames.

    Returns:
        Shape (length,).
    """
    inside = distances[start : start + length - 1, 1]
    return torch.cat([inside, distances[start, length - 1 : length]])
