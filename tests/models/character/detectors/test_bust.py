import pytest

from anime_production.models.character.detection import Box
from anime_production.models.character.detectors.bust import (
    ABOVE,
    BELOW,
    SIDES,
    Inset,
    bust_box,
    clip_to_picture,
    face_box,
)


def test_a_bust_is_as_wide_in_pixels_whatever_the_shape_of_the_picture():
    """A face of 60 pixels in a picture of 600 × 300, and in one of 300 × 600."""
    for width, height in ((600, 300), (300, 600)):
        face = Box(120 / width, 120 / height, 180 / width, 180 / height)
        bust = bust_box(face, width / height)
        pixels = (bust.left * width, bust.top * height, bust.right * width, bust.bottom * height)
        expected = (150 - SIDES * 60, 180 - ABOVE * 60, 150 + SIDES * 60, 180 + BELOW * 60)
        assert pixels == pytest.approx(expected)


def test_a_bust_is_cut_to_the_picture():
    assert clip_to_picture(Box(-0.2, 0.1, 0.7, 1.3)) == Box(0.0, 0.1, 0.7, 1.0)


def test_the_face_of_a_head_is_below_its_hair():
    face = face_box(Box(0.2, 0.2, 0.4, 0.4), Inset(side=0.2, top=0.5, bottom=0.0))
    assert face == pytest.approx(Box(0.24, 0.3, 0.36, 0.4))
