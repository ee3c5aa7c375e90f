"""Does going from the last frame to the first feel like any other step of the clip?"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from ..frames import LEAST_SIDE, Absence, too_little, unmeasurable
from ..perceptual.backend import Backend
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..report import Measure, Measurement, Report, Verdict, WorstFrame
from .clip_measurements import ClipMeasurements, measure_clip
from .colour import COMMON_PART, SEAM_COLOUR, seam_colour
from .hold import SEAM_HOLD, Rhythm, rhythm_of, seam_hold
from .motion import CONTINUITY, MOTION, continuity, motion
from .position import SEAM_POSITION, seam_position
from .progress import part_of
from .sharpness import SEAM_SHARPNESS, seam_sharpness
from .velocity import SEAM_VELOCITY, seam_velocity

SUBJECT = "loop"
LEAST_FRAMES = 4  # two steps beside the seam and one apart from it
LEAST_DRAWINGS = 3
MEASURED = 0.8  # of the work, as its progress shows it: until all but the flow is measured

MEASURES = (
    SEAM_POSITION,
    SEAM_VELOCITY,
    SEAM_COLOUR,
    SEAM_HOLD,
    CONTINUITY,
    MOTION,
    SEAM_SHARPNESS,
)


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
    position, velocity, colour, hold, connected, moving, sharp = measures
    position = replace(position, backend=backend.name)
    seam = (position, velocity, colour, hold, connected)

    def nothing(absence: Absence) -> Report:
        parts = [measure.absent(absence) for measure in (*seam, moving, sharp)]
        return Report(SUBJECT, tuple(parts), len(frames), fps)

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
    rhythm = rhythm_of(measured.moving)
    drawings = rhythm.drawings
    moves = motion(measured.in_colour[_leaving(rhythm)][:-1], moving)
    absence = _no_seam(moves, len(drawings))
    if absence is not None:
        parts = [*(each.absent(absence) for each in seam), moves, sharp.absent(absence)]
        return Report(SUBJECT, tuple(parts), len(frames), fps)
    steps = measured.steps[_leaving(rhythm)]
    two_steps = measured.between([drawings[-3], drawings[0]], [drawings[-1], drawings[2]])
    pictures = measured.pictures(drawings)
    pictures.look(report_progress)
    parts = [
        seam_position(steps, two_steps, measured.steps, position),
        seam_velocity(pictures, velocity),
        seam_colour(frames, drawings, measured.colours, colour),
        seam_hold(rhythm, hold),
        continuity(pictures, connected),
        moves,
        seam_sharpness(measured.bends, drawings, sharp),
    ]
    cause = _cause(parts[:5], rhythm)
    worst = WorstFrame(len(frames) - 1, cause.reason_code, cause.reason)
    return Report(SUBJECT, tuple(parts), len(frames), fps, worst)


def _leaving(rhythm: Rhythm) -> list[int]:
    """The frames whose steps lead from each drawing to the next, as they play; the seam's last.

    Where the seam cuts a drawing in two, the step out of that drawing stands for the seam's.
    """
    ends = [start - 1 for start in rhythm.pattern.drawings[1:]]
    return [*ends[1:], ends[0]] if rhythm.shared else [*ends, rhythm.pattern.frames - 1]


def _no_seam(moves: Measurement, drawings: int) -> Absence | None:
    """Why a clip has no seam that could be measured, if so."""
    if moves.reason_code == "nothing_moves":
        return Absence("nothing_moves")
    if drawings < LEAST_DRAWINGS:
        return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})
    return None


def _cause(parts: Sequence[Measurement], rhythm: Rhythm) -> Measurement:
    """What to name first: the fault that explains the others, or the position where there is none.

    A drift of light moves the picture far at the seam, a drawing held too long (on twos: on ones
    it is a frame that comes twice) stands still there, and in nothing but grain there is no seam.
    """
    position, velocity, colour, hold, connected = parts
    lit = colour.details["common_part"] >= COMMON_PART
    held = rhythm.pattern.typical > 1 and position.reason_code != "seam_jump"
    order = [
        connected,
        *([colour] if lit else []),
        *([hold] if held else []),
        position,
        velocity,
        hold,
        colour,
    ]
    return next((each for each in order if each.verdict is Verdict.FAIL), position)
