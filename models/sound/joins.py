"""Joins of a sound's ends, so that neither a cut nor a repetition clicks."""

import numpy as np
import torch

from .fade import mixed

# Seconds of a join. Editors fade by 5 to 20 ms at cuts: long enough not to click, and shorter than
# a frame at 60 frames a second.
FADE = 0.01
# Seconds of the start from which the samples before it are predicted, and their number of weights.
# Two weights follow one tone, so these follow chords.
FITTED, ORDER = 0.04, 200
LEAST_POWER = 1e-18  # below this everything is predicted
# Seconds in which a place is looked for that continues as another one does: one period of 20 Hz,
# the lowest tone that people hear.
SEARCHED = 0.05
# Seconds that are compared at each place: a period of 50 Hz.
COMPARED = 0.02
LEAST_SAMPLES = 8  # a shorter sound has no ends to join


def fade_length(samples: int, rate: int) -> int:
    """Return the length of a join in samples, at most a quarter of a sound; at least 1.

    Args:
        samples: length of the sound in samples.
        rate: sample rate in Hz.
    """
    return max(1, min(round(FADE * rate), samples // 4))


def joined_ends(
    loop: torch.Tensor, before: torch.Tensor, after: torch.Tensor, rate: int
) -> torch.Tensor:
    """Return a loop's sound whose end leads into its start; its length stays.

    The last samples fade into what led to the start in the source. If nothing did, the first
    samples fade from what followed the end there. If the source has neither, the end fades into
    samples that are predicted backwards from the start (`lead_in`).

    Args:
        loop: samples of the loop, shape (channels, samples).
        before: samples before it in the source, shape (channels, any number).
        after: samples behind it in the source, shape (channels, any number).
        rate: sample rate in Hz.
    """
    if loop.shape[-1] < LEAST_SAMPLES:
        return loop
    fade = fade_length(loop.shape[-1], rate)
    if before.shape[-1] < fade <= after.shape[-1]:
        return torch.cat([mixed(after[:, :fade], loop[:, :fade]), loop[:, fade:]], dim=-1)
    leading = before[:, -fade:] if before.shape[-1] >= fade else lead_in(loop, fade, rate)
    return torch.cat([loop[:, :-fade], mixed(loop[:, -fade:], leading)], dim=-1)


def lead_in(sound: torch.Tensor, count: int, rate: int) -> torch.Tensor:
    """Return samples that could have come before the start of a sound.

    They are predicted from the start, backwards, so that the waveform goes on without a jump
    (Kauppinen, Roth: Audio signal extrapolation, DAFx-02, 2002). The prediction is that of Burg,
    whose tones never grow.

    Args:
        sound: shape (channels, samples).
        count: number of samples that lead in.
        rate: sample rate in Hz.
    """
    start = sound[:, : round(FITTED * rate)].flip(-1).float().cpu().numpy().astype(np.float64)
    led = np.stack([_continued(channel, count) for channel in start])[:, ::-1]
    return torch.from_numpy(led.astype(np.float32)).to(sound)


def _continued(samples: np.ndarray, count: int) -> np.ndarray:
    """Return the samples that one channel goes on with, shape (count,)."""
    weights = burg(samples, min(ORDER, len(samples) // 3))
    course = np.concatenate([samples, np.zeros(count)])
    order = len(weights)
    for place in range(len(samples), len(course)):
        course[place] = course[place - order : place][::-1] @ weights
    return course[len(samples) :]


def burg(samples: np.ndarray, order: int) -> np.ndarray:
    """Return the weights that predict a sample from those before it, by Burg's method.

    Args:
        samples: one channel, shape (samples,).
        order: number of weights; below the number of samples.

    Returns:
        Shape (order,); the first weight is that of the sample just before.
    """
    forward, backward = samples[1:].copy(), samples[:-1].copy()
    weights = np.zeros(0)
    for _ in range(order):
        power = forward @ forward + backward @ backward
        reflection = 2 * (forward @ backward) / power if power > LEAST_POWER else 0.0
        weights = np.append(weights - reflection * weights[::-1], reflection)
        forward, backward = (
            (forward - reflection * backward)[1:],
            (backward - reflection * forward)[:-1],
        )
    return weights


def extended(sound: torch.Tensor, count: int, rate: int) -> torch.Tensor:
    """Return a sound that goes on for some samples more, with its last part again.

    It jumps back to the place whose waveform is most like that of its end, and fades to it, as in
    WSOLA (Verhelst, Roelands: An overlap-add technique based on waveform similarity, ICASSP 1993).

    Args:
        sound: shape (channels, samples).
        count: number of samples to add; if the sound is shorter, silence fills the rest.
        rate: sample rate in Hz.
    """
    fade, samples = fade_length(sound.shape[-1], rate), sound.shape[-1]
    added = min(count, samples - fade)
    latest = samples - added  # the last place to which the sound can jump back
    compared = min(round(COMPARED * rate), latest)
    earliest = max(compared, latest - round(SEARCHED * rate))
    end = _mono(sound[:, samples - compared :])
    place = earliest + most_alike(end, _mono(sound[:, earliest - compared : latest]))
    again = sound[:, place : place + added]
    join = mixed(sound[:, -fade:], sound[:, place - fade : place])
    longer = torch.cat([sound[:, :-fade], join, again], dim=-1)
    return padded(longer, samples + count, rate)


def padded(sound: torch.Tensor, samples: int, rate: int) -> torch.Tensor:
    """Return a sound with silence behind its end, to which it fades; unchanged if long enough.

    Args:
        sound: shape (channels, samples).
        samples: least length of the result.
        rate: sample rate in Hz.
    """
    lack = samples - sound.shape[-1]
    if lack <= 0:
        return sound
    fade = fade_length(sound.shape[-1], rate)
    last = sound[:, -fade:]
    silence = sound.new_zeros(sound.shape[0], lack)
    return torch.cat([sound[:, :-fade], mixed(last, torch.zeros_like(last)), silence], dim=-1)


def there_and_back(sound: torch.Tensor, first: int, last: int, rate: int) -> torch.Tensor:
    """Return a sound that plays forwards, then backwards, and turns around without a click.

    Args:
        sound: shape (channels, samples).
        first: sample at which it turns forwards again.
        last: sample at which it turns backwards, above `first`.
        rate: sample rate in Hz.

    Returns:
        Twice as many samples as lie between the turns. From sample `first` on they are the sound's
        own; those before it are on their way back to that turn.
    """
    inner = sound[:, first:last]
    fade = min(fade_length(inner.shape[-1], rate), first, sound.shape[-1] - last)
    course = torch.cat([inner, inner.flip(-1)], dim=-1)
    if fade > 0:  # near a turn both directions are mixed, so that the waveform has no corner
        around = sound[:, last - fade : last + fade]
        turn = mixed(around, around.flip(-1))
        around = sound[:, first - fade : first + fade]
        start = mixed(around.flip(-1), around)
        half = inner.shape[-1]
        course = torch.cat(
            [
                start[:, fade:],
                course[:, fade : half - fade],
                turn,
                course[:, half + fade : -fade],
                start[:, :fade],
            ],
            dim=-1,
        )
    return course.roll(first, dims=-1)


def most_alike(pattern: np.ndarray, searched: np.ndarray) -> int:
    """Return the place in a signal whose waveform is most like a pattern.

    Args:
        pattern: shape (samples,).
        searched: signal of at least as many samples.

    Returns:
        Place of the highest normalised correlation; 0 if the signal is silent.
    """
    length = len(pattern)
    products = np.correlate(searched, pattern, mode="valid")
    sums = np.concatenate([[0.0], np.cumsum(np.square(searched))])
    energy = np.maximum(sums[length:] - sums[:-length], 0.0)
    return int(np.argmax(products / np.sqrt(energy + 1e-12)))


def _mono(sound: torch.Tensor) -> np.ndarray:
    """Return the sum of the channels on the CPU, in double precision."""
    return sound.float().sum(dim=0).cpu().numpy().astype(np.float64)
