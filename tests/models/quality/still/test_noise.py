import math

import numpy as np
import pytest
import torch
from scipy.ndimage import convolve

from anime_production.benchmarks.distortions import add_noise
from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.still.noise import noise
from anime_production.models.sample.sample_clip import draw_clip


def immerkaer(grey):
    """The whole picture's, as published; grey levels."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]])
    response = convolve(grey * 255.0, kernel)[1:-1, 1:-1]
    height, width = grey.shape
    scale = math.sqrt(math.pi / 2) / (6 * (width - 2) * (height - 2))
    return np.abs(response).sum() * scale


@pytest.mark.parametrize("deviation", [2.0, 5.0, 12.0])
def test_on_flat_grey_it_is_the_published_value_and_the_truth(deviation):
    generator = torch.Generator().manual_seed(0)
    grey = 0.5 + torch.randn(320, 480, generator=generator) * deviation / 255
    assert noise(grey) == pytest.approx(immerkaer(grey.double().numpy()), rel=0.06)
    assert noise(grey) == pytest.approx(deviation, rel=0.08)


@pytest.mark.parametrize("character", range(4))
def test_noise_on_a_drawing_is_found_at_its_strength_and_a_clean_one_has_none(character):
    drawing = draw_clip(1, 416, 240, 24, character, 0)
    assert noise(luma(drawing)[0]) < 0.2
    for deviation in (2, 6, 15):
        noisy = luma(add_noise(drawing, deviation))[0]
        assert noise(noisy) == pytest.approx(deviation, rel=0.15)


def test_white_paper_hides_no_noise():
    generator = torch.Generator().manual_seed(0)
    grey = torch.ones(320, 320)
    grey[:, 240:] = 0.5
    noisy = (grey + torch.randn(grey.shape, generator=generator) * 8 / 255).clamp(0, 1)
    assert noise(noisy) == pytest.approx(8, rel=0.15)
    assert noise(torch.ones(64, 64)) is None
    assert noise(torch.full((20, 24), 0.4)) == 0
