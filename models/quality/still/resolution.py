"""Effective resolution of a picture, which enlarging and blurring reduce."""

import math

import torch

from ...image_ops.precision import summing_type
from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

WINDOW = 64  # px of a row or column whose spectrum is taken
# Frequency bins in which every drawing has its full power: up to an eighth of the finest detail.
LOW = 4
# Power, as a share of that of coarse detail, below which detail is lost: a tenth of the amplitude.
LOST = 0.01
SMOOTH = 3  # frequency bins over which the power is averaged
STRIP = 1_000_000  # pixels whose spectra are taken at a time: bounds the memory
LEAST_POWER = 1e-8  # power of coarse detail below which a picture is flat


def resolution(grey: torch.Tensor) -> float | None:
    """Return the finest detail of a picture, as a share of the finest that its size can hold.

    The steps from pixel to pixel at a sharp edge have the same power at all frequencies. An
    enlarged picture has no power above the highest frequency of the small one, and a blurred
    picture has little. The result is the frequency at which the power of the steps falls to a
    hundredth of that of coarse detail, along rows or along columns, whichever is lower. Noise has
    power at all frequencies and hides the loss, and so do the hard steps of repeated pixels.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        Share in 0–1: 1 for full resolution, 0.5 for a picture enlarged twice. None if nothing is
        drawn or a side of the picture isn't longer than `WINDOW`.
    """
    if min(grey.shape) <= WINDOW:
        return None
    limits = [_resolved_share(_spectrum(picture)) for picture in (grey, grey.T)]
    measured = [limit for limit in limits if limit is not None]
    return min(measured) if measured else None


def _spectrum(grey: torch.Tensor) -> torch.Tensor:
    """Return the mean power of the steps along rows by frequency, shape (WINDOW / 2 + 1,)."""
    hann = torch.hann_window(WINDOW, device=grey.device)
    total = torch.zeros(WINDOW // 2 + 1, device=grey.device, dtype=summing_type(grey.device))
    rows = max(1, STRIP // grey.shape[1])
    for start in range(0, len(grey), rows):
        strip = grey[start : start + rows]
        steps = (strip[:, 1:] - strip[:, :-1]).unfold(1, WINDOW, WINDOW)
        power = torch.fft.rfft(steps * hann).abs().square_()
        total += power.sum(dim=(0, 1)).to(total.dtype)
    return total / (len(grey) * ((grey.shape[1] - 1) // WINDOW))


def _resolved_share(power: torch.Tensor) -> float | None:
    """Return the lowest frequency at which the power is lost, as a share of the highest one.

    The power may be high again above it, because simple filters leave a mirror image of the coarse
    detail at the highest frequencies.

    Args:
        power: result of `_spectrum`.

    Returns:
        Share in 0–1, 1 if no power is lost; None for a flat picture.
    """
    coarse = power[1 : LOW + 1].mean()
    if coarse < LEAST_POWER:
        return None
    # Averaging fills the gaps that a repeating pattern of the drawing leaves in its spectrum.
    level = (power[1:] / coarse).clamp(min=1e-12).log().unfold(0, SMOOTH, 1).mean(dim=1).tolist()
    limit = math.log(LOST)
    first = 1 + SMOOTH // 2  # frequency bin of `level[0]`
    for place in range(1, len(level)):
        if level[place] < limit <= level[place - 1]:
            share = (level[place - 1] - limit) / (level[place - 1] - level[place])
            return (first + place - 1 + share) / (len(power) - 1)
    return 1.0


RESOLUTION = Measure(
    "resolution",
    unit="of its size",
    better=Better.HIGHER,
    low=0.2,
    backend="step-spectrum",
    threshold=0.75,  # enlarged 1.8 times or more; twice gives 0.63 to 0.72
    required=True,
    answers_to="Enlarged or blurred pictures: finest detail, as a share of what the picture's size "
    "could hold",
    function=unless_dithered(lambda picture: resolution(picture.grey)),
    passes="full_resolution",
    fails="enlarged",
    absences=(
        "no_detail_to_resolve",
        DITHERED,
    ),
)
