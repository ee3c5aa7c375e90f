"""Icon and banner of the Comfy registry: as the generator draws them, in the form that it takes."""

import numpy as np
import pytest
from PIL import Image

from anime_production.tools import registry_pictures
from anime_production.tools.registry_pictures import FOLDER, PICTURES

# Builds of OpenCV and FreeType round edges differently. On average over a picture that is far
# below one grey level; another colour of the hair is more than one.
SAME = 0.25


@pytest.mark.parametrize("name", PICTURES)
def test_the_picture_is_the_one_that_the_sample_draws(name):
    with Image.open(FOLDER / f"{name}.png") as file:
        kept = np.asarray(file.convert("RGB"), np.float32)
    drawn = np.asarray(registry_pictures.draw(name), np.float32)
    assert drawn.shape == kept.shape
    assert np.abs(drawn - kept).mean() < SAME, (
        "run `python quickstart.py generate registry-pictures`"
    )


def test_it_is_drawn_the_same_each_time():
    first, second = registry_pictures.draw("icon"), registry_pictures.draw("icon")
    assert first.tobytes() == second.tobytes()


def test_the_registry_takes_their_sizes():
    with Image.open(FOLDER / "icon.png") as icon, Image.open(FOLDER / "banner.png") as banner:
        assert icon.size == (400, 400)
        assert banner.width * 9 == banner.height * 21
        assert (icon.format, banner.format) == ("PNG", "PNG")
