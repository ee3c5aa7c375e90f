import pytest
import torch

from anime_production.models.holds import hold_pattern, moving_shares
from anime_production.models.sample.sample_clip import draw_clip


@pytest.mark.parametrize("hold", [1, 2, 3, 4])
def test_drawings_held_for_so_many_frames_are_found(hold):
    steps = torch.tensor([0.01] * (hold - 1) + [5.0]).repeat(10)[:-1]
    pattern = hold_pattern(steps)
    assert pattern.typical == hold
    assert sum(pattern.lengths) == pattern.frames == len(steps) + 1
    assert pattern.drawings == tuple(range(0, len(steps) + 1, hold))


def test_a_mixed_pattern_keeps_each_length():
    steps = torch.tensor([3.0, 0.0, 3.0, 0.0, 0.0, 3.0])
    assert hold_pattern(steps).lengths == (1, 2, 3, 1)


def test_a_clip_in_which_nothing_moves_is_one_drawing():
    assert hold_pattern(torch.full((20,), 0.01)).lengths == (21,)


def test_a_single_frame_is_one_drawing():
    assert hold_pattern(torch.zeros(0)).lengths == (1,)


def test_motion_that_slows_down_is_not_held():
    steps = 2 + torch.sin(torch.linspace(0, 12, 40)) * 1.5
    assert hold_pattern(steps).typical == 1
    assert len(hold_pattern(steps).drawings) == 41


def test_what_is_asked_of_frames_leaves_them_as_they_are():
    frames = draw_clip(40, 96, 96, 20, 0, 1)
    before = frames.clone()
    moving_shares(frames)
    assert torch.equal(frames, before)


@pytest.mark.parametrize("every", [2, 3, 4])
def test_noise_in_held_frames_is_no_motion_where_the_moves_are_regular(every):
    """Slow motion, of which the noise of compression is a fifth."""
    random = torch.Generator().manual_seed(every)
    steps = 0.6 * torch.rand(12 * every - 1, generator=random)
    steps[every - 1 :: every] += 2.0
    assert hold_pattern(steps).lengths == (every,) * 12


def test_motion_that_is_only_uneven_is_held_nowhere():
    random = torch.Generator().manual_seed(1)
    steps = 1.0 + torch.rand(35, generator=random)
    assert hold_pattern(steps).typical == 1


@pytest.mark.parametrize("large", [1, 2])
def test_a_cut_or_a_flash_makes_no_holds_of_slow_motion(large):
    steps = torch.full((19,), 2.0)
    steps[8 : 8 + large] = 60.0
    assert hold_pattern(steps).typical == 1
    assert len(hold_pattern(steps).drawings) == 20
