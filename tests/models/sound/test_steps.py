import numpy as np
import pytest

from anime_production.benchmarks.sounds import RATES, noise, plucks, tone, wind
from anime_production.models.sound.steps import seam_step


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("kind", [tone, noise, wind])
def test_a_steady_sound_has_no_step_and_one_that_grows_has(kind, rate):
    sound = kind(rate)
    assert seam_step(sound, rate).ratio < 1
    grown = seam_step(sound * 10 ** (np.linspace(-6, 6, sound.shape[1]) / 20), rate)
    assert grown.ratio > 1.6
    assert grown.louder == pytest.approx(-12, abs=2)
    assert grown.is_of_level


def test_another_spectrum_is_a_step_though_the_level_is_the_same():
    sound = tone(48_000)
    sound[:, 48_000:] *= np.linspace(1, 0, 48_000)
    sound[:, 48_000:] += tone(48_000, 1000.0)[:, :48_000] * np.linspace(0, 1, 48_000)
    step = seam_step(sound, 48_000)
    assert step.ratio > 1.6
    assert not step.is_of_level


def test_a_sound_that_has_steps_of_its_own_may_have_one_at_the_seam():
    assert seam_step(plucks(44_100), 44_100).ratio < 1.6


def test_a_sound_that_has_faded_away_begins_anew():
    sound = tone(48_000) * np.exp(-np.linspace(0, 12, 96_000))
    step = seam_step(sound, 48_000)
    assert step.begins_anew
    assert step.ratio == 0
    assert seam_step(np.flip(sound, axis=1), 48_000).ratio > 1.6, "it is cut off at full level"
