import numpy as np
import pytest
import torch

from anime_production.models.image_ops.gradients import prewitt_gradient

ndimage = pytest.importorskip("scipy.ndimage")


def test_the_gradient_is_what_scipy_computes():
    picture = torch.rand(19, 27, generator=torch.Generator().manual_seed(2)).double()
    across, down = (
        ndimage.prewitt(picture.numpy(), axis=axis, mode="constant") / 3 for axis in (1, 0)
    )
    assert np.abs(prewitt_gradient(picture).numpy() - np.hypot(across, down)).max() < 1e-12


def test_a_ramp_rises_by_two_steps_over_two_pixels():
    ramp = torch.arange(9.0).expand(6, 9)
    assert torch.equal(prewitt_gradient(ramp)[1:-1, 1:-1], torch.full((4, 7), 2.0))
