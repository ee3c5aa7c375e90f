"""Does going from the last frame to the first feel like any other step of the clip?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from ..frames import LEAST_SIDE, Absence, too_little, unmeasurable
from ..image_ops.flow import GreyPictures
from ..measure import Measure
from ..measurement import Measurement, Verdict
from ..perceptual.backend import Backend
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report, WorstFrame
from .clip_measurements import ClipMeasurements, measure_clip
from .colour import COMMON_PART, SEAM_COLOUR
from .hold import SEAM_HOLD, Rhythm, rhythm_of
from .loop_measures import MEASURES
from .motion import CONTINUITY, MOTION, NOTHING_MOVES
from .position import JUMPS, SEAM_POSITION
from .progress import part_of
from .velocity import SEAM_VELOCITY

SUBJECT = "loop"
LEAST_FRAMES = 4  # two steps beside the seam and one apart from it
LEAST_DRAWINGS = 3
MEASURED = 0.8  # of the work, as its progress shows it: until all but the flow is measured


@dataclass(frozen=True, eq=False)
class Seam:
    """A loop as it plays over its seam: the source of all that is measured of it.

    Attributes:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        measurements: of these frames.
        rhythm: how its drawings are held.
    """

    frames: torch.Tensor
    measurements: ClipMeasurements
    rhythm: Rhythm

    @property
    def drawings(self) -> list[int]:
        """First frame of each drawing as they play."""
        return self.rhythm.drawings

    @cached_property
    def pictures(self) -> GreyPictures:
        """The drawings as the optical flow wants them."""
        return self.measurements.pictures(self.drawings)

    @property
    def steps(self) -> torch.Tensor:
        """Distance of each drawing to the next by the backend, the seam's last."""
        return self.measurements.steps[self._leaving]

    @property
    def structural_steps(self) -> torch.Tensor:
        """The same in structural distance."""
        return self.measurements.in_colour[self._leaving]

    @property
    def two_steps(self) -> torch.Tensor:
        """Distances from the last but two to the last drawing, and from the first to the third."""
        third_last, last, first, third = (self.drawings[place] for place in (-3, -1, 0, 2))
        return self.measurements.between([third_last, first], [last, third])

    @property
    def _leaving(self) -> list[int]:
        """The frames whose steps lead from each drawing to the next; the seam's last.

        Where the seam cuts a drawing in two, the step out of that drawing stands for the seam's.
        """
        ends = [start - 1 for start in self.rhythm.pattern.drawings[1:]]
        return [*ends[1:], ends[0]] if self.rhythm.shared else [*ends, len(self.frames) - 1]


def score_loop(
    frames: torch.Tensor,
    fps: float,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Callable[[int, int], None] | None = None,
    measured: ClipMeasurements | None = None,
    measures: Sequence[Measure] = MEASURES,
) -> Report:
    """Score how well a clip closes into a loop.

    Each of these is required, and the score is that of the worst (a chain breaks at its weakest
    link); it passes where all do, which is from 50 on:

    - `seam_position`: how many of the clip's own steps wide the seam is (held frames removed);
    - `seam_velocity`: whether the motion turns back at the seam, or plays back and forth anywhere;
    - `seam_colour`: by how much more the mean colour jumps at the seam than anywhere else;
    - `seam_hold`: whether the drawings at the seam are held as long as the others;
    - `continuity`: whether there is motion to follow, or only grain;
    - `motion`: a frozen clip is no loop.

    `seam_sharpness` explains and judges nothing. Which frames are held, and whether anything
    moves, is told by the structural distance whatever the backend, and apart from changes of
    light: the drawings of a clip don't depend on who looks.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        backend: what measures the steps.
        report_progress: called with (frames done, frames in all); may raise to stop.
        measured: of these frames, where a search has measured them already.
        measures: `MEASURES`, as a profile wants them.

    Returns:
        A report of subject `loop`.
    """
    measures = [_by(backend, each) for each in measures]

    def nothing(absence: Absence) -> Report:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames), fps)

    absence = too_little(frames, LEAST_FRAMES, max(LEAST_SIDE, backend.least_side))
    if absence is not None:
        return nothing(absence)
    if measured is None:
        measured = measure_clip(frames, backend, part_of(report_progress, 0.0, MEASURED))
        report_progress = part_of(report_progress, MEASURED, 1.0)
        # What isn't finite shows in the steps, without a look for it beforehand.
        absence = None if measured.in_colour.isfinite().all() else unmeasurable(frames)
        if absence is not None:
            return nothing(absence)
    seam = Seam(frames, measured, rhythm_of(measured.moving))
    moving = next(each for each in measures if each.name == MOTION.name)
    moves = moving.measurement(moving.taken(seam))
    absence = _no_seam(moves, len(seam.drawings))
    if absence is not None:
        parts = [moves if each is moving else each.absent(absence) for each in measures]
        return Report(SUBJECT, tuple(parts), len(frames), fps)
    seam.pictures.prepare(report_progress)
    parts = [each.measurement(each.taken(seam)) for each in measures]
    cause = _cause({each.name: each for each in parts}, seam.rhythm)
    worst = WorstFrame(len(frames) - 1, cause.reason_code, cause.reason)
    return Report(SUBJECT, tuple(parts), len(frames), fps, worst)


def _by(backend: Backend, measure: Measure) -> Measure:
    return replace(measure, backend=backend.name) if measure.name == SEAM_POSITION.name else measure


def _no_seam(moves: Measurement, drawings: int) -> Absence | None:
    """Why a clip has no seam that could be measured, if so."""
    if moves.reason_code == NOTHING_MOVES:
        return Absence(NOTHING_MOVES)
    if drawings < LEAST_DRAWINGS:
        return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})
    return None


def _cause(parts: Mapping[str, Measurement], rhythm: Rhythm) -> Measurement:
    """What to name first: the fault that explains the others, or the position where there is none.

    A drift of light moves the picture far at the seam, a drawing held too long (on twos: on ones
    it is a frame that comes twice) stands still there, and in nothing but grain there is no seam.
    """
    position, colour, hold = (parts[each.name] for each in (SEAM_POSITION, SEAM_COLOUR, SEAM_HOLD))
    lit = colour.details["common_part"] >= COMMON_PART
    held = rhythm.pattern.typical > 1 and position.reason_code != JUMPS
    order = [
        parts[CONTINUITY.name],
        *([colour] if lit else []),
        *([hold] if held else []),
        position,
        parts[SEAM_VELOCITY.name],
        hold,
        colour,
    ]
    return next((each for each in order if each.verdict is Verdict.FAIL), position)
