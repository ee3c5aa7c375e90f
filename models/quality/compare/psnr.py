"""Peak signal-to-noise ratio: the mean squared error, on a logarithmic scale."""

import math

import torch

from ...measure import Measure
from ...measurement import Better
from .pair_reasons import COMPARED, UNCOMPARED

# The ratio of identical pictures is infinite, which is no number. At 100 dB a pixel is off by a
# 400th of what 8 bits can tell apart: nothing beyond it can be seen or saved.
CEILING = 100.0


def psnr(picture: torch.Tensor, reference: torch.Tensor) -> float:
    """PSNR over all pixels and channels: 10 log₁₀(1 / mean squared error).

    Responds to every change of a value, wherever it is: a shift by one pixel costs as much as a
    heavy blur, and what people see of it is another matter.

    Args:
        picture, reference: RGB in 0–1, of one shape (height, width, 3).

    Returns:
        dB, at most `CEILING`, which stands for itself and all beyond it.
    """
    error = (picture - reference).square().mean().item()
    return min(CEILING, -10 * math.log10(error)) if error else CEILING


IDENTICAL = "identical_pairs"
PSNR = Measure(
    "psnr",
    unit="dB",
    better=Better.HIGHER,
    low=10.0,
    high=60.0,
    backend="psnr-rgb",
    threshold=30.0,
    label="PSNR (dB)",
    answers_to="Any change of any pixel value, visible or not, in dB",
    function=lambda pair: psnr(pair.picture.frame, pair.reference.frame),
    reasons=(*COMPARED, IDENTICAL),
    absences=UNCOMPARED,
)
