"""Does going from the last frame to the first feel like any other step of the clip?"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from ..frames import LEAST_SIDE, Absence, unmeasurable
from ..perceptual.backend import Backend
from ..perceptual.structural import STRUCTURAL_BACKEND
from ..pixels.flow import GreyPictures
from ..report import Measurement, Report, Verdict, WorstFrame
from .colour import COMMON_PART, SEAM_COLOUR, seam_colour
from .hold import SEAM_HOLD, Rhythm, rhythm_of, seam_hold
from .motion import CONTINUITY, MOTION, continuity, motion
from .position import SEAM_POSITION, seam_position
from .velocity import SEAM_VELOCITY, seam_velocity

LEAST_FRAMES = 4  # two steps beside the seam and one apart from it
LEAST_DRAWINGS = 3


def score_loop(
    frames: torch.Tensor,
    fps: float,
    backend: Backend = STRUCTURAL_BACKEND,
    report_progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Score how well a clip closes into a loop.

    All measurements are required, and the score is that of the worst:

    - `seam_position`: the seam's distance in steps of its neighbours (held frames removed);
    - `seam_velocity`: whether the motion turns back at the seam;
    - `seam_colour`: by how much more the mean colour jumps at the seam than anywhere else;
    - `seam_hold`: whether the drawings at the seam are held as long as the others;
    - `continuity`: whether there is motion to follow, or only grain (from 8 drawings on);
    - `motion`: a frozen clip is no loop.

    Which frames are held, and whether anything moves, is told by the structural distance whatever
    the backend: the drawings of a clip don't depend on who looks.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        backend: what measures the steps.
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        A report of subject `loop`.
    """
    position = replace(SEAM_POSITION, backend=backend.name)
    seam = (position, SEAM_VELOCITY, SEAM_COLOUR, SEAM_HOLD, CONTINUITY)
    absence = unmeasurable(frames, LEAST_FRAMES, max(LEAST_SIDE, backend.least_side))
    if absence is not None:
        parts = [measure.absent(absence) for measure in (*seam, MOTION)]
        return Report("loop", tuple(parts), len(frames), fps)
    all_steps = backend.steps(frames, report_progress).cpu()
    in_colour = all_steps
    if backend.name != STRUCTURAL_BACKEND.name:
        in_colour = STRUCTURAL_BACKEND.steps(frames, report_progress).cpu()
    rhythm = rhythm_of(in_colour)
    moves = motion(in_colour[_leaving(rhythm)][:-1])
    absence = _no_seam(moves, len(rhythm.drawings))
    if absence is not None:
        parts = [*(measure.absent(absence) for measure in seam), moves]
        return Report("loop", tuple(parts), len(frames), fps)
    steps = all_steps[_leaving(rhythm)]
    pictures = GreyPictures(frames, rhythm.drawings)
    parts = [
        seam_position(steps, all_steps, position),
        seam_velocity(pictures),
        seam_colour(frames, rhythm.drawings),
        seam_hold(rhythm),
        continuity(pictures),
        moves,
    ]
    cause = _cause(parts[:5], rhythm)
    worst = WorstFrame(len(frames) - 1, cause.reason_code, cause.reason)
    return Report("loop", tuple(parts), len(frames), fps, worst)


def _leaving(rhythm: Rhythm) -> list[int]:
    """The frames whose steps lead from each drawing to the next, as they play; the seam's last.

    Where the seam cuts a drawing in two, the step out of that drawing stands for the seam's.
    """
    ends = [start - 1 for start in rhythm.pattern.drawings[1:]]
    return [*ends[1:], ends[0]] if rhythm.shared else [*ends, rhythm.pattern.frames - 1]


def _no_seam(moves: Measurement, drawings: int) -> Absence | None:
    """Why a clip has no seam that could be measured, if so."""
    if moves.verdict is Verdict.FAIL:
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
