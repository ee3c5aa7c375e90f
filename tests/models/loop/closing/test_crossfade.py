import torch

from anime_production.models.loop.closing.crossfade import crossfaded
from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.sample.sample_clip import Faults, draw_clip


def test_the_end_fades_out_over_the_start_and_all_else_stays_to_the_bit():
    images = draw_clip(12, 96, 96, 24, 0, 1)
    (change,) = crossfaded(DrawnClip.from_images(images), 3)
    assert len(change.recipe) == 9
    assert torch.equal(change.recipe.render()[3:], images[3:9])
    for frame in range(3):
        share = (frame + 1) / 4
        mix = images[9 + frame] * (1 - share) + images[frame] * share
        assert torch.allclose(change.recipe.render()[frame], mix, atol=1e-6)


def test_on_twos_drawings_are_blended_and_held_as_before():
    images = draw_clip(24, 96, 96, 24, 0, 1, Faults(hold=2))
    (change,) = crossfaded(DrawnClip.from_images(images), 4)
    assert len(change.recipe) == 20
    assert set(DrawnClip.from_images(change.recipe.render()).pattern.lengths) == {2}
    assert torch.equal(change.recipe.render()[4:], images[4:20])


def test_the_clip_that_came_is_not_written_to():
    images = draw_clip(12, 96, 96, 24, 0, 1)
    before = images.clone()
    list(crossfaded(DrawnClip.from_images(images), 4))
    assert torch.equal(images, before)
