"""A clip as the drawings that it is made of, and a change made to it.

Every method works on drawings and holds what it makes as long as the clip holds its own: a blend
of two frames of one hold would be no blend, and a drawing on ones among drawings on twos is seen.
"""

from dataclasses import dataclass

import torch

from ...frames import as_frames
from ...holds import HoldPattern, hold_pattern, without_light
from ...measure import Measure
from ...measurement import Better, Measurement
from ...perceptual.structural import BACKEND, STRUCTURAL_BACKEND


@dataclass(frozen=True)
class Drawn:
    """A clip and its drawings.

    Attributes:
        images: as they came, shape (frames, height, width, channels), alpha and all.
        frames: the same as RGB in 0–1.
        pattern: which frames were drawn and which are held.
        steps: structural distance of each drawing to the next, the last to the first; ΔE.
    """

    images: torch.Tensor
    frames: torch.Tensor
    pattern: HoldPattern
    steps: torch.Tensor

    @classmethod
    def of(cls, images: torch.Tensor) -> "Drawn":
        """The drawings of a clip.

        Args:
            images: a batch of images, finite; at least one.
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
        """Structural distance of each drawing to each later one, else infinite; ΔE, square."""
        count = len(self.drawings)
        band = STRUCTURAL_BACKEND.band(self.frames[list(self.drawings)], count - 1).cpu()
        gaps = torch.arange(count)[None] - torch.arange(count)[:, None]
        return band.gather(1, gaps.clamp(min=0)).where(gaps >= 0, torch.inf)

    def drawn_in(self, frames: int) -> int:
        """How many of the clip's drawings are shown in so many frames; at least one."""
        return max(1, round(frames / self.pattern.typical))


@dataclass(frozen=True)
class Change:
    """A clip after one method, and what the method did.

    Attributes:
        images: the changed clip, with as many channels as before.
        notes: what was done, as measurements that judge nothing.
    """

    images: torch.Tensor
    notes: tuple[Measurement, ...]


def note(name: str, unit: str, most: float) -> Measure:
    """Return the measure by which a method reports how much it changed; neither good nor bad.

    Args:
        name: the method's.
        unit: of how much.
        most: the scale's upper end.
    """
    code = f"closing_{name}"
    return Measure(code, unit, Better.LOWER, 0.0, most, BACKEND, passes=code)
