"""Measure of a loop's seam: the step from the last frame to the first, in the clip's own steps."""

import numpy as np
import torch

from ..image_ops.grey_clip import GreyPictures
from ..measure import Measure, Value, short
from ..measurement import Better
from ..perceptual.structural import BACKEND
from .in_betweens import missing_in_betweens

# A seam may differ from the steps beside it as much as the steps of lively motion differ from one
# another: to less than half where a swing turns between two drawings. Below the band the last frame
# nearly repeats the first (a stutter). Above it the seam jumps: with one drawing missing it is two
# steps wide.
SEAM_BAND = (0.4, 1.75)
LARGEST_SEAM = 6.0  # bad end of the scale: a jump over six drawings
# Added to the numerator and the denominator of the ratio, as a share of the clip's usual step.
# Without it, a seam at which the motion rests would be a jump: a tiny step divided by a tinier one.
REST = 0.15
# Limits of the exponent by which distances grow with motion. It is 1 if twice the motion gives
# twice the distance (2 for a squared distance), and less if pictures are so far apart that they
# hardly differ more. A smaller measured exponent is only noise, in which two steps look no larger
# than one, so it says nothing about larger distances.
LEAST_GROWTH, MOST_GROWTH = 0.6, 2.0
# A seam is wider than the steps beside it from this ratio on. With one in-between missing it was
# 1.19 and more in 104 of 108 interpolated loops; in the others the loop's own step there is half as
# large as those beside it. A loop whose period isn't a whole number of its original drawings also
# has one in-between too few at its seam, which is even, though: 1.13 at most.
WIDER = 1.15
# A seam that lacks n in-betweens is n + 1 steps wide. If it is this many times wider, it jumps too,
# and that is the cause. In 45 interpolated loops it was at most 1.4 times wider.
MOST_MISSING = 2.0
# Changes that motion doesn't explain, at the seam as a multiple of those inside the clip. In loops
# started at any frame it was at most 1.4, in generated clips that don't loop at least 1.5. In waves
# that move by a good part of their length with each drawing, any two drawings are about equally far
# apart, and only this tells that the seam joins two unrelated ones (1.7 to 7).
UNFOLLOWED = 1.5
# Exponent that turns this multiple into steps, so that it is at the limit of the step's width.
TO_STEPS = 1.4
# Of the changes inside, this quantile is compared: a blink is not followed either.
INSIDE = 0.9
MOST_INSIDE = 16  # steps inside that are measured, evenly spread
ROUGH = 4.0  # squared grey levels; below this a change is compression noise
# Fewest drawings from which a clip's own unevenness is computed; in fewer, one blink would decide.
LEAST_UNEVEN = 16

JUMPS = "seam_jump"
STUTTERS = "seam_stutter"
NO_IN_BETWEENS = "seam_without_in_betweens"


def seam_ratio(steps: torch.Tensor, two_steps: torch.Tensor) -> float:
    """Return the width of the seam in steps of the clip.

    This is the ratio of the distance across the seam to the distances beside it. A ratio above 1
    is divided by the unevenness of the clip's other steps. It is then converted to steps, because
    distances grow ever more slowly as things move further: the distances over two steps beside the
    seam show by which exponent. Below one step the distance is proportional to the motion.

    Args:
        steps: distance from each drawing to the next, shape (drawings,), at least 3 drawings; the
            last one is the seam's.
        two_steps: distances from the last but two to the last drawing, and from the first to the
            third.

    Returns:
        1 for a seam like its neighbours, near 0 for a repeated frame, 2 if one drawing is missing.
    """
    offset = REST * steps[:-1].median()
    beside = (steps[0] + steps[-2]) / 2
    ratio = (steps[-1] + offset) / (beside + offset)
    if ratio <= 1:
        return ratio.item()
    corrected_ratio = max(1.0, (ratio / _unevenness(steps[:-1], offset)).item())
    return corrected_ratio ** (1 / _growth(steps, two_steps))


def _unevenness(inside: torch.Tensor, offset: torch.Tensor) -> float:
    """Return the factor by which a step differs from those beside it on average, at least 1."""
    if len(inside) < LEAST_UNEVEN - 1:
        return 1.0
    ratios = (inside[1:-1] + offset) / ((inside[2:] + inside[:-2]) / 2 + offset)
    return ratios.clamp(min=1e-6).log().abs().mean().exp().item()


def _growth(steps: torch.Tensor, two_steps: torch.Tensor) -> float:
    """Return the exponent by which distances grow with motion, from one and two steps."""
    one_step = (steps[0] + steps[1] + steps[-2] + steps[-3]) / 4
    growth = (two_steps.mean() / one_step.clamp(min=1e-9)).clamp(min=1.0).log2().item()
    return min(max(growth, LEAST_GROWTH), MOST_GROWTH)


def unfollowed_change(pictures: GreyPictures) -> float:
    """Return the change at the seam that motion doesn't explain, as a multiple of that inside.

    What the optical flow can't follow is a change of another kind: another pose, or other waves.
    Source: the residual of motion compensation in video codecs, and of Lai et al., Learning Blind
    Video Temporal Consistency, ECCV 2018, which scores flicker by it.

    Args:
        pictures: one of each drawing, in the order in which they play, at least 3.
    """
    last = len(pictures) - 1
    seam = (pictures.unexplained(last, 0) + pictures.unexplained(0, last)) / 2
    places = {0, last - 1, *pictures.spread(MOST_INSIDE)} - {last}
    inside = [pictures.unexplained(place, place + 1) for place in places]
    return float(((seam + ROUGH) / (np.quantile(inside, INSIDE) + ROUGH)) ** 0.5)


def seam_position(
    steps: torch.Tensor,
    two_steps: torch.Tensor,
    all_steps: torch.Tensor,
    pictures: GreyPictures | None = None,
) -> Value:
    """Measure the width of the seam in steps of the clip.

    The idea that a seam should look like a step, not like zero, is from Schödl et al., Video
    Textures, SIGGRAPH 2000, which scores a jump by the frame that would have come next.

    A seam that is wider than a step counts as wider still in two cases that its distance may hide:
    if the clip has in-betweens everywhere but there, and if motion doesn't explain its change.

    Args:
        steps: steps between drawings, as for `seam_ratio`.
        two_steps: distances over two steps beside the seam, as for `seam_ratio`.
        all_steps: distance from each frame to the next, held frames included; the last one is the
            seam's.
        pictures: one of each drawing, in the order in which they play; None to judge by the
            distances alone.

    Returns:
        The width of the seam. `per_frame` holds all steps in units of the clip's median step, and
        the width itself at the seam, so that the curve and the measurement show one number.
    """
    ratio = seam_ratio(steps, two_steps)
    failing = STUTTERS if ratio < 1 else JUMPS
    details = {"drawings": len(steps), "usual_step": steps[:-1].median().item()}
    if pictures is not None:
        missing, unfollowed = missing_in_betweens(pictures), unfollowed_change(pictures)
        details |= {"missing_in_betweens": missing, "unfollowed_change": unfollowed}
        if missing and ratio > WIDER:
            failing = NO_IN_BETWEENS if ratio < MOST_MISSING * (1 + missing) else JUMPS
            ratio = max(ratio, 1.0 + missing)
        if ratio > 1 and unfollowed > UNFOLLOWED:
            ratio = max(ratio, unfollowed**TO_STEPS)
    return Value(
        ratio,
        {"steps": short(ratio)},
        failing=failing,
        per_frame=[*(all_steps[:-1] / max(details["usual_step"], 1e-9)).tolist(), ratio],
        details=details,
    )


SEAM_POSITION = Measure(
    "seam_position",
    unit="steps",
    better=Better.BAND,
    high=LARGEST_SEAM,
    backend=BACKEND,  # a report names the backend that measured the steps
    threshold=SEAM_BAND,
    required=True,
    answers_to="Size of the step from the last drawing to the first, in steps of the clip. More "
    "than 1 is a jump, less a stutter",
    function=lambda seam: seam_position(
        seam.steps, seam.two_steps, seam.measurements.steps, seam.pictures
    ),
    passes="seam",
    reasons=(JUMPS, STUTTERS, NO_IN_BETWEENS),
)
