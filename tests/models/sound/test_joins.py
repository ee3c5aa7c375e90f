import numpy as np
import pytest
import torch

from anime_production.benchmarks.sounds import KINDS, RATES, tone
from anime_production.models.sound.clicks import find_click, prediction_errors
from anime_production.models.sound.joins import extended, joined_ends, padded, there_and_back


def ratio(samples, rate):
    return find_click(samples.double().numpy(), rate).ratio


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_sound_clicks_where_its_ends_are_joined(kind, rate):
    whole = torch.from_numpy(KINDS[kind](rate)).float()
    start, end = round(0.31 * rate), round(1.57 * rate)
    loop, nothing = whole[:, start:end], whole[:, :0]
    for before, after in (
        (whole[:, :start], nothing),
        (nothing, whole[:, end:]),
        (nothing, nothing),
    ):
        joined = joined_ends(loop, before, after, rate)
        assert joined.shape == loop.shape
        assert ratio(joined, rate) < 1
        middle = slice(round(0.02 * rate), -round(0.02 * rate))
        assert torch.equal(joined[:, middle], loop[:, middle])


def test_a_sound_that_goes_on_keeps_its_waveform_and_its_own_last_part():
    rate = 44_100
    sound = torch.from_numpy(tone(rate)).float()
    longer = extended(sound, round(0.25 * rate), rate)
    assert longer.shape[-1] == sound.shape[-1] + round(0.25 * rate)
    errors = np.abs(prediction_errors(longer[0].double().numpy(), rate))
    assert errors[2000:-2000].max() < 0.01


def test_a_short_sound_ends_in_silence_without_a_click():
    sound = torch.from_numpy(tone(48_000)).float()
    longer = padded(sound, 120_000, 48_000)
    assert longer.shape[-1] == 120_000
    assert longer[:, 96_000:].abs().max() == 0
    assert longer[:, 95_999].abs().max() < 0.01
    assert padded(sound, 1000, 48_000) is sound


def test_a_sound_turns_around_without_a_corner():
    rate = 48_000
    sound = torch.from_numpy(tone(rate)).float()
    course = there_and_back(sound, 2000, 94_000, rate)
    assert course.shape[-1] == 2 * 92_000
    assert torch.equal(course[:, 3000:93_000], sound[:, 3000:93_000])
    assert ratio(course, rate) < 1
    errors = find_click(course.double().numpy(), rate, (94_000,))
    assert errors.ratio < 1


@pytest.mark.parametrize("samples", [1, 2, 7, 9, 40])
def test_hardly_any_samples_are_no_error(samples):
    sound = torch.ones(1, samples)
    assert joined_ends(sound, sound[:, :0], sound[:, :0], 48_000).shape == sound.shape
    assert padded(sound, samples + 5, 48_000).shape[-1] == samples + 5
    assert extended(sound, 5, 48_000).shape[-1] == samples + 5
