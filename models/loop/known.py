"""Steps of a loop that a search has measured already: no frame is looked at twice."""

import torch

from ..perceptual.backend import Backend, Progress


class Known:
    """A backend that knows the steps of one loop; all else it asks the backend that it stands for.

    Attributes: as those of `Backend`.
    """

    def __init__(self, backend: Backend, steps: torch.Tensor) -> None:
        """Know some steps.

        Args:
            backend: what measured them.
            steps: from each frame of the loop to the next, the last to the first.
        """
        self.name, self.unit = backend.name, backend.unit
        self.still, self.least_side = backend.still, backend.least_side
        self._backend, self._steps = backend, steps

    def steps(self, frames: torch.Tensor, report_progress: Progress = None) -> torch.Tensor:
        """The steps that are known; `frames` must be the loop."""
        assert len(frames) == len(self._steps)
        if report_progress is not None:
            report_progress(len(frames), len(frames))
        return self._steps

    def between(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        """See `Backend`."""
        return self._backend.between(first, second)

    def band(
        self, frames: torch.Tensor, widest: int, report_progress: Progress = None
    ) -> torch.Tensor:
        """See `Backend`."""
        return self._backend.band(frames, widest, report_progress)


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
