"""Effective resolution of a picture, which enlarging and blurring reduce."""

import math
from collections.abc import Sequence

import torch

from ...measure import Measure
from ...measurement import Better
from .dither import DITHERED, unless_dithered

WINDOW = 64  # px of a row or column whose spectrum is taken
BINS = WINDOW // 2 + 1  # frequencies of a spectrum
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
    return resolution_of(spectra(grey[None])[0].tolist())


def resolution_of(powers: Sequence[float]) -> float | None:
    """Return the finest detail as a share, or None if nothing is drawn or a picture is small.

    Args:
        powers: numbers of one picture from `spectra`.
    """
    limits = [
        _resolved_share(powers[start : start + BINS]) for start in range(0, len(powers), BINS)
    ]
    return min((limit for limit in limits if limit is not None), default=None)


def spectra(grey: torch.Tensor) -> torch.Tensor:
    """Return the mean power of the steps by frequency, without waiting for the device.

    Args:
        grey: luma in 0–1, shape (pictures, height, width).

    Returns:
        Power along rows and then along columns, shape (pictures, 2 × `BINS`); shape (pictures, 0)
        if a side isn't longer than `WINDOW`.
    """
    if min(grey.shape[1:]) <= WINDOW:
        return grey.new_zeros(len(grey), 0)
    return torch.cat([_spectrum(grey, axis=2), _spectrum(grey, axis=1)], dim=1)


def _spectrum(grey: torch.Tensor, axis: int) -> torch.Tensor:
    """Return the mean power of the steps along an axis by frequency, shape (pictures, `BINS`)."""
    pictures, length, lines = len(grey), grey.shape[axis], grey.shape[3 - axis]
    hann = torch.hann_window(WINDOW, device=grey.device)
    total = torch.zeros(pictures, BINS, device=grey.device)
    for strip in grey.split(max(1, STRIP // (pictures * length)), dim=3 - axis):
        steps = strip.narrow(axis, 1, length - 1) - strip.narrow(axis, 0, length - 1)
        spectra_of_windows = torch.fft.rfft(steps.unfold(axis, WINDOW, WINDOW) * hann)
        # Real and imaginary parts stay apart in the first sum, whose rows are long then: this takes
        # a twentieth of the time.
        power = torch.view_as_real(spectra_of_windows).square_().sum(dim=(1, 2)).sum(dim=-1)
        total += power
    return total / (lines * ((length - 1) // WINDOW))


def _resolved_share(power: Sequence[float]) -> float | None:
    """Return the lowest frequency at which the power is lost, as a share of the highest one.

    The power may be high again above it, because simple filters leave a mirror image of the coarse
    detail at the highest frequencies.

    Args:
        power: power by frequency, from the lowest.

    Returns:
        Share in 0–1, 1 if no power is lost; None for a flat picture.
    """
    coarse = sum(power[1 : LOW + 1]) / LOW
    if coarse < LEAST_POWER:
        return None
    # Averaging fills the gaps that a repeating pattern of the drawing leaves in its spectrum.
    logs = [math.log(max(each / coarse, 1e-12)) for each in power[1:]]
    level = [sum(logs[place : place + SMOOTH]) / SMOOTH for place in range(len(logs) - SMOOTH + 1)]
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
    function=unless_dithered(lambda picture: resolution_of(picture.of_grey(spectra))),
    passes="full_resolution",
    fails="enlarged",
    absences=(
        "no_detail_to_resolve",
        DITHERED,
    ),
)
