"""Score of a loop: whether the step from its last frame to the first is like any other step."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import torch

from ..frames import LEAST_SIDE, Absence, too_little, unmeasurable
from ..image_ops.grey_clip import GreyPictures
from ..measure import Measure
from ..measurement import Measurement, Verdict
from ..perceptual.backend import Backend
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Report, WorstFrame
from ..rgb_frames import Frames
from .clip_measurements import ClipMeasurements, measure_clip
from .colour import COMMON_PART, SEAM_COLOUR
from .hold import SEAM_HOLD, Rhythm, rhythm_of
from .loop_measures import MEASURES
from .motion import CONTINUITY, MOTION, NOTHING_MOVES
from .position import JUMPS, NO_IN_BETWEENS, SEAM_POSITION
from .progress import part_of
from .seam_noise import repeats_first
from .sound_measures import NAMES as OF_SOUND
from .velocity import SEAM_VELOCITY

SUBJECT = "loop"
LEAST_FRAMES = 4  # two steps beside the seam, and one that does not touch it
LEAST_DRAWINGS = 3  # with fewer there are no two steps beside the seam
MEASURED = 0.8  # share of the work that is done, for the progress bar, before the flow is measured


@dataclass(frozen=True, eq=False)
class Seam:
    """Loop with its measurements, from which every loop measure computes its value.

    Attributes:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        measurements: measurements of these frames.
        rhythm: hold pattern of these frames.
    """

    frames: Frames
    measurements: ClipMeasurements
    rhythm: Rhythm

    @property
    def drawings(self) -> list[int]:
        """First frame of each drawing as they play."""
        return self.rhythm.drawings

    @cached_property
    def pictures(self) -> GreyPictures:
        """Drawings as the grey pictures that the optical flow reads."""
        return self.measurements.pictures(self.drawings)

    @property
    def steps(self) -> torch.Tensor:
        """Distance from each drawing to the next by the backend; the last one is the seam's."""
        return self.measurements.steps[self._last_frames]

    @property
    def structural_steps(self) -> torch.Tensor:
        """Structural distance from each drawing to the next; the last one is the seam's."""
        return self.measurements.structural_steps[self._last_frames]

    @property
    def two_steps(self) -> torch.Tensor:
        """Distances from the last but two to the last drawing, and from the first to the third."""
        third_last, last, first, third = (self.drawings[place] for place in (-3, -1, 0, 2))
        return self.measurements.between([third_last, first], [last, third])

    def without_noise(self) -> "Seam":
        """Return the seam without its step if that is compression noise between equal drawings."""
        if self.rhythm.split or not repeats_first(
            self.pictures, self.steps, self.measurements.between
        ):
            return self
        measurements = self.measurements.with_still_seam()
        return Seam(self.frames, measurements, rhythm_of(measurements.motion_steps))

    @property
    def _last_frames(self) -> list[int]:
        """Last frame of each drawing, from which a step leads to the next drawing.

        The frame before the seam comes last. If the seam cuts a drawing in two, the step out of
        that drawing counts as the seam's.
        """
        ends = [start - 1 for start in self.rhythm.pattern.drawings[1:]]
        return [*ends[1:], ends[0]] if self.rhythm.split else [*ends, len(self.frames) - 1]


def score_loop(
    frames: Frames,
    fps: float,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Callable[[int, int], None] | None = None,
    measurements: ClipMeasurements | None = None,
    measures: Sequence[Measure] = MEASURES,
) -> Report:
    """Score how well a clip closes into a loop.

    Each of these measures is required. The score is that of the worst one, and the clip passes if
    all pass, which is a score of at least 50:

    - `seam_position`: width of the seam in steps of the clip, without held frames;
    - `seam_velocity`: motion that turns back at the seam, or plays back and forth anywhere;
    - `seam_colour`: jump of light or colour at the seam, beyond the changes anywhere else;
    - `seam_hold`: drawings at the seam that are held longer or shorter than elsewhere;
    - `continuity`: continuous motion rather than grain or unrelated pictures;
    - `motion`: any motion at all, as a frozen clip is no loop.

    `seam_sharpness` only explains and does not affect the verdict. The structural distance decides
    which frames are held and whether anything moves, apart from changes of light, so that the
    drawings of a clip don't depend on the backend.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        backend: perceptual distance that measures the steps.
        report_progress: called with (frames done, all frames); may raise to stop.
        measurements: measurements of these frames, if a search has made them already.
        measures: `MEASURES` with the thresholds of a profile; those of sound are left out, and
            `sound_measures.with_sound` adds them.

    Returns:
        A report of the subject `loop`.

    Examples:
        A drawn loop passes. Without its last three frames its seam jumps.

        >>> from anime_production.models.sample.sample_clip import draw_clip
        >>> clip = draw_clip(16, 96, 96, period=16, character=0, seed=1)
        >>> score_loop(clip, fps=12).verdict.value
        'PASS'
        >>> report = score_loop(clip[:-3], fps=12)
        >>> report.verdict.value, report.worst.reason_code
        ('FAIL', 'seam_jump')
    """
    measures = [_with_backend(each, backend) for each in measures if each.name not in OF_SOUND]

    def unmeasured(absence: Absence) -> Report:
        parts = tuple(measure.absent(absence) for measure in measures)
        return Report(SUBJECT, parts, len(frames), fps)

    absence = too_little_for_a_seam(frames, backend)
    if absence is not None:
        return unmeasured(absence)
    if measurements is None:
        measurements = measure_clip(frames, backend, part_of(report_progress, 0.0, MEASURED))
        report_progress = part_of(report_progress, MEASURED, 1.0)
    # Values that aren't finite show in the steps, so the frames need no check beforehand.
    finite = measurements.structural_steps.isfinite().all()
    absence = None if finite else unmeasurable(frames)
    if absence is not None:
        return unmeasured(absence)
    seam = Seam(frames, measurements, rhythm_of(measurements.motion_steps))
    motion_measure = next(each for each in measures if each.name == MOTION.name)
    motion = motion_measure.measurement(motion_measure.evaluate(seam))
    absence = _seam_absence(motion, len(seam.drawings))
    if absence is not None:
        parts = [motion if each is motion_measure else each.absent(absence) for each in measures]
        return Report(SUBJECT, tuple(parts), len(frames), fps)
    seam.pictures.prepare(report_progress)
    seam = seam.without_noise()
    parts = [each.measurement(each.evaluate(seam)) for each in measures]
    cause = _main_cause({each.name: each for each in parts}, seam.rhythm)
    worst = WorstFrame(len(frames) - 1, cause.reason_code, cause.reason)
    return Report(SUBJECT, tuple(parts), len(frames), fps, worst)


def too_little_for_a_seam(frames: Frames, backend: Backend) -> Absence | None:
    """Return why a clip has too few frames or pixels to be scored, or None if it has enough."""
    return too_little(frames, LEAST_FRAMES, max(LEAST_SIDE, backend.least_side))


def _with_backend(measure: Measure, backend: Backend) -> Measure:
    """Return the measure with the backend's name if the backend measures it."""
    return replace(measure, backend=backend.name) if measure.name == SEAM_POSITION.name else measure


def _seam_absence(motion: Measurement, drawings: int) -> Absence | None:
    """Return the reason why a clip has no seam to measure, or None if it has one."""
    if motion.reason_code == NOTHING_MOVES:
        return Absence(NOTHING_MOVES)
    if drawings < LEAST_DRAWINGS:
        return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})
    return None


def _main_cause(parts: Mapping[str, Measurement], rhythm: Rhythm) -> Measurement:
    """Return the failed measurement that explains other failures, or the position if none fails.

    Grain has no seam at all, so continuity comes first. A drift of light also makes the seam wide.
    A drawing that is held too long also makes it narrow; on ones that is a repeated frame, which
    the position names better.
    """
    position, colour, hold = (parts[each.name] for each in (SEAM_POSITION, SEAM_COLOUR, SEAM_HOLD))
    light_changes = colour.details["common_part"] >= COMMON_PART
    jumps = position.reason_code in (JUMPS, NO_IN_BETWEENS)
    hold_explains = rhythm.pattern.typical > 1 and not jumps
    order = [
        parts[CONTINUITY.name],
        *([colour] if light_changes else []),
        *([hold] if hold_explains else []),
        position,
        parts[SEAM_VELOCITY.name],
        hold,
        colour,
    ]
    return next((each for each in order if each.verdict is Verdict.FAIL), position)
