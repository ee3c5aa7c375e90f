import pytest
import torch

from anime_production.models.quality.flicker import brightness_curve, flicker_per_frame


def test_a_change_of_light_is_read_in_grey_levels():
    frames = torch.full((4, 40, 40, 3), 0.4) + torch.tensor([0, 3, -2, 5]).view(-1, 1, 1, 1) / 255
    assert brightness_curve(frames).tolist() == pytest.approx([0, 3, -2, 5], abs=1e-3)


def test_something_that_moves_changes_no_brightness():
    frames = torch.full((10, 60, 60, 3), 0.8)
    for i in range(10):
        frames[i, 20:40, 4 * i : 4 * i + 16] = 0.1
    assert brightness_curve(frames).abs().max() < 0.01


def test_a_fade_is_no_flicker():
    assert flicker_per_frame(torch.linspace(0, 60, 24)).abs().max() < 1e-4


def test_independent_changes_of_light_come_back_at_their_strength():
    brightness = torch.randn(4000, generator=torch.Generator().manual_seed(1)) * 3
    assert flicker_per_frame(brightness).square().mean().sqrt() == pytest.approx(3, rel=0.05)
