import pytest

from anime_production.models.quality.compare.psnr import CEILING, psnr

skimage_metrics = pytest.importorskip("skimage.metrics")


def test_it_is_what_scikit_image_computes(drawings, altered):
    for name, each in altered.items():
        expected = skimage_metrics.peak_signal_noise_ratio(
            drawings[0].double().numpy(), each.double().numpy(), data_range=1.0
        )
        assert psnr(each, drawings[0]).item() == pytest.approx(expected, abs=1e-4), name


def test_identical_pictures_have_the_ceiling_which_is_a_number(drawings):
    assert psnr(drawings[0], drawings[0].clone()) == CEILING
    assert psnr(drawings[0], drawings[0] + 1e-7) == CEILING
