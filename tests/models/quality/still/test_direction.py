import pytest
import torch
from torch.nn.functional import conv2d

from anime_production.benchmarks.distortions import blur
from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.still.direction import blur_direction, edge_widths
from anime_production.models.sample.sample_clip import draw_clip


@pytest.fixture(scope="module")
def drawing():
    return draw_clip(1, 416, 320, 24, 0, 0)


def moved(grey, pixels, direction):
    """As a camera that moves while the shutter is open."""
    kernel = torch.zeros(pixels, pixels)
    if direction == 0:
        kernel[pixels // 2] = 1 / pixels
    elif direction == 90:
        kernel[:, pixels // 2] = 1 / pixels
    else:
        kernel = torch.eye(pixels) / pixels
    return conv2d(grey[None, None], kernel[None, None])[0, 0]


@pytest.mark.parametrize("direction", [0, 45, 90])
def test_motion_widens_edges_of_its_direction(drawing, direction):
    ratio, found = blur_direction(moved(luma(drawing)[0], 9, direction))
    assert ratio > 2
    assert found == direction


def test_a_soft_picture_is_soft_all_round(drawing):
    clean = blur_direction(luma(drawing)[0])
    soft = blur_direction(luma(blur(drawing, 2.5))[0])
    assert clean[0] < 1.6
    assert soft[0] < 1.6


def test_without_edges_there_is_no_direction():
    assert blur_direction(torch.full((64, 64), 0.5)) is None
    assert edge_widths(torch.rand(8, 8)) == {}
