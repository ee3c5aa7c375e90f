import pytest
import torch
from torch.nn.functional import interpolate

from anime_production.models.image_ops.area_mean import area_mean

from ...pretend_device import pretend_device


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("size", [(96, 166), (5, 7), (48, 208), (152, 96), (152, 208), (160, 300)])
def test_the_means_are_those_of_torch_on_every_device(kind, size):
    torch.manual_seed(1)
    pictures = torch.rand(2, 3, 152, 208)
    expected = interpolate(pictures, size=size, mode="area")
    assert torch.equal(area_mean(pictures, size), expected)
    with pretend_device(kind) as pretended:
        means = area_mean(pictures.to(pretended.device), size)
        assert pretended.counts.operations <= 2
        assert pretended.counts.waits == 0
        torch.testing.assert_close(means.cpu(), expected, rtol=0, atol=1e-6)
