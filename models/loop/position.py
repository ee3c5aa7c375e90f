"""How far it is from the last frame to the first, in the clip's own steps."""

import torch

from ..measure import Measure, Value, short
from ..measurement import Better
from ..perceptual.structural import BACKEND

# A seam may differ from its neighbours as much as the steps of lively motion differ from one
# another: less than half where a swing turns between two drawings. Below the band the last frame
# nearly repeats the first (a stutter), above it a jump: with one drawing missing it is two steps.
SEAM_BAND = (0.4, 1.75)
LARGEST_SEAM = 10.0
# Added to both sides of the ratio, as a share of the clip's usual step: where the motion rests at
# the seam, a tiny step over a tinier one is no jump.
REST = 0.15
# How distances grow with motion, as an exponent: 1 where twice as far looks twice as different
# (2 for a squared distance), less where pictures are so far apart that they hardly differ more.
# Below the least, two steps differ as little as one by noise, and say nothing of what is far.
LEAST_GROWTH, MOST_GROWTH = 0.6, 2.0
# Drawings from which on a clip's own unevenness is known: among fewer, one blink would decide it.
LEAST_UNEVEN = 16

JUMPS = "seam_jump"
STUTTERS = "seam_stutter"


def seam_ratio(steps: torch.Tensor, two_steps: torch.Tensor) -> float:
    """How many steps wide the seam is.

    The distance across the seam over those beside it, less the unevenness that the clip has
    anywhere; and, as pictures differ less and less the further things move, brought to steps by
    what two steps beside the seam differ by. Closer than a step they differ in proportion.

    Args:
        steps: from each drawing to the next, the seam's last; shape (drawings,), at least 3.
        two_steps: from the last but two to the last drawing, and from the first to the third.

    Returns:
        1 for a seam like its neighbours, near 0 for a repeated frame, 2 where one is missing.
    """
    rest = REST * steps[:-1].median()
    beside = (steps[0] + steps[-2]) / 2
    ratio = (steps[-1] + rest) / (beside + rest)
    if ratio <= 1:
        return ratio.item()
    even = max(1.0, (ratio / _unevenness(steps[:-1], rest)).item())
    return even ** (1 / _growth(steps, two_steps))


def _unevenness(inside: torch.Tensor, rest: torch.Tensor) -> float:
    """By which factor a step differs from those beside it, on average."""
    if len(inside) < LEAST_UNEVEN - 1:
        return 1.0
    ratios = (inside[1:-1] + rest) / ((inside[2:] + inside[:-2]) / 2 + rest)
    return ratios.clamp(min=1e-6).log().abs().mean().exp().item()


def _growth(steps: torch.Tensor, two_steps: torch.Tensor) -> float:
    """The exponent of the distances beside the seam, by those of one step and of two."""
    one = (steps[0] + steps[1] + steps[-2] + steps[-3]) / 4
    growth = (two_steps.mean() / one.clamp(min=1e-9)).clamp(min=1.0).log2().item()
    return min(max(growth, LEAST_GROWTH), MOST_GROWTH)


def seam_position(steps: torch.Tensor, two_steps: torch.Tensor, all_steps: torch.Tensor) -> Value:
    """Measure how like the steps beside it the seam's step is.

    Source of the idea that a seam should look like a step, not like zero: Schödl et al., Video
    Textures, SIGGRAPH 2000, which scores a jump by what would have come next.

    Args:
        steps, two_steps: as those of `seam_ratio`.
        all_steps: from each frame to the next, held ones too, the seam's last; for the curve.

    Returns:
        The ratio; its `per_frame` are all steps in the clip's usual one, and the ratio itself at
        the seam, so that the curve and the measurement show one number.
    """
    ratio = seam_ratio(steps, two_steps)
    usual = steps[:-1].median().item()
    return Value(
        ratio,
        {"steps": short(ratio)},
        failing=STUTTERS if ratio < 1 else JUMPS,
        per_frame=[*(all_steps[:-1] / max(usual, 1e-9)).tolist(), ratio],
        details={"drawings": len(steps), "usual_step": usual},
    )


SEAM_POSITION = Measure(
    "seam_position",
    unit="steps",
    better=Better.BAND,
    high=LARGEST_SEAM,
    backend=BACKEND,  # of a report: the one that measured the steps
    threshold=SEAM_BAND,
    required=True,
    answers_to="Size of the step from the last drawing to the first, in steps of the clip. More "
    "than 1 is a jump, less a stutter",
    function=lambda seam: seam_position(seam.steps, seam.two_steps, seam.measurements.steps),
    passes="seam",
    reasons=(JUMPS, STUTTERS),
)
