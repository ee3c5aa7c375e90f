import numpy as np
import pytest

from anime_production.benchmarks.sounds import KINDS, RATES, chord, noise, tone
from anime_production.models.sound.clicks import find_click, prediction_errors


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_place_inside_a_sound_is_no_click(kind, rate):
    sound = KINDS[kind](rate)
    fade = rate // 2
    share = np.linspace(0, 1, fade)
    ring = sound[:, :-fade].copy()
    ring[:, :fade] = sound[:, -fade:] * np.sqrt(1 - share) + ring[:, :fade] * np.sqrt(share)
    for start in (0.7, 0.9, 1.1):
        assert find_click(np.roll(ring, -round(start * rate), axis=1), rate).ratio < 1


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", [tone, chord])
def test_a_cut_wave_clicks(kind, rate):
    sound = kind(rate)[:, : round(1.237 * rate)]
    assert find_click(sound, rate).ratio > 2


def test_a_jump_in_noise_and_one_in_a_single_channel_are_found():
    rate = 48_000
    sound = noise(rate)
    assert find_click(sound, rate).ratio < 1
    saw = np.linspace(-1, 1, sound.shape[1])
    assert find_click(sound + saw, rate).ratio > 1
    sound[1] += saw
    assert find_click(sound, rate).ratio > 1


def test_a_sound_that_clicks_everywhere_does_not_click_at_the_seam():
    rate = 48_000
    cut = round(0.3137 * rate)
    sound = np.concatenate([tone(rate)[:, :cut]] * 4, axis=1)
    assert find_click(sound, rate).ratio < 1.1


def test_a_tone_is_predicted_and_a_jump_is_not():
    sound = tone(44_100)[0]
    sound[40_000:] += 0.1
    errors = np.abs(prediction_errors(sound, 44_100))
    assert 20_000 + errors[20_000:60_000].argmax() == pytest.approx(40_000, abs=2)
    assert errors[20_000:30_000].max() < 0.001
