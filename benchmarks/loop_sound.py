"""False alarms and misses of the measures of a loop's sound, on made sounds with planted faults."""

from collections.abc import Iterator

import numpy as np
import torch
from scipy.signal import lfilter

from ..models.loop.sound_measures import SEAM_CLICK, SEAM_SOUND
from ..models.sound.clicks import find_click
from ..models.sound.joins import joined_ends
from ..models.sound.steps import seam_step
from .sounds import KINDS, RATES
from .timing import print_table

PLACES = 3  # seams of each sound, at ordinary places of it
FADED = 0.3  # share of a sound that is faded into its start, so that no place is unlike the others
JUMPS = (0.2, 0.5, 1.0, 2.0)  # in root mean squares of the sound
RISES = (6, 12)  # dB, over the whole sound
SECONDS_OF_A_JUMP = 0.1  # time in which a planted jump fades away on both sides


def run() -> None:
    """Print for each fault how many seams fail, and for sounds without a fault too."""
    counts: dict[str, list[bool]] = {}
    for kind, make in KINDS.items():
        random = np.random.default_rng(len(kind))
        for rate in RATES:
            for name, fails in _outcomes(make(rate), rate, random):
                counts.setdefault(name, []).append(fails)
    rows = [(name, sum(fails), len(fails)) for name, fails in counts.items()]
    print_table(("sound", "fails", "of"), rows)


def _outcomes(
    sound: np.ndarray, rate: int, random: np.random.Generator
) -> Iterator[tuple[str, bool]]:
    """Yield the name of each planted fault, and True if its measure fails."""
    yield "whole sound, ends joined: seam_click", _clicks(_joined(sound, rate), rate)
    ring, faded = _ring(sound)
    for start in random.integers(faded, ring.shape[1], PLACES):
        loop = np.roll(ring, -start, axis=1)
        yield "as it is: seam_click", _clicks(loop, rate)
        yield "as it is: seam_sound", _steps(loop, rate)
        for size in JUMPS:
            yield f"jump of {size:g}: seam_click", _clicks(_jumping(loop, size, rate), rate)
        share = np.linspace(0, 1, loop.shape[1])
        for rise in RISES:
            yield f"{rise} dB louder: seam_sound", _steps(loop * 10 ** (rise * share / 20), rate)
        dull = lfilter([0.1], [1, -0.9], loop)
        yield "duller: seam_sound", _steps(loop * (1 - share) + dull * share, rate)


def _clicks(loop: np.ndarray, rate: int) -> bool:
    return SEAM_CLICK.fails_at(find_click(loop, rate).ratio)


def _steps(loop: np.ndarray, rate: int) -> bool:
    return SEAM_SOUND.fails_at(seam_step(loop, rate).ratio)


def _joined(sound: np.ndarray, rate: int) -> np.ndarray:
    samples = torch.from_numpy(sound).float()
    return joined_ends(samples, samples[:, :0], samples[:, :0], rate).double().numpy()


def _ring(sound: np.ndarray) -> tuple[np.ndarray, int]:
    """Return a sound whose end fades into its start, and the number of samples of that fade."""
    faded = int(FADED * sound.shape[1])
    share = (np.arange(faded) + 0.5) / faded
    ring = sound[:, :-faded].copy()
    ring[:, :faded] = sound[:, -faded:] * np.sqrt(1 - share) + ring[:, :faded] * np.sqrt(share)
    return ring, faded


def _jumping(loop: np.ndarray, size: float, rate: int) -> np.ndarray:
    """Return a loop whose waveform jumps at the seam."""
    level = np.sqrt(np.square(loop).mean())
    places = np.arange(loop.shape[1])
    near = np.exp(-np.minimum(places, places[::-1]) / (SECONDS_OF_A_JUMP * rate))
    return np.asarray(loop + size * level * near * np.linspace(-0.5, 0.5, loop.shape[1]))
