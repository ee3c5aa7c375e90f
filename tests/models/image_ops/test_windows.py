import numpy as np
import pytest
import torch

from anime_production.models.image_ops.windows import (
    box_mean,
    gaussian_weights,
    windowed_mean,
)

ndimage = pytest.importorskip("scipy.ndimage")


@pytest.fixture
def picture():
    return torch.rand(23, 31, generator=torch.Generator().manual_seed(2))


def test_gaussian_means_are_what_scipy_computes(picture):
    expected = ndimage.gaussian_filter(picture.double().numpy(), 1.5, radius=5)[5:-5, 5:-5]
    found = windowed_mean(picture, gaussian_weights(1.5, 5))
    assert np.abs(found.numpy() - expected).max() < 1e-6


def test_uniform_means_are_what_scipy_computes(picture):
    expected = ndimage.uniform_filter(picture.double().numpy(), 7)[3:-3, 3:-3]
    assert np.abs(windowed_mean(picture, (1 / 7,) * 7).numpy() - expected).max() < 1e-6


@pytest.mark.parametrize("radius", [0, 1, 4, 12])
def test_means_of_a_box_leave_out_what_lies_outside_the_picture(picture, radius):
    expected = [
        [
            picture[max(0, y - radius) : y + radius + 1, max(0, x - radius) : x + radius + 1].mean()
            for x in range(31)
        ]
        for y in range(23)
    ]
    assert torch.allclose(box_mean(picture, radius), torch.tensor(expected), atol=1e-6)


def test_a_picture_gives_what_it_gives_among_many(picture):
    weights = gaussian_weights(1.5, 5)
    stack = torch.stack([picture, picture.flip(0)])
    assert torch.equal(windowed_mean(stack, weights)[0], windowed_mean(picture, weights))
