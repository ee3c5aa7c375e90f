import pytest
import torch

from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.loop.closing.trim import trimmed
from anime_production.models.sample.sample_clip import Faults, draw_clip


def clip(frames, hold=1, seed=1):
    return draw_clip(frames, 128, 128, 12, 0, seed, Faults(hold=hold))


@pytest.mark.parametrize(("frames", "left"), [(13, 12), (17, 12), (29, 24), (41, 36)])
def test_the_first_choice_keeps_as_many_whole_periods_as_there_are(frames, left):
    assert len(next(trimmed(DrawnClip.from_images(clip(frames)))).recipe) == left


def test_drawings_on_twos_are_cut_between_drawings():
    images = clip(30, hold=2)
    for change in trimmed(DrawnClip.from_images(images)):
        cut = DrawnClip.from_images(change.recipe.render())
        assert set(cut.pattern.lengths) == {2}
    assert len(next(trimmed(DrawnClip.from_images(images))).recipe) == 24


def test_at_least_half_of_the_clip_is_left_unless_asked_otherwise():
    images = torch.cat([clip(12), draw_clip(20, 128, 128, 40, 1, 5)])
    clip_drawn = DrawnClip.from_images(images)
    halves = [len(change.recipe) for change in trimmed(clip_drawn)]
    quarters = [len(change.recipe) for change in trimmed(clip_drawn, least_share=0.25)]
    assert min(halves) >= 16
    assert 8 <= min(quarters) < 16


def test_a_pose_passed_on_the_way_back_is_no_place_to_cut():
    """A pendulum: every pose but the outermost comes twice in a period."""
    across = 40 + 30 * torch.sin(torch.arange(30) / 16 * 2 * torch.pi + 0.5)
    columns = torch.arange(80.0).view(1, 1, -1, 1)
    bar = torch.exp(-(((columns - across.view(-1, 1, 1, 1)) / 6) ** 2))
    images = bar.expand(-1, 48, -1, 3).contiguous()
    assert len(next(trimmed(DrawnClip.from_images(images))).recipe) == 16


def test_what_is_too_short_to_cut_is_not_cut():
    assert list(trimmed(DrawnClip.from_images(clip(12)[:3]))) == []
