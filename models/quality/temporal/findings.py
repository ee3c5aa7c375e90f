"""What a walk over a clip found, which the measures of a clip over time are made from."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

import numpy as np

from ...frames import Absence
from ...holds import HoldPattern
from ...measure import Value, short
from .clip_steps import NOTHING_TO_FOLLOW, Walk
from .light import Light, flashes, light_of


@dataclass(frozen=True)
class Findings:
    """All that the measures of a clip over time are made from.

    Attributes:
        walk: along the drawings, at least 3.
        pattern: how they are held.
        scenes: the drawings of each.
        motion: from each drawing to the next, ΔE.
        fps: frames per second.
    """

    walk: Walk
    pattern: HoldPattern
    scenes: list[range]
    motion: list[float]
    fps: float

    @cached_property
    def lights(self) -> list[tuple[Light, np.ndarray]]:
        """The light of each scene, and how far each of its drawings flashes."""
        lights = [light_of(self.walk, scene) for scene in self.scenes]
        return [(light, flashes(light)) for light in lights]

    def usual(
        self, values: Sequence[float | None], scale: float, absence: str = NOTHING_TO_FOLLOW
    ) -> Value | Absence:
        """Return the median over the drawings.

        What can be told of fewer than half of the drawings is no usual value.

        Args:
            values: of each drawing, None where it can't be told.
            scale: factor to the measure's unit.
            absence: reason where there is no usual value.
        """
        known = [each * scale for each in values if each is not None]
        looked_at = sum(each is not None for each in self.walk.passages)
        if not known or len(known) < looked_at / 2:
            return Absence(absence, counts=False)
        number = median(known)
        scaled = [None if each is None else each * scale for each in values]
        facts = {"value": short(number)}
        return Value(number, facts, per_frame=self.pattern.along_frames(scaled))
