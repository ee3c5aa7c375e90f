"""Sound of a clip, and the check of ComfyUI's AUDIO that makes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import torch

from ..frames import InputError

EXPECTED = "a sound, as ComfyUI's AUDIO"


@dataclass(frozen=True, eq=False)
class Sound:
    """Sound of one clip; nothing changes it in place.

    Attributes:
        waveform: samples of each channel, usually in −1–1, shape (channels, samples).
        rate: sample rate in Hz.
    """

    waveform: torch.Tensor
    rate: int

    @property
    def samples(self) -> int:
        """Number of samples of each channel."""
        return self.waveform.shape[-1]

    @property
    def seconds(self) -> float:
        """Duration in seconds."""
        return self.samples / self.rate

    def until(self, seconds: Fraction) -> "Sound":
        """Return the beginning of the sound, at most as long as some seconds."""
        return Sound(self.waveform[:, : round(seconds * self.rate)], self.rate)

    def to_audio(self) -> dict[str, Any]:
        """Return the sound as ComfyUI's AUDIO."""
        return {"waveform": self.waveform[None], "sample_rate": self.rate}


def as_sound(audio: object, name: str = "audio") -> Sound:
    """Check ComfyUI's AUDIO and return it as one sound; see `as_sounds`.

    Args:
        audio: mapping with "waveform", a float tensor of shape (1, channels, samples), and
            "sample_rate" in Hz.
        name: name of the input, for the error.

    Raises:
        InputError: as `as_sounds`, or it contains several sounds.

    Examples:
        >>> audio = {"waveform": torch.zeros(1, 2, 24_000), "sample_rate": 48_000}
        >>> as_sound(audio).seconds
        0.5
    """
    sounds = as_sounds(audio, name)
    if len(sounds) != 1:
        remedy = "Choose one of them, such as the sound of the video that the frames come from."
        expected = "one sound, that of the clip"
        raise InputError(name, expected, f"a batch of {len(sounds)} sounds", remedy)
    return sounds[0]


def as_sounds(audio: object, name: str = "audio") -> tuple[Sound, ...]:
    """Check ComfyUI's AUDIO and return its sounds, of which a batch can have several.

    Mappings that load their sound when they are read, as those of VideoHelperSuite, are read here.

    Args:
        audio: mapping with "waveform", a float tensor of shape (sounds, channels, samples), and
            "sample_rate" in Hz.
        name: name of the input, for the error.

    Raises:
        InputError: `audio` is no such mapping or can't be read; it contains no sample; or a value
            is NaN or infinite.
    """
    remedy = "Connect an AUDIO output."
    if not isinstance(audio, Mapping):
        raise InputError(name, EXPECTED, type(audio).__name__, remedy)
    waveform, rate = _value(audio, "waveform", name), _value(audio, "sample_rate", name)
    if not isinstance(waveform, torch.Tensor) or not waveform.is_floating_point():
        kind = waveform.dtype if isinstance(waveform, torch.Tensor) else type(waveform).__name__
        raise InputError(name, EXPECTED, f"a waveform of the type {kind}", remedy)
    if waveform.ndim != 3:
        received = f"a waveform of shape {tuple(waveform.shape)}"
        remedy = "Its three axes are sounds, channels and samples."
        raise InputError(name, EXPECTED, received, remedy)
    if not waveform.numel():
        remedy = "If the video has no sound, leave audio unconnected."
        raise InputError(name, EXPECTED, "a sound without samples", remedy)
    if not waveform.isfinite().all():
        remedy = "Check the node that makes the sound."
        raise InputError(name, EXPECTED, "values that are NaN or infinite", remedy)
    checked_rate = _checked_rate(rate, name)
    return tuple(Sound(each, checked_rate) for each in waveform)


def audio_of(
    sound: Sound | None, original: Sound | None, audio: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """Return ComfyUI's AUDIO of a sound; the original one itself if nothing was changed.

    Args:
        sound: sound to return, or None.
        original: sound that `as_sound` made of `audio`, or None.
        audio: AUDIO of the original sound, or None.
    """
    if sound is None:
        return None
    return audio if sound is original else sound.to_audio()


def _value(audio: Mapping[str, Any], key: str, name: str) -> Any:
    """Return an entry of AUDIO; a mapping of another pack may load its file now."""
    try:
        return audio[key]
    except KeyError as error:
        received = f"a mapping without {key!r}"
        raise InputError(name, EXPECTED, received, "Connect an AUDIO output.") from error
    except Exception as error:
        received = f"a sound that can't be read ({error})"
        remedy = "If the video has no sound, leave audio unconnected."
        raise InputError(name, EXPECTED, received, remedy) from error


def _checked_rate(rate: Any, name: str) -> int:
    try:
        whole = int(rate)
        is_rate = whole == rate and whole > 0 and not isinstance(rate, bool)
    except (TypeError, ValueError, OverflowError):
        is_rate = False
    if not is_rate:
        received = f"the sample rate {rate!r}"
        remedy = "Check the node that makes the sound."
        raise InputError(name, EXPECTED, received, remedy)
    return whole
