import math

import pytest
import torch
from torchvision.transforms.functional import gaussian_blur

from anime_production.models.quality.sharpness import edge_width
from anime_production.models.sample.sample_clip import Faults, draw_clip


def soft_edge(sigma):
    """A vertical edge from black to white, blurred by exactly `sigma` px."""
    x = torch.arange(64.0) - 31.7
    edge = 0.5 * (1 + torch.erf(x / (sigma * 2**0.5)))
    return edge.expand(64, 64)[None, ..., None].repeat(1, 1, 1, 3)


@pytest.mark.parametrize("sigma", [1.5, 1.75, 2.0])
def test_a_blurred_edge_is_as_wide_as_its_contrast_over_its_slope(sigma):
    width = edge_width(soft_edge(sigma))[0]
    assert width == pytest.approx(math.sqrt(2 * math.pi) * sigma, rel=0.06)


def test_blurring_a_drawing_widens_its_lines_at_every_strength():
    blurs = (0.0, 0.7, 1.4, 2.1, 2.8, 4.0)
    frames = [draw_clip(1, 256, 256, 24, 1, 0, Faults(blur=blur)) for blur in blurs]
    widths = [edge_width(frame)[0] for frame in frames]
    assert widths == sorted(widths)
    assert widths[0] < 2
    assert widths[-1] > 6


def test_flat_colour_around_a_drawing_changes_nothing():
    drawing = draw_clip(1, 256, 256, 24, 0, 0)
    wide = drawing[:, :1, :1].expand(1, 256, 512, 3).clone()
    wide[:, :, 128:384] = drawing
    assert edge_width(wide)[0] == pytest.approx(edge_width(drawing)[0], rel=0.25)


def test_a_picture_without_lines_has_no_edge_width():
    fog = torch.linspace(0.3, 0.5, 128).view(1, 1, -1, 1).expand(1, 128, 128, 3)
    assert edge_width(torch.cat([torch.full((1, 128, 128, 3), 0.5), fog])) == [None, None]


def test_real_drawings_are_sharp_and_blurred_ones_are_not(shared_picture, shared_pictures):
    for name in shared_pictures:
        picture = shared_picture(name)
        blurred = gaussian_blur(picture.movedim(-1, 1), [19, 19], [3.0, 3.0]).movedim(1, -1)
        assert edge_width(picture)[0] < 2.5
        assert edge_width(blurred)[0] > 4.0
