import torch

from anime_production.models.loop.closing.drawn_clip import DrawnClip
from anime_production.models.loop.closing.ping_pong import ping_pong
from anime_production.models.sample.sample_clip import Faults, draw_clip


def test_it_plays_back_without_doubling_the_ends():
    images = draw_clip(6, 96, 96, 24, 0, 1)
    (change,) = ping_pong(DrawnClip.from_images(images))
    assert torch.equal(change.recipe.render(), images[[0, 1, 2, 3, 4, 5, 4, 3, 2, 1]])


def test_drawings_are_held_on_the_way_back_as_on_the_way_there():
    images = draw_clip(8, 96, 96, 24, 0, 1, Faults(hold=2))
    (change,) = ping_pong(DrawnClip.from_images(images))
    assert torch.equal(change.recipe.render(), images[[0, 1, 2, 3, 4, 5, 6, 7, 4, 5, 2, 3]])
