import pytest
import torch

from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.loop.closing.repeat import without_repeat
from anime_production.models.sample.sample_clip import Faults, draw_clip


@pytest.mark.parametrize(("hold", "again"), [(1, 1), (1, 3), (2, 1), (2, 2), (3, 3)])
def test_the_first_drawing_shown_once_more_is_dropped(hold, again):
    images = draw_clip(12, 96, 96, 12, 0, 1, Faults(hold=hold))
    (change,) = without_repeat(
        DrawnClip.from_images(torch.cat([images, images[:1].repeat(again, 1, 1, 1)]))
    )
    assert torch.equal(change.recipe.render(), images)
    assert change.notes[0].value == again


def test_a_drawing_that_goes_on_through_the_seam_is_no_repeat():
    images = draw_clip(12, 96, 96, 12, 0, 1, Faults(hold=2))
    assert list(without_repeat(DrawnClip.from_images(images.roll(1, dims=0)))) == []


def test_nothing_is_dropped_from_a_loop():
    assert list(without_repeat(DrawnClip.from_images(draw_clip(12, 96, 96, 12, 0, 1)))) == []
