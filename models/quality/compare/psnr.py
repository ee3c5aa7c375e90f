"""Peak signal-to-noise ratio: the mean squared error, on a logarithmic scale."""

import torch

from ...measure import Measure
from ...measurement import Better
from .pair_reasons import COMPARED, UNCOMPARED

# Greatest PSNR in dB, because that of identical pictures is infinite. At 100 dB a pixel differs by
# a 400th of a level of 8 bits; a smaller difference can't be seen or saved.
CEILING = 100.0


def psnr(picture: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """Return the PSNR over all pixels and channels: 10 log₁₀(1 / mean squared error).

    PSNR responds to every change of a value, visible or not: a shift by one pixel costs as much as
    a heavy blur.

    Args:
        picture: RGB in 0–1, shape (…, height, width, 3).
        reference: RGB in 0–1, of the same shape.

    Returns:
        PSNR of each pair in dB, at most `CEILING`, shape (…).

    Examples:
        >>> picture = torch.full((8, 8, 3), 0.5)
        >>> round(psnr(picture, picture + 0.1).item(), 3)
        20.0
        >>> psnr(picture, picture).item()
        100.0
    """
    error = (picture - reference).square().mean(dim=(-3, -2, -1))
    return (-10 * error.log10()).clamp(max=CEILING)


IDENTICAL = "identical_pairs"
PSNR = Measure(
    "psnr",
    unit="dB",
    better=Better.HIGHER,
    low=18.0,
    high=50.0,
    backend="psnr-rgb",
    threshold=30.0,
    label="PSNR (dB)",
    answers_to="Any change of any pixel value, visible or not, in dB",
    function=lambda pairs: psnr(pairs.pictures.frames, pairs.references.frames),
    reasons=(*COMPARED, IDENTICAL),
    absences=UNCOMPARED,
)
