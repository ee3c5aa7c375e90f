"""How far it is from the last frame to the first, in the clip's own steps."""

import torch

from ..perceptual.structural import BACKEND
from ..report import Better, Measure, Measurement

# A seam may differ from its neighbours as much as the steps of lively motion differ from one
# another. Below the band the last frame nearly repeats the first (a stutter), above it a jump.
SEAM_BAND = (0.5, 1.6)
LARGEST_SEAM = 10.0
# Added to both sides of the ratio, as a share of the clip's usual step: where the motion rests at
# the seam, a tiny step over a tinier one is no jump.
REST = 0.15

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


def seam_position(steps: torch.Tensor, all_steps: torch.Tensor, measure: Measure) -> Measurement:
    """Whether the seam's step is like the steps beside it.

    Source of the idea that a seam should look like a step, not like zero: Schödl et al., Video
    Textures, SIGGRAPH 2000, which scores a jump by what would have come next.

    Args:
        steps: as those of `seam_ratio`.
        all_steps: from each frame to the next, held ones too, the seam's last; for the curve.
        measure: `SEAM_POSITION`, with the name of the backend that measured the steps.

    Returns:
        The measurement; its `per_frame` are all steps in the clip's usual one.
    """
    ratio = seam_ratio(steps)
    lowest, highest = SEAM_BAND
    code = "seam_stutter" if ratio < lowest else "seam_jump" if ratio > highest else "seam"
    usual = steps[:-1].median().item()
    return measure.measured(
        ratio,
        code,
        {"steps": round(ratio, 2)},
        per_frame=(all_steps / max(usual, 1e-9)).tolist(),
        details={"drawings": len(steps), "usual_step": usual},
    )
