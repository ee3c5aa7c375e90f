import numpy as np
import pytest

from anime_production.models.image_ops.luma import luma
from anime_production.models.quality.compare.gmsd import gmsd

DOWN = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]]) / 3


def slow_gmsd(grey, reference):
    """Xue et al. 2014, equations 1–5, pixel by pixel on 0–255."""
    maps = []
    for picture in (grey, reference):
        picture = picture.double().numpy() * 255
        height, width = -(-picture.shape[0] // 2), -(-picture.shape[1] // 2)
        even = np.zeros((2 * height, 2 * width))
        even[: picture.shape[0], : picture.shape[1]] = picture
        edged = np.zeros((height + 2, width + 2))
        for row in range(height):
            for column in range(width):
                block = even[2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
                edged[row + 1, column + 1] = block.mean()
        magnitude = np.empty((height, width))
        for row in range(height):
            for column in range(width):
                around = edged[row : row + 3, column : column + 3]
                magnitude[row, column] = np.hypot((around * DOWN).sum(), (around * DOWN.T).sum())
        maps.append(magnitude)
    one, other = maps
    similarity = (2 * one * other + 170) / (one**2 + other**2 + 170)
    return np.sqrt(((similarity - similarity.mean()) ** 2).mean())


@pytest.mark.parametrize("shape", [(96, 120), (95, 117)])
def test_it_is_what_the_paper_says(drawings, altered, shape):
    grey = luma(drawings[0])[: shape[0], : shape[1]]
    for name, each in altered.items():
        other = luma(each)[: shape[0], : shape[1]]
        assert gmsd(other, grey).item() == pytest.approx(slow_gmsd(other, grey), abs=1e-5), name


def test_identical_pictures_have_none(drawings):
    assert gmsd(luma(drawings[0]), luma(drawings[0])) == 0.0


def test_a_change_of_light_counts_less_than_a_moved_line(drawings, altered):
    grey = luma(drawings[0])
    assert gmsd(luma(altered["darker"]), grey) < gmsd(luma(altered["moved"]), grey) / 2
