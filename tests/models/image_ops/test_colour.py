import pytest
import torch

from anime_production.models.image_ops.colour import lab_from_rgb

skimage_colour = pytest.importorskip("skimage.color")


def test_lab_is_what_skimage_computes():
    levels = torch.linspace(0, 1, 18)
    colours = torch.stack(torch.meshgrid(levels, levels, levels, indexing="ij"), dim=-1)
    expected = skimage_colour.rgb2lab(colours.double().numpy())
    torch.testing.assert_close(
        lab_from_rgb(colours).double(), torch.from_numpy(expected), atol=1e-3, rtol=0
    )


def test_one_colour_gives_what_it_gives_among_many():
    colours = torch.rand(7, 5, 3, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(lab_from_rgb(colours[2, 3]), lab_from_rgb(colours)[2, 3])
