import numpy as np
import pytest
import torch

from anime_production.models.image_ops.flow import grey_picture, optical_flow


def texture(shift, side=96):
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    x = x - shift
    waves = np.sin(x / 5) + np.sin((x + 2 * y) / 9) + np.sin(y / 6)
    return np.rint(127 + 40 * waves).astype(np.uint8)


def test_the_flow_is_how_far_a_picture_moved():
    flow = optical_flow(texture(0), texture(2.5))[16:-16, 16:-16]
    assert np.abs(flow[..., 0] - 2.5).mean() < 0.2
    assert np.abs(flow[..., 1]).mean() < 0.2


@pytest.mark.parametrize("size", [(17, 300), (40, 101), (300, 17)])
def test_a_strip_is_followed_too(size):
    """OpenCV crashes on pictures much wider than high."""
    wide = texture(0, max(size))[: size[0], : size[1]]
    moved = texture(2, max(size))[: size[0], : size[1]]
    flow = optical_flow(np.ascontiguousarray(wide), np.ascontiguousarray(moved))
    assert flow.shape == (*size, 2)
    assert np.median(flow[..., 0]) == pytest.approx(2, abs=0.3)
    assert np.median(flow[..., 1]) == pytest.approx(0, abs=0.3)


def test_a_large_frame_becomes_small_and_grey_and_a_small_one_keeps_its_size():
    assert grey_picture(torch.rand(300, 512, 3)).shape == (128, 218)
    assert grey_picture(torch.rand(40, 60, 3)).shape == (40, 60)
    white = grey_picture(torch.ones(200, 200, 3))
    assert white.dtype == np.uint8
    assert white.min() == 255


def test_a_picture_in_planes_gives_the_same_grey():
    frame = torch.rand(480, 832, 3)
    planar = frame.permute(2, 0, 1).contiguous().permute(1, 2, 0)
    assert np.array_equal(grey_picture(planar), grey_picture(frame))
