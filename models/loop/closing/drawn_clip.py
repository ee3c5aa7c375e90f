"""A clip as a sequence of drawings, and a change made to it, for the methods that close a clip.

Every method works on drawings, not frames, and holds a new drawing as long as the clip holds its
own. The frames of one hold are equal, so blending them would change nothing. A new drawing that is
held for one frame would stand out among drawings that are held for two.
"""

from dataclasses import dataclass

import torch

from ...frames import as_frames
from ...holds import HoldPattern, hold_pattern, without_light
from ...measure import Measure
from ...measurement import Better, Measurement
from ...perceptual.structural import BACKEND, STRUCTURAL_BACKEND
from ...rgb_frames import Frames


@dataclass(frozen=True)
class DrawnClip:
    """Clip and its drawings.

    Attributes:
        images: unchanged input images with their alpha, shape (frames, height, width, channels).
        frames: the images as RGB in 0–1, shape (frames, height, width, 3).
        pattern: the clip's drawings and the time for which each is held.
        steps: structural distance from each drawing to the next, the last to the first, in ΔE;
            shape (drawings,).
    """

    images: torch.Tensor
    frames: Frames
    pattern: HoldPattern
    steps: torch.Tensor

    @classmethod
    def from_images(cls, images: torch.Tensor) -> "DrawnClip":
        """Find the drawings of a clip.

        Args:
            images: a batch of images with finite values; at least one image.
        """
        frames = as_frames(images)
        steps = STRUCTURAL_BACKEND.steps(frames)
        pattern = hold_pattern(without_light(frames, steps)[:-1])
        if len(pattern.drawings) < len(frames):
            steps = STRUCTURAL_BACKEND.steps(frames[list(pattern.drawings)])
        return cls(images, frames, pattern, steps.cpu())

    @property
    def drawings(self) -> tuple[int, ...]:
        """Index of the first frame of every drawing."""
        return self.pattern.drawings

    @property
    def ends(self) -> tuple[int, ...]:
        """Index after the last frame of every drawing."""
        return (*self.pattern.drawings[1:], self.pattern.frames)

    def distances(self) -> torch.Tensor:
        """Return the structural distance of each drawing to each later one.

        Returns:
            ΔE by first and second drawing, shape (drawings, drawings); infinite if the second
            comes before the first.
        """
        count = len(self.drawings)
        band = STRUCTURAL_BACKEND.band(self.frames[list(self.drawings)], count - 1).cpu()
        gaps = torch.arange(count)[None] - torch.arange(count)[:, None]
        return band.gather(1, gaps.clamp(min=0)).where(gaps >= 0, torch.inf)

    def drawings_in(self, frames: int) -> int:
        """Return the number of drawings that usually fill a number of frames; at least 1."""
        return max(1, round(frames / self.pattern.typical))


@dataclass(frozen=True)
class Change:
    """Clip after one method, with the notes of that method.

    Attributes:
        images: the changed clip, with as many channels as before.
        notes: measurements that say how much the method changed; none of them is required.
    """

    images: torch.Tensor
    notes: tuple[Measurement, ...]


def note(name: str, unit: str, most: float) -> Measure:
    """Return a measure without a threshold, by which a method reports how much it changed.

    Args:
        name: name of the method.
        unit: unit of the amount of change.
        most: upper end of the scale.
    """
    code = f"closing_{name}"
    return Measure(code, unit, Better.LOWER, 0.0, most, BACKEND, passes=code)
