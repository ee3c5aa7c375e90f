import pytest
import torch

from .measured import fails, measured, passes
from .painted import moving_figure, pan, texture

PLACE = (slice(30, 75), slice(40, 90))


def popped(clip, drawings, start=8):
    clip = clip.clone()
    popping = (slice(start, start + drawings), *PLACE)
    clip[popping] = texture(45, 50, seed=7)
    return clip


@pytest.mark.parametrize("clip", [pan(24, speed=1), moving_figure(24)])
def test_a_part_that_is_another_one_fails_the_more_the_longer(clip):
    found = [measured(popped(clip, drawings), "pop") for drawings in range(6)]
    values = [each.value for each in found]
    assert values == sorted(values)
    assert values[0] == 0
    assert found[5].verdict.value == "FAIL"
    assert 8 <= found[5].worst_frame < 13


def test_a_drawing_that_is_blank_for_four_frames_fails():
    """Lines of a pencil on white paper, before which a hand moves, as in a rough sketch."""
    random = torch.Generator().manual_seed(3)
    strokes = (torch.rand(1, 1, 32, 40, generator=random) > 0.8).float()
    lines = torch.nn.functional.interpolate(strokes, size=(128, 160))[0, 0, :, :, None]
    clip = (1 - 0.8 * lines).expand(-1, -1, 3).repeat(24, 1, 1, 1)
    for frame in range(24):
        clip[frame, 20:100, 20 + 2 * frame : 80 + 2 * frame] = texture(80, 60, seed=2)
    assert passes(clip, "pop")
    assert passes(clip, "flash")
    clip[10:14] = 1.0
    assert fails(clip, "flash")


def test_light_is_no_pop():
    clip = pan(16, speed=1)
    clip[6:8] = clip[6:8] * 0.7
    assert passes(clip, "pop")


@pytest.mark.parametrize("clip", [pan(20, speed=4), moving_figure(20, speed=3)])
def test_motion_is_no_pop(clip):
    assert passes(clip, "pop")


def test_a_cut_is_no_pop():
    assert passes(torch.cat([pan(12), pan(12, seed=3)]), "pop")


def test_the_memory_is_that_of_a_few_drawings():
    from anime_production.models.quality.temporal.pops import LONGEST, PopFinder
    from anime_production.models.quality.temporal.step_flow import step_flow
    from anime_production.models.quality.temporal.working_picture import WorkingPicture

    finder, before = PopFinder(), None
    for frame in pan(12):
        picture = WorkingPicture(frame)
        finder.add(picture, None if before is None else step_flow(before, picture))
        before = picture
    assert len(finder._recent) == LONGEST + 1


@pytest.mark.parametrize("drawings", [1, 2, 3, 4])
def test_a_part_that_pops_on_a_figure_that_walks_is_found(drawings):
    clip = moving_figure(18, speed=3)
    for frame in range(7, 7 + drawings):
        left = 25 + 3 * frame
        clip[frame, 40:80, left : left + 40] = texture(40, 40, seed=7)
    assert fails(clip, "pop")
