import numpy as np
import pytest
import torch

from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.compare.ssim import (
    LEAST_SIDE_OF_SCALES,
    SCALE_WEIGHTS,
    multi_scale_ssim,
    ssim,
)

scipy_signal = pytest.importorskip("scipy.signal")
skimage_metrics = pytest.importorskip("skimage.metrics")


def scikit_image(grey, reference):
    return skimage_metrics.structural_similarity(
        grey.double().numpy(),
        reference.double().numpy(),
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=1.0,
    )


def windowed(values):
    bell = np.exp(-0.5 * (np.arange(-5, 6) / 1.5) ** 2)
    window = np.outer(bell, bell) / bell.sum() ** 2
    return scipy_signal.convolve2d(values, window, mode="valid")


def slow_multi_scale(grey, reference):
    """Wang, Simoncelli, Bovik 2003, equation 7, with whole windows in double precision."""
    one, other = grey.double().numpy(), reference.double().numpy()
    product = 1.0
    for scale, weight in enumerate(SCALE_WEIGHTS):
        m, n = windowed(one), windowed(other)
        one_variance, other_variance = windowed(one**2) - m**2, windowed(other**2) - n**2
        covariance = windowed(one * other) - m * n
        contrast = (2 * covariance + 0.03**2) / (one_variance + other_variance + 0.03**2)
        light = (2 * m * n + 0.01**2) / (m**2 + n**2 + 0.01**2)
        last = scale == len(SCALE_WEIGHTS) - 1
        product *= max(0.0, (light * contrast if last else contrast).mean()) ** weight
        height, width = one.shape[0] // 2 * 2, one.shape[1] // 2 * 2
        one, other = (
            each[:height, :width].reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
            for each in (one, other)
        )
    return product


def test_it_is_what_scikit_image_computes(drawings, altered):
    grey = luma(drawings[0])
    values = {name: ssim(luma(each), grey).item() for name, each in altered.items()}
    expected = {name: scikit_image(luma(each), grey) for name, each in altered.items()}
    assert values == pytest.approx(expected, abs=1e-5)
    assert 0.1 < values["noise"] < 0.99  # pictures that differ, so that the test can tell


def test_bright_flat_pictures_with_faint_noise_are_measured_as_in_double_precision():
    noise = torch.rand(2, 120, 130, generator=torch.Generator().manual_seed(4)) / 255
    one, other = 0.95 + noise
    assert ssim(one, other).item() == pytest.approx(scikit_image(one, other), abs=1e-4)


def test_identical_pictures_have_exactly_one(drawings):
    grey = luma(drawings[0])
    assert ssim(grey, grey.clone()) == multi_scale_ssim(grey, grey.clone()) == 1.0


@pytest.mark.parametrize("shape", [(192, 224), (LEAST_SIDE_OF_SCALES, 187)])
def test_multi_scale_is_what_the_paper_says(drawings, altered, shape):
    grey = luma(drawings[0])[: shape[0], : shape[1]]
    for name, each in altered.items():
        other = luma(each)[: shape[0], : shape[1]]
        assert multi_scale_ssim(other, grey).item() == pytest.approx(
            slow_multi_scale(other, grey), abs=1e-4
        ), name


def test_fine_grain_counts_less_over_several_scales(drawings, altered):
    grey, noisy = luma(drawings[0]), luma(altered["noise"])
    assert multi_scale_ssim(noisy, grey) > ssim(noisy, grey) + 0.05
