"""Clicks at a loop's seam: waveforms that jump more than the sound does anywhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Predicted samples come from this many samples before them.
ORDER = 32
# Seconds for which one prediction is fitted, and seconds for which it is used.
FITTED, USED = 0.04, 0.01
# Seconds before and behind a sample in which the usual error of the prediction is measured.
BESIDE = 0.005
# Share of the sound's level below which an error is masked by the sound itself (about -50 dB), and
# the error that the steps of 16 bits make.
MASKED, QUANTISED = 0.003, 2.0**-15
# In noise the largest of many errors is this many times the usual one. A jump at the seam that is
# no larger says nothing, even if the sound is smoother elsewhere.
USUAL_PEAK = 6.0
# Seconds around the seam that are not the sound's own: its errors are shifted there by the fit.
AROUND_SEAM = 0.02
BLOCKS_AT_ONCE = 256  # blocks that are fitted together, about 10 MB


@dataclass(frozen=True)
class Click:
    """Jump of a waveform at the seam of its loop, and the sound's own jumps.

    Attributes:
        jump: largest prediction error at the seam, as a multiple of the usual one beside it.
        own: largest one at any other place, at least `USUAL_PEAK`.
    """

    jump: float
    own: float

    @property
    def ratio(self) -> float:
        """The jump at the seam as a multiple of the sound's own largest one."""
        return self.jump / self.own


def find_click(waveform: np.ndarray, rate: int, places: Sequence[int] = (0,)) -> Click:
    """Measure how far the waveform jumps at the seam, compared with the sound's own jumps.

    The error of a linear prediction tells what doesn't follow from the samples before it, as in
    the restoration of old recordings (Godsill, Rayner: Digital Audio Restoration, 1998). Each error
    is divided by the usual error beside it, on the side where that is larger: an attack is loud
    behind it, a click is quiet on both sides. The sound is taken as a ring, so that the seam is
    measured like every other place.

    Args:
        waveform: samples in double precision, shape (channels, samples), of at least
            `least_seconds`.
        rate: sample rate in Hz.
        places: samples at which a jump is looked for; the seam is at 0.

    Returns:
        The jump of the channel and place in which it stands out most.
    """
    size, apart = max(ORDER, round(BESIDE * rate)), round(AROUND_SEAM * rate)
    near = np.add.outer(places, np.arange(-4, ORDER)).ravel()  # an error may follow the jump
    around = np.add.outer(places, np.arange(-apart, apart)).ravel()
    level = np.sqrt(_ring_means(np.square(waveform).mean(axis=0), 2 * size + 1))
    floors = np.maximum(MASKED * level, QUANTISED)
    clicks = []
    for channel in waveform:
        errors = prediction_errors(channel, rate)
        jumps = np.abs(errors) / _usual_beside(errors, size, floors)
        jump = float(jumps.take(near, mode="wrap").max())
        jumps[around % len(jumps)] = 0.0
        clicks.append(Click(jump, max(USUAL_PEAK, float(jumps.max()))))
    return max(clicks, key=lambda click: click.ratio)


def least_seconds() -> float:
    """Return the shortest time in which a click can be told from the sound's own jumps."""
    return 4 * max(FITTED, AROUND_SEAM)


def prediction_errors(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the error of a linear prediction of each sample of a ring, shape (samples,).

    Args:
        samples: one channel, shape (samples,).
        rate: sample rate in Hz.
    """
    used, fitted = max(ORDER, round(USED * rate)), max(4 * ORDER, round(FITTED * rate))
    margin = (fitted - used) // 2 + ORDER
    starts = np.arange(0, len(samples), used)
    ring = np.take(samples, np.arange(-margin, starts[-1] + used + margin), mode="wrap")
    blocks = np.lib.stride_tricks.sliding_window_view(ring, used + 2 * margin)[starts]
    window = np.hanning(blocks.shape[1])
    parts = [
        _block_errors(blocks[first : first + BLOCKS_AT_ONCE], window, margin, used)
        for first in range(0, len(blocks), BLOCKS_AT_ONCE)
    ]
    return np.concatenate(parts).ravel()[: len(samples)]


def _block_errors(blocks: np.ndarray, window: np.ndarray, margin: int, used: int) -> np.ndarray:
    """Return the errors in the middle of each block, shape (blocks, used)."""
    windowed = blocks * window
    spectrum = np.fft.rfft(windowed, 2 * blocks.shape[1])
    products = np.fft.irfft(np.square(np.abs(spectrum)))[:, : ORDER + 1]
    # A little white noise keeps the equations solvable, also where the sound is silent.
    products[:, 0] = products[:, 0] * (1 + 1e-9) + 1e-12
    places = np.abs(np.subtract.outer(np.arange(ORDER), np.arange(ORDER)))
    weights = np.linalg.solve(products[:, places], products[:, 1:, None])[..., 0]
    errors = blocks[:, margin : margin + used].copy()
    for lag in range(1, ORDER + 1):
        errors -= weights[:, lag - 1 : lag] * blocks[:, margin - lag : margin - lag + used]
    return errors


def _usual_beside(errors: np.ndarray, size: int, floors: np.ndarray) -> np.ndarray:
    """Return the usual error before or behind each sample, the larger one, at least the floors."""
    gap = 8  # a click and what it does to the next errors are not the usual error beside it
    means = np.sqrt(_ring_means(np.square(errors), size))
    before = np.roll(means, size // 2 + gap)
    behind = np.roll(means, -(size // 2 + gap))
    return np.maximum(np.maximum(before, behind), floors)


def _ring_means(values: np.ndarray, size: int) -> np.ndarray:
    """Return the mean of `size` values around each place of a ring."""
    half = size // 2
    ring = np.take(values, np.arange(-half, len(values) + size - half), mode="wrap")
    sums = np.concatenate([[0.0], np.cumsum(ring)])
    return np.asarray(np.maximum(sums[size:] - sums[:-size], 0.0)[: len(values)] / size)
