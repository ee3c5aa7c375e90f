"""Steps of level and spectrum in a sound: at a loop's seam, and the sound's own."""

from dataclasses import dataclass

import numpy as np

# Seconds before and behind a place that are compared, and seconds from one place to the next. In
# a short sound, the compared parts are a fifth of it.
COMPARED, STRIDE, LARGEST_SHARE = 0.1, 0.01, 0.2
LEAST_SECONDS = 0.2  # in a shorter sound no two places can be compared
# Bands of a third of an octave; below the first one a tenth of a second holds too few periods.
LOWEST, BANDS_PER_OCTAVE = 50.0, 3
# What is this much quieter than the loudest moment of the sound is masked by it, in dB.
DEPTH = 50.0
# If the end is this much quieter than the loudest moment, the sound begins from silence, in dB.
SILENT_DEPTH = 40.0
# Smaller steps are no steps, in dB. The spectrum of steady noise differs by 4 dB from one tenth of
# a second to the next. A step of 3 dB in the whole level is heard, and does not disturb.
USUAL_STEP, USUAL_LEVEL = 4.0, 3.0
# A step that changes all bands alike has the same size in the whole level and in the bands.
LEVEL_SHARE = 0.5
PARTS_AT_ONCE = 64  # parts whose spectra are computed together, about 10 MB


@dataclass(frozen=True)
class SeamStep:
    """Step of a sound over the seam of its loop, and the sound's own steps.

    Attributes:
        spectrum: root mean square over the bands of the difference over the seam, dB.
        own_spectrum: largest such difference at a place that doesn't touch the seam, dB.
        louder: difference of the whole level over the seam, dB; above 0 if the start is louder.
        own_level: largest difference of the whole level, without a sign, at another place, dB.
        begins_anew: True if the sound has faded away before the seam, so that it begins anew.
    """

    spectrum: float
    own_spectrum: float
    louder: float
    own_level: float
    begins_anew: bool

    @property
    def level_ratio(self) -> float:
        """Step of level as a multiple of the largest own one, or of `USUAL_LEVEL`."""
        return abs(self.louder) / max(self.own_level, USUAL_LEVEL)

    @property
    def spectrum_ratio(self) -> float:
        """Step of the spectrum as a multiple of the largest own one, or of `USUAL_STEP`."""
        return self.spectrum / max(self.own_spectrum, USUAL_STEP)

    @property
    def is_of_level(self) -> bool:
        """True if the sound mainly becomes louder or quieter, and not another one."""
        return abs(self.louder) >= LEVEL_SHARE * self.spectrum

    @property
    def ratio(self) -> float:
        """The larger one of both ratios; 0 if the sound begins anew."""
        return 0.0 if self.begins_anew else max(self.level_ratio, self.spectrum_ratio)


def seam_step(waveform: np.ndarray, rate: int) -> SeamStep:
    """Compare the sound before the seam with that behind it, and so at every other place.

    Args:
        waveform: samples in double precision, shape (channels, samples), of at least
            `LEAST_SECONDS`, and not silent.
        rate: sample rate in Hz.
    """
    count = waveform.shape[-1]
    size = int(min(COMPARED * rate, LARGEST_SHARE * count))
    places = np.arange(size, count - size + 1, max(1, round(STRIDE * rate)))
    before = _powers(waveform, np.append(places - size, count - size), size, rate)
    behind = _powers(waveform, np.append(places, 0), size, rate)
    loudest = max(before.sum(axis=1).max(), behind.sum(axis=1).max())
    floor = loudest * 10 ** (-DEPTH / 10)
    bands = 10 * np.log10((behind + floor) / (before + floor))
    spectra = np.sqrt(np.square(bands).mean(axis=1))
    levels = 10 * np.log10((behind.sum(axis=1) + floor) / (before.sum(axis=1) + floor))
    return SeamStep(
        spectrum=float(spectra[-1]),
        own_spectrum=float(spectra[:-1].max()),
        louder=float(levels[-1]),
        own_level=float(np.abs(levels[:-1]).max()),
        begins_anew=bool(before[-1].sum() <= loudest * 10 ** (-SILENT_DEPTH / 10)),
    )


def _powers(waveform: np.ndarray, starts: np.ndarray, size: int, rate: int) -> np.ndarray:
    """Return the power in each band of some parts of a sound, shape (parts, bands)."""
    count = int(np.log2(rate / 2 / LOWEST) * BANDS_PER_OCTAVE) + 1
    edges = LOWEST * 2 ** (np.arange(count) / BANDS_PER_OCTAVE)
    bands = np.searchsorted(edges, np.fft.rfftfreq(size, 1 / rate), side="right")
    in_band = (bands[:, None] == np.arange(count + 1)).astype(np.float64)
    parts = np.lib.stride_tricks.sliding_window_view(waveform, size, axis=-1)
    window, powers = np.hanning(size), []
    for first in range(0, len(starts), PARTS_AT_ONCE):
        spectra = np.fft.rfft(parts[:, starts[first : first + PARTS_AT_ONCE]] * window)
        powers.append(np.square(np.abs(spectra)).sum(axis=0) @ in_band)
    return np.concatenate(powers)
