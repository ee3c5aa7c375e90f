import numpy as np
import pytest
import torch

from anime_production.models.quality.still.colourfulness import colourfulness


def test_it_is_hasler_and_suesstrunks_of_pixels_in_0_to_255():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3))
    red, green, blue = (pixels[..., channel].astype(float) for channel in range(3))
    rg, yb = red - green, 0.5 * (red + green) - blue
    expected = np.sqrt(rg.var() + yb.var()) + 0.3 * np.sqrt(rg.mean() ** 2 + yb.mean() ** 2)
    assert colourfulness(torch.from_numpy(pixels).float() / 255) == pytest.approx(
        expected, rel=1e-4
    )


def test_grey_has_none():
    assert colourfulness(torch.rand(20, 20, 1).expand(20, 20, 3)) == pytest.approx(0, abs=1e-4)
