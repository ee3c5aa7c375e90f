"""Does going from the last frame to the first feel like any other step of the clip?"""

from collections.abc import Callable

import torch

from ..frames import Absence, unmeasurable
from ..holds import STILL, hold_pattern
from ..perceptual.structural import BACKEND, step_distances, structural_features
from ..pixels.colour import mean_colours
from ..report import Better, Measure, Measurement, Report, Verdict, WorstFrame

LEAST_FRAMES = 4  # two steps beside the seam and one apart from it
LEAST_DRAWINGS = 3

# A seam may differ from its neighbours as much as the steps of lively motion differ from one
# another. Below the band the last frame nearly repeats the first (a stutter), above it a jump.
SEAM_BAND = (0.5, 1.6)
LARGEST_SEAM = 10.0
PREVIEW_FRAMES = 4
# Added to both sides of the ratio, as a share of the clip's usual step: where the motion rests at
# the seam, a tiny step over a tinier one is no jump.
REST = 0.15

# ΔE (CIE 1976) of the picture's mean colour; 2.3 is a just noticeable difference of two patches
# (Mahy et al. 1994), and a whole picture that flashes by half of it at every turn is seen.
SEAM_COLOUR_LIMIT = 1.2
LARGEST_COLOUR = 12.0

# How lively a loop is makes it no better: what clearly moves has the whole score.
CLEAR_MOTION = 4 * STILL

SEAM_POSITION = Measure(
    "seam_position",
    unit="steps",
    better=Better.BAND,
    low=0.0,
    high=LARGEST_SEAM,
    backend=BACKEND,
    threshold=SEAM_BAND,
    required=True,
)
SEAM_COLOUR = Measure(
    "seam_colour",
    unit="ΔE",
    better=Better.LOWER,
    low=0.0,
    high=LARGEST_COLOUR,
    backend=BACKEND,
    threshold=SEAM_COLOUR_LIMIT,
    required=True,
)
MOTION = Measure(
    "motion",
    unit="ΔE",
    better=Better.HIGHER,
    low=0.0,
    high=CLEAR_MOTION,
    backend=BACKEND,
    threshold=STILL,
    required=True,
)


def score_loop(
    frames: torch.Tensor, fps: float, report_progress: Callable[[int, int], None] | None = None
) -> Report:
    """Score how well a clip closes into a loop.

    Three measurements, all required: `seam_position`, the seam's distance in steps of its
    neighbours (held frames removed); `seam_colour`, by how much more the mean colour jumps at the
    seam than anywhere else; `motion`, since a frozen clip is no loop. The score is that of the
    worst.

    Source of the idea that a seam should look like a step, not like zero: Schödl et al., Video
    Textures, SIGGRAPH 2000, which scores a jump by what would have come next.

    Args:
        frames: RGB in 0–1, shape (frames, height, width, 3).
        fps: frames per second.
        report_progress: called with (frames done, frames in all); may raise to stop.

    Returns:
        A report of subject `loop`.
    """
    absence = unmeasurable(frames, LEAST_FRAMES)
    if absence is not None:
        parts = [measure.absent(absence) for measure in (SEAM_POSITION, SEAM_COLOUR, MOTION)]
        return Report("loop", tuple(parts), len(frames), fps)
    features = structural_features(frames, report_progress)
    all_steps = step_distances(features)
    drawings = list(hold_pattern(all_steps[:-1]).drawings)
    steps = step_distances(features[drawings])
    motion = _motion(steps[:-1])
    absence = _no_seam(motion, len(drawings))
    if absence is not None:
        parts = [SEAM_POSITION.absent(absence), SEAM_COLOUR.absent(absence), motion]
        return Report("loop", tuple(parts), len(frames), fps)
    position = _position(steps, all_steps)
    colour = _colour(mean_colours(frames)[drawings])
    only_colour = position.verdict is Verdict.PASS and colour.verdict is Verdict.FAIL
    cause = colour if only_colour else position
    worst = WorstFrame(len(frames) - 1, cause.reason_code, cause.reason)
    return Report("loop", (position, colour, motion), len(frames), fps, worst)


def _no_seam(motion: Measurement, drawings: int) -> Absence | None:
    """Why a clip has no seam that could be measured, if so."""
    if motion.verdict is Verdict.FAIL:
        return Absence("nothing_moves")
    if drawings < LEAST_DRAWINGS:
        return Absence("too_few_drawings", {"drawings": drawings, "least": LEAST_DRAWINGS})
    return None


def seam_ratio(steps: torch.Tensor) -> float:
    """The seam's step over the steps beside it.

    Args:
        steps: from each drawing to the next, the seam's last; shape (drawings,), at least 3.

    Returns:
        1 for a seam like its neighbours, near 0 for a repeated frame, 2 for a jump of two steps.
    """
    rest = REST * steps[:-1].median()
    beside = (steps[0] + steps[-2]) / 2
    return ((steps[-1] + rest) / (beside + rest)).item()


def around_seam(frames: torch.Tensor) -> torch.Tensor:
    """The frames around the seam in the order in which they play.

    Args:
        frames: shape (frames, height, width, channels).

    Returns:
        The last frames, then the first ones: up to `PREVIEW_FRAMES` of each side.
    """
    beside = min(PREVIEW_FRAMES, len(frames) // 2)
    return torch.cat([frames[len(frames) - beside :], frames[:beside]]) if beside else frames


def _position(steps: torch.Tensor, all_steps: torch.Tensor) -> Measurement:
    ratio = seam_ratio(steps)
    lowest, highest = SEAM_BAND
    code = "seam_stutter" if ratio < lowest else "seam_jump" if ratio > highest else "seam"
    usual = steps[:-1].median().item()
    return SEAM_POSITION.measured(
        ratio,
        code,
        {"steps": round(ratio, 2)},
        per_frame=(all_steps / usual).tolist(),
        details={"drawings": len(steps), "usual_step": usual},
    )


def _colour(colours: torch.Tensor) -> Measurement:
    steps = step_distances(colours)
    beyond = max(0.0, (steps[-1] - steps[:-1].max()).item())
    code = "seam_colour_jump" if beyond > SEAM_COLOUR_LIMIT else "seam_colour"
    return SEAM_COLOUR.measured(beyond, code, {"difference": round(beyond, 2)})


def _motion(steps: torch.Tensor) -> Measurement:
    usual = steps.median().item() if len(steps) else 0.0
    code = "motion" if usual >= STILL else "nothing_moves"
    return MOTION.measured(usual, code, {"step": round(usual, 2)})
