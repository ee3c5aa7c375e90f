import pytest
import torch
from torch.nn.functional import interpolate

from anime_production.benchmarks.distortions import enlarge
from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.still.resolution import resolution
from anime_production.models.sample.sample_clip import draw_clip


@pytest.mark.parametrize("character", range(4))
def test_a_drawing_has_all_of_it_and_an_enlarged_one_what_it_had(character):
    drawing = draw_clip(1, 416, 320, 24, character, 0)
    assert resolution(luma(drawing)[0]) > 0.95
    for scale in (2, 3, 4):
        found = resolution(luma(enlarge(drawing, scale))[0])
        assert 0.9 / scale < found < 1.75 / scale


def test_the_coarser_direction_counts():
    drawing = draw_clip(1, 416, 320, 24, 0, 0)
    pictures = drawing.movedim(-1, 1)
    found = []
    for size in ((320, 1248), (960, 416)):
        stretched = interpolate(pictures, size, mode="bicubic").movedim(1, -1)
        found.append(resolution(luma(stretched)[0]))
    assert max(found) < 0.6


def test_where_nothing_is_drawn_it_is_unknown():
    assert resolution(torch.full((128, 128), 0.5)) is None
    assert resolution(torch.rand(64, 64)) is None


def test_strips_give_what_the_whole_picture_gives(monkeypatch):
    grey = luma(enlarge(draw_clip(1, 416, 320, 24, 0, 0), 2))[0]
    whole = resolution(grey)
    monkeypatch.setattr("anime_production.models.quality.still.resolution.STRIP", 10_000)
    assert resolution(grey) == pytest.approx(whole, rel=1e-4)
