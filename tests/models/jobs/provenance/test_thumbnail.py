from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from anime_production.models.jobs.provenance.thumbnail import LONGEST_SIDE, MOST_BYTES, thumbnail


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L"])
@pytest.mark.parametrize("size", [(1920, 1080), (512, 768), (16, 16), (4000, 3)])
def test_a_picture_of_any_size_and_mode_becomes_a_small_one_of_its_shape(mode, size):
    small = thumbnail(Image.new(mode, size, 128))
    assert small is not None
    with Image.open(BytesIO(small)) as picture:
        assert picture.format == "WEBP"
        assert max(picture.size) == min(LONGEST_SIDE, max(size))
        assert picture.width / picture.height == pytest.approx(size[0] / size[1], rel=0.02) or (
            min(picture.size) == 1
        )


def test_even_noise_fits():
    noise = np.random.default_rng(0).integers(0, 256, (500, 500, 3), dtype=np.uint8)
    small = thumbnail(Image.fromarray(noise))
    assert small is not None
    assert len(small) <= MOST_BYTES
