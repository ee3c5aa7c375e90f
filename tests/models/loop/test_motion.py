import pytest
import torch

from anime_production.models.loop.motion import continuity
from anime_production.models.pixels.flow import GreyPictures
from anime_production.models.report import Verdict
from anime_production.models.sample.clip import draw_clip


def measured_of(frames):
    return continuity(GreyPictures(frames, range(len(frames))))


def noise(frames, side=64):
    return torch.rand(frames, side, side, 3, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("strength", [0.02, 0.1, 1.0])
def test_grain_has_no_motion_to_follow(strength):
    grain = 0.5 + strength * (noise(16) - 0.5)
    assert measured_of(grain).verdict is Verdict.FAIL


@pytest.mark.parametrize("period", [3, 4, 8, 24])
def test_a_cycle_however_short_is_motion(period):
    clip = draw_clip(24, 80, 80, period, 1, 3)
    assert measured_of(clip).verdict is Verdict.PASS


def test_with_few_drawings_it_is_not_measured_and_changes_nothing():
    measured = measured_of(noise(5))
    assert measured.verdict is Verdict.NOT_MEASURED
    assert not measured.required
