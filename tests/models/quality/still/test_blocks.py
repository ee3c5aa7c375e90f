import pytest
import torch

from anime_production.benchmarks.distortions import add_noise, compress
from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.still.blocks import blockiness
from anime_production.models.sample.sample_clip import draw_clip


def stairs(height=160, width=240, offset=0):
    """Flat blocks of 8 px with faint texture in them: steps at the grid are ten times as high."""
    x = torch.arange(width)
    y = torch.arange(height)[:, None]
    blocks = 0.5 + 0.02 * (((x + offset) // 8 + (y + offset) // 8) % 2)
    return (blocks + 0.002 * (x % 2)).float()


@pytest.mark.parametrize("offset", range(0, 8, 3))
def test_a_grid_is_found_wherever_it_lies(offset):
    assert blockiness(stairs(offset=offset)) > 5


def test_drawings_and_noise_have_no_grid():
    drawing = draw_clip(1, 416, 240, 24, 0, 0)
    assert blockiness(luma(drawing)[0]) < 0.1
    assert blockiness(luma(add_noise(drawing, 6))[0]) < 0.1
    assert blockiness(torch.full((64, 64), 0.5)) == 0


def test_one_line_on_the_grid_is_no_grid():
    grey = torch.full((160, 240), 0.5)
    grey[:, 120:] = 0.52
    assert blockiness(grey) == 0


def test_strong_jpeg_has_one_even_after_a_crop(shared_picture):
    picture = compress(shared_picture("backgrounds/bg_uni.jpg"), 10)
    assert blockiness(luma(picture)[0]) > 0.4
    assert blockiness(luma(picture)[0, 3:, 5:]) > 0.4
