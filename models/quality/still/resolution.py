"""How much of a picture's resolution is real: less where it was made larger, or blurred."""

import math

import torch

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

WINDOW = 64  # px of a row or column whose spectrum is taken
# Bins up to which every drawing has its full power: an eighth of the finest detail.
LOW = 4
# Power at which detail counts as gone, against that of coarse detail: a tenth of the height.
GONE = 0.01
SMOOTH = 3  # bins
STRIP = 1_000_000  # pixels whose spectra are taken together: bounds the memory
LEAST_POWER = 1e-8  # of the coarse detail: less is flat colour, with nothing to resolve


def resolution(grey: torch.Tensor) -> float | None:
    """The finest detail that a picture shows, over the finest that its size could.

    A sharp edge's steps from pixel to pixel have the same power at all frequencies. Enlarging
    leaves nothing above the frequency where the small picture ended, and blur little. So: where the
    power of the steps falls to a hundredth of the coarse detail's, along rows and columns apart,
    the coarser of both. Noise has all frequencies and hides it, and so do the hard steps of
    repeated pixels.

    Args:
        grey: luma in 0–1, shape (height, width).

    Returns:
        0–1: 1 all of it, 0.5 as if made twice as large; None where nothing is drawn, or the picture
        is smaller than a window.
    """
    if min(grey.shape) <= WINDOW:
        return None
    ends = [_end(_spectrum(each)) for each in (grey, grey.T)]
    known = [end for end in ends if end is not None]
    return min(known) if known else None


def _spectrum(grey: torch.Tensor) -> torch.Tensor:
    """Mean power of the steps along rows, by frequency, shape (WINDOW / 2 + 1,)."""
    hann = torch.hann_window(WINDOW, device=grey.device)
    total = torch.zeros(WINDOW // 2 + 1, device=grey.device, dtype=torch.float64)
    rows = max(1, STRIP // grey.shape[1])
    for start in range(0, len(grey), rows):
        strip = grey[start : start + rows]
        steps = (strip[:, 1:] - strip[:, :-1]).unfold(1, WINDOW, WINDOW)
        power = torch.fft.rfft(steps * hann).abs().square_()
        total += power.sum(dim=(0, 1)).double()
    return total / (len(grey) * ((grey.shape[1] - 1) // WINDOW))


def _end(power: torch.Tensor) -> float | None:
    """Share of the frequencies below the first at which power is gone.

    The first: simple filters leave a mirror image of the coarse detail at the highest ones.
    """
    coarse = power[1 : LOW + 1].mean()
    if coarse < LEAST_POWER:
        return None
    # Smoothed: a rhythm of the drawing leaves holes.
    level = (power[1:] / coarse).clamp(min=1e-12).log().unfold(0, SMOOTH, 1).mean(dim=1).tolist()
    limit = math.log(GONE)
    first = 1 + SMOOTH // 2  # the frequency of the first place
    for place in range(1, len(level)):
        if level[place] < limit <= level[place - 1]:
            share = (level[place - 1] - limit) / (level[place - 1] - level[place])
            return (first + place - 1 + share) / (len(power) - 1)
    return 1.0


RESOLUTION = Measure(
    "resolution",
    unit="of its size",
    better=Better.HIGHER,
    backend="step-spectrum",
    threshold=0.75,  # made 1.8 times as large, or worse: twice gives 0.63 to 0.72
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
