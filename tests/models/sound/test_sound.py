from collections.abc import Mapping

import numpy as np
import pytest
import torch

from anime_production.models.frames import InputError
from anime_production.models.sound.sound import as_sound, audio_of

WAVEFORM = torch.zeros(1, 2, 4800)


class Lazy(Mapping):
    """Sound that is read when it is needed, as VideoHelperSuite's."""

    def __init__(self, read):
        self._read = read

    def __getitem__(self, key):
        return self._read()[key]

    def __iter__(self):
        return iter(self._read())

    def __len__(self):
        return len(self._read())


def test_audio_is_read_and_given_back_unchanged():
    audio = {"waveform": WAVEFORM, "sample_rate": np.int64(48_000)}
    sound = as_sound(audio)
    assert (sound.rate, sound.samples, sound.seconds) == (48_000, 4800, 0.1)
    assert audio_of(sound, sound, audio) is audio
    assert torch.equal(sound.to_audio()["waveform"], WAVEFORM)
    assert audio_of(None, None, None) is None


def test_a_lazy_mapping_is_read():
    lazy = Lazy(lambda: {"waveform": WAVEFORM.half(), "sample_rate": 22_050.0})
    assert as_sound(lazy).rate == 22_050


def fail():
    raise RuntimeError("VHS failed to extract audio")


@pytest.mark.parametrize(
    ("audio", "message"),
    [
        (WAVEFORM, "got Tensor"),
        ({"waveform": WAVEFORM}, "a mapping without 'sample_rate'"),
        ({"sample_rate": 8}, "a mapping without 'waveform'"),
        ({"waveform": WAVEFORM.int(), "sample_rate": 8}, "of the type torch.int32"),
        ({"waveform": [0.0], "sample_rate": 8}, "of the type list"),
        ({"waveform": WAVEFORM[0], "sample_rate": 8}, r"of shape \(2, 4800\)"),
        ({"waveform": torch.zeros(3, 2, 8), "sample_rate": 8}, "a batch of 3 sounds"),
        ({"waveform": torch.zeros(1, 2, 0), "sample_rate": 8}, "a sound without samples"),
        ({"waveform": torch.full((1, 1, 8), torch.nan), "sample_rate": 8}, "NaN or infinite"),
        ({"waveform": WAVEFORM, "sample_rate": 0}, "the sample rate 0"),
        ({"waveform": WAVEFORM, "sample_rate": 44.1}, "the sample rate 44.1"),
        ({"waveform": WAVEFORM, "sample_rate": None}, "the sample rate None"),
        (Lazy(fail), r"can't be read \(VHS failed to extract audio\)"),
    ],
)
def test_what_is_no_sound_of_one_clip_is_refused_in_words(audio, message):
    with pytest.raises(InputError, match=f"^audio: expected (a|one) sound, .*{message}"):
        as_sound(audio)
