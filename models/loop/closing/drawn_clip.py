"""A clip as a sequence of drawings, and a change made to it, for the methods that close a clip.

Every method works on drawings, not frames, and holds a new drawing as long as the clip holds its
own. The frames of one hold are equal, so blending them would change nothing. A new drawing that is
held for one frame would stand out among drawings that are held for two.
"""

from dataclasses import dataclass

import torch

from ...frames import as_frames
from ...holds import HoldPattern, hold_pattern
from ...image_ops.grey_clip import GreyPictures
from ...measure import Measure
from ...measurement import Better, Measurement
from ...perceptual.backend import Progress
from ...perceptual.structural import BACKEND
from ...sound.edits import Edit
from .measured_clip import MeasuredClip
from .recipe import Recipe, RecipeFrames, RecipePictures
from .shared_measurements import SharedMeasurements


@dataclass(frozen=True, eq=False)
class DrawnClip:
    """Clip and its drawings.

    Attributes:
        measured: the clip with its measurements.
        pattern: the clip's drawings and the time for which each is held.
        steps: structural distance from each drawing to the next, the last to the first, in ΔE;
            shape (drawings,).
    """

    measured: MeasuredClip
    pattern: HoldPattern
    steps: torch.Tensor

    @classmethod
    def from_images(cls, images: torch.Tensor) -> "DrawnClip":
        """Find the drawings of a clip.

        Args:
            images: a batch of images with finite values; at least one image.
        """
        frames = RecipeFrames(RecipePictures(Recipe.of_input(images)), as_frames(images))
        return cls.from_measured(MeasuredClip(frames, SharedMeasurements(frames)))

    @classmethod
    def from_measured(cls, measured: MeasuredClip) -> "DrawnClip":
        """Find the drawings of a clip that is measured."""
        steps = measured.measurements.structural_steps
        pattern = hold_pattern(measured.measurements.motion_steps[:-1])
        drawings = pattern.drawings
        if len(drawings) < len(steps):
            steps = measured.distances.structural_between(drawings, (*drawings[1:], drawings[0]))
        return cls(measured, pattern, steps)

    def __len__(self) -> int:
        return len(self.measured.frames)

    @property
    def recipe(self) -> Recipe:
        """Recipe of the clip."""
        return self.measured.recipe

    @property
    def frames(self) -> RecipeFrames:
        """Frames of the clip as RGB."""
        return self.measured.frames

    @property
    def drawings(self) -> tuple[int, ...]:
        """Index of the first frame of every drawing."""
        return self.pattern.drawings

    @property
    def ends(self) -> tuple[int, ...]:
        """Index after the last frame of every drawing."""
        return (*self.pattern.drawings[1:], self.pattern.frames)

    @property
    def pictures(self) -> GreyPictures:
        """Drawings as the grey pictures that the optical flow reads."""
        return self.measured.measurements.pictures(list(self.drawings))

    def distances(self, report_progress: Progress = None) -> torch.Tensor:
        """Return the structural distance of each drawing to each later one.

        Args:
            report_progress: called with (work done, all work); may raise to stop.

        Returns:
            ΔE by first and second drawing, shape (drawings, drawings); infinite if the second
            comes before the first.
        """
        return self.measured.distances.all_pairs(self.drawings, report_progress)

    def drawings_in(self, frames: int) -> int:
        """Return the number of drawings that usually fill a number of frames; at least 1."""
        return max(1, round(frames / self.pattern.typical))


@dataclass(frozen=True)
class Change:
    """Change of a clip by one method, with the notes of that method.

    Attributes:
        recipe: recipe of the changed clip.
        notes: measurements that say how much the method changed; none of them is required.
        edit: what the method did to the frames, for the clip's sound; None if all stay in place.
    """

    recipe: Recipe
    notes: tuple[Measurement, ...]
    edit: Edit | None = None


def note(name: str, unit: str, most: float) -> Measure:
    """Return a measure without a threshold, by which a method reports how much it changed.

    Args:
        name: name of the method.
        unit: unit of the amount of change.
        most: upper end of the scale.
    """
    code = f"closing_{name}"
    return Measure(code, unit, Better.LOWER, 0.0, most, BACKEND, passes=code)
