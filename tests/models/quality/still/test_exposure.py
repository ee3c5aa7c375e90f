import pytest
import torch

from anime_production.models.quality.still.exposure import clipped_share, contrast, crushed_share


def test_white_is_clipped_and_black_is_crushed_and_a_saturated_colour_is_neither():
    frame = torch.full((8, 8, 3), 0.5)
    frame[:2] = 1.0
    frame[2] = 0.0
    frame[3] = torch.tensor([1.0, 0.0, 0.0])
    assert clipped_share(frame) == pytest.approx(2 / 8)
    assert crushed_share(frame) == pytest.approx(1 / 8)


def test_contrast_is_from_dark_to_light_and_blind_to_specks():
    grey = torch.full((100, 100), 0.3)
    grey[:, 50:] = 0.7
    grey[0, :20] = 0.0
    grey[1, :20] = 1.0
    assert contrast(grey) == pytest.approx(0.4)
    assert contrast(torch.full((500, 700), 0.3)) == 0
