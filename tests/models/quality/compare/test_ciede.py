import numpy as np
import pytest
import torch

from anime_production.models.quality.compare import ciede
from anime_production.models.quality.compare.ciede import (
    ciede2000,
    colour_differences,
    percentile,
)

skimage_colour = pytest.importorskip("skimage.color")

# Sharma, Wu, Dalal 2005, table 1: pairs made to find mistakes around the hue's turn and grey.
SHARMA = [
    ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
    ((50, -1.3802, -84.2814), (50, 0, -82.7485), 1.0000),
    ((50, 0, 0), (50, -1, 2), 2.3669),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0009), 7.1792),
    ((50, 2.4900, -0.0010), (50, -2.4900, 0.0011), 7.2195),
    ((50, -0.0010, 2.4900), (50, 0.0009, -2.4900), 4.8045),
    ((50, -0.0010, 2.4900), (50, 0.0011, -2.4900), 4.7461),
    ((50, 2.5, 0), (73, 25, -18), 27.1492),
    ((50, 2.5, 0), (58, 24, 15), 19.4535),
    ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
    ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
]


@pytest.mark.parametrize(("one", "other", "expected"), SHARMA)
def test_the_published_pairs_have_their_published_differences(one, other, expected):
    lab, reference = torch.tensor([one, other], dtype=torch.float64)
    assert ciede2000(lab, reference).item() == pytest.approx(expected, abs=1e-4)
    assert ciede2000(reference, lab).item() == pytest.approx(expected, abs=1e-4)


def test_random_colours_differ_as_scikit_image_says():
    lab = torch.rand(2, 20_000, 3, generator=torch.Generator().manual_seed(5))
    lab = lab * torch.tensor([100.0, 200.0, 200.0]) - torch.tensor([0.0, 100.0, 100.0])
    expected = skimage_colour.deltaE_ciede2000(*lab.double().numpy())
    assert np.abs(ciede2000(*lab).numpy() - expected).max() < 1e-4


def test_pictures_differ_as_scikit_image_says(drawings, altered):
    lab = skimage_colour.rgb2lab(drawings[0].double().numpy())
    for name, each in altered.items():
        expected = skimage_colour.deltaE_ciede2000(
            lab, skimage_colour.rgb2lab(each.double().numpy())
        )
        differences = colour_differences(each, drawings[0])
        assert differences.mean().item() == pytest.approx(expected.mean(), abs=1e-4), name
        inside = np.percentile(expected, 95, method="inverted_cdf")
        assert percentile(differences).item() == pytest.approx(inside, abs=1e-4), name


def test_the_same_colours_differ_by_nothing(drawings):
    assert colour_differences(drawings[0], drawings[0].clone()).abs().max() == 0


def test_strips_change_nothing(drawings, altered, monkeypatch):
    whole = colour_differences(altered["jpeg"], drawings[0])
    monkeypatch.setattr(ciede, "PIXELS_AT_ONCE", 1000)
    torch.testing.assert_close(colour_differences(altered["jpeg"], drawings[0]), whole)


def test_a_tenth_of_the_picture_shows_in_the_percentile_and_a_hundredth_does_not():
    differences = torch.zeros(100, 100)
    differences[:10] = 7.0
    assert percentile(differences) == 7.0
    differences[1:] = 0
    assert percentile(differences) == 0.0
