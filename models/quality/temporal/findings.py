"""Results of the pass over a clip, from which the temporal measures are computed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from ...frames import Absence
from ...holds import HoldPattern
from ...measure import Value, short
from .clip_steps import ClipSteps
from .light import Light, flashes, scene_light
from .step_flow import NOTHING_TO_FOLLOW


@dataclass(frozen=True)
class Findings:
    """Results of the pass over a clip, from which the temporal measures are computed.

    Attributes:
        clip_steps: measurements along the drawings, at least 3 of them.
        pattern: hold pattern of the clip.
        scenes: places of each scene's drawings among the drawings of the clip.
        differences: difference of each drawing but the first from the one before it, ΔE.
        fps: frames per second.
    """

    clip_steps: ClipSteps
    pattern: HoldPattern
    scenes: list[range]
    differences: list[float]
    fps: float

    @cached_property
    def lights(self) -> list[tuple[Light, np.ndarray]]:
        """Light of each scene, and the result of `flashes` for it."""
        lights = [scene_light(self.clip_steps, scene) for scene in self.scenes]
        return [(light, flashes(light)) for light in lights]

    @cached_property
    def flash_shares(self) -> np.ndarray:
        """Strength with which each drawing of the clip flashes; see `flashes`."""
        return np.concatenate([flash_shares for _, flash_shares in self.lights])

    def median_value(
        self, values: Sequence[float | None], scale: float, absence: str = NOTHING_TO_FOLLOW
    ) -> Value | Absence:
        """Return the median over the drawings, if at least half of them have a value.

        The first and the last drawing of each scene don't count for the half.

        Args:
            values: value of each drawing, None where it couldn't be measured.
            scale: factor that converts the values to the unit of the measure.
            absence: code of the reason if too few drawings have a value.
        """
        scaled = [None if each is None else each * scale for each in values]
        measured = [each for each in scaled if each is not None]
        inner_drawings = sum(triplet is not None for triplet in self.clip_steps.triplets)
        if not measured or len(measured) < inner_drawings / 2:
            return Absence(absence, counts=False)
        number = median(measured)
        facts = {"value": short(number)}
        return Value(number, facts, per_frame=self.pattern.along_frames(scaled))
