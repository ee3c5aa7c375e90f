"""Made sounds of many kinds, for the benchmark and the tests of cuts, joins and seams."""

from collections.abc import Callable

import numpy as np
import torch
from scipy.signal import lfilter

from ..models.sound.sound import Sound

SECONDS = 2.0
RATES = (22_050, 44_100, 48_000)


def tone(rate: int, frequency: float = 330.3, seconds: float = SECONDS) -> np.ndarray:
    """Return a steady tone, its two channels a quarter of a period apart."""
    phase = 2 * np.pi * frequency * np.arange(round(seconds * rate)) / rate
    return 0.4 * np.stack([np.sin(phase), np.cos(phase)])


def chord(rate: int) -> np.ndarray:
    """Return five tones that no common period has."""
    return np.mean([tone(rate, each) for each in (220.0, 277.2, 329.6, 440.0, 554.4)], axis=0)


def noise(rate: int) -> np.ndarray:
    """Return white noise in both channels."""
    return 0.1 * np.random.default_rng(rate).standard_normal((2, round(SECONDS * rate)))


def wind(rate: int) -> np.ndarray:
    """Return noise of mostly low frequencies."""
    return 0.3 * lfilter([1], [1, -0.97], noise(rate))


def plucks(rate: int) -> np.ndarray:
    """Return four notes a second that fade away."""
    moments = np.arange(round(SECONDS * rate)) / rate
    sound = np.zeros_like(moments)
    for number, start in enumerate(np.arange(0, SECONDS, 0.25)):
        since = np.clip(moments - start, 0, None)
        note = 220 * 2 ** ((number * 7 % 12) / 12)
        ramp = np.clip(since / 0.005, 0, 1)
        sound += ramp * np.exp(-4 * since) * np.sin(2 * np.pi * note * since)
    return 0.2 * sound[None]


def beats(rate: int) -> np.ndarray:
    """Return two beats of a drum a second, and something like a hi-hat between them."""
    moments = np.arange(round(SECONDS * rate)) / rate
    sound = np.zeros_like(moments)
    for start in np.arange(0, SECONDS, 0.5):
        since = np.clip(moments - start, 0, None)
        sound += np.exp(-12 * since) * np.sin(
            2 * np.pi * (50 * since + 4 - 4 * np.exp(-30 * since))
        )
        later = moments - start - 0.25
        sound += (later >= 0) * np.exp(-40 * np.clip(later, 0, None)) * noise(rate)[0]
    return 0.5 * sound[None]


def voice(rate: int) -> np.ndarray:
    """Return something like syllables: pulses through three formants."""
    moments = np.arange(round(SECONDS * rate)) / rate
    pitch = np.cumsum(120 * 2 ** (0.2 * np.sin(2 * np.pi * 1.3 * moments)) / rate)
    sound = (np.diff(np.floor(pitch), prepend=0) > 0) + 0.2 * noise(rate)[0]
    for formant, width in ((700, 90), (1220, 110), (2600, 160)):
        pole = np.exp(-np.pi * width / rate)
        turn = 2 * pole * np.cos(2 * np.pi * formant / rate)
        sound = lfilter([1 - pole], [1, -turn, pole * pole], sound)
    syllables = np.sqrt(np.clip(np.sin(2 * np.pi * 3.1 * moments), 0, 1))
    return (0.3 * sound * syllables / np.abs(sound).max())[None]


KINDS: dict[str, Callable[[int], np.ndarray]] = {
    each.__name__: each for each in (tone, chord, noise, wind, plucks, beats, voice)
}


def sound_of(waveform: np.ndarray, rate: int) -> Sound:
    """Return the sound of samples."""
    return Sound(torch.from_numpy(waveform).float(), rate)
