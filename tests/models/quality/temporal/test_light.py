import numpy as np
import pytest
import torch

from anime_production.models.quality.temporal.light import (
    Light,
    flashes,
    flicker,
    pumping,
)


def light(luma):
    luma = np.asarray(luma, dtype=float)
    return Light(range(len(luma)), luma, luma)


def none(luma):
    return np.zeros(len(luma))


def strength(luma):
    return np.sqrt(np.nanmean(flicker(light(luma), none(luma)) ** 2))


def test_independent_changes_of_light_come_back_at_their_strength():
    luma = torch.randn(4000, generator=torch.Generator().manual_seed(1)).numpy() * 3 / 255
    assert strength(luma + 0.5) == pytest.approx(3, rel=0.05)


def test_a_fade_is_no_flicker_no_flash_and_no_pumping():
    luma = np.linspace(0.1, 0.9, 48)
    assert strength(luma) < 1e-6
    assert flashes(light(luma)).max() < 1e-6
    assert pumping(light(luma), none(luma))[0] < 1e-6


@pytest.mark.parametrize(
    ("way", "to"), [(0.3, 1.0), (0.8, 1.0), (1.0, 1.0), (0.5, 0.0), (1.0, 0.0)]
)
@pytest.mark.parametrize("drawings", [1, 2, 3])
def test_a_flash_to_white_or_black_is_the_way_that_it_goes(way, to, drawings):
    luma = np.full(24, 0.4)
    luma[10 : 10 + drawings] += way * (to - 0.4)
    found = flashes(light(luma))
    assert found[10 : 10 + drawings] == pytest.approx([way] * drawings, abs=0.01)
    assert np.delete(found, range(10, 10 + drawings)).max() < 0.01


def test_light_that_is_switched_on_is_no_flash():
    assert flashes(light([0.2] * 12 + [0.8] * 12)).max() < 1e-6


def test_light_that_jumps_with_every_drawing_is_flicker_and_no_flash():
    jumping = 0.5 + 0.1 * (-1.0) ** np.arange(24)
    assert flashes(light(jumping)).max() < 1e-6
    assert strength(jumping) > 20


def test_a_flash_is_not_taken_for_flicker():
    luma = np.full(24, 0.4)
    luma[10] = 1.0
    off = flicker(light(luma), flashes(light(luma)))
    assert np.nanmax(np.abs(off)) < 1e-6


def test_pumping_comes_back_at_its_strength_and_its_period():
    luma = 0.5 + np.sin(np.arange(60) * 2 * np.pi / 15) * 2**0.5 * 5 / 255
    levels, period = pumping(light(luma), none(luma))
    assert levels == pytest.approx(5, rel=0.02)
    assert period == pytest.approx(15, rel=0.02)


def test_random_flicker_does_not_pump():
    for seed in range(8):
        luma = torch.randn(48, generator=torch.Generator().manual_seed(seed)).numpy() * 8 / 255
        assert pumping(light(luma + 0.5), none(luma))[0] < 0.1


def test_too_few_drawings_cannot_pump():
    assert pumping(light([0.5] * 8), none([0.5] * 8)) is None
