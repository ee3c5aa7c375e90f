import cv2
import numpy as np
import pytest
import torch

from anime_production.models.character.detection import Region
from anime_production.models.character.detectors.bust import clip_to_picture
from anime_production.models.character.detectors.lbp import (
    FACE,
    MOST_PIXELS,
    LbpFaceDetector,
    equalised,
)
from anime_production.models.frames import InputError

from ..conftest import GROUNDS

# Middle and chin of each character's face in `placed(…, width=480)`, in pixels, read off by eye.
FACES = {"eileen": (240, 248), "sylvie": (233, 186)}


@pytest.mark.parametrize("on", GROUNDS)
def test_the_one_face_of_every_drawing_is_found_where_it_is(faced, drawings, on):
    for drawing in drawings:
        _, found = faced(drawing, on)
        assert len(found) == 1, drawing
        middle, chin = FACES[drawing.split("_")[0]]
        face = found[0].face
        assert (face.left + face.right) / 2 * 480 == pytest.approx(middle, abs=18)
        assert face.bottom * 720 == pytest.approx(chin, abs=25)
        assert found[0].confidence is None


@pytest.mark.slow
@pytest.mark.parametrize("on", GROUNDS)
def test_faces_are_found_at_full_size_too(placed, lbp, drawings, on):
    for drawing in drawings:
        assert len(lbp.detect(placed(drawing, on))[0]) == 1


@pytest.mark.parametrize("name", GROUNDS)
def test_there_is_no_face_in_a_background(ground, lbp, name):
    whole = ground(name)
    for picture in (whole[:, ::2, ::2], whole[:, :, 400:880]):
        assert lbp.detect(picture) == [()]


@pytest.mark.parametrize("character", range(4))
def test_a_sample_characters_face_is_found_in_every_frame(sample, lbp, character):
    found = lbp.detect(sample(character, 1)[::3])
    assert [len(each) for each in found] == [1, 1, 1]


def test_two_who_stand_side_by_side_are_two(side_by_side, lbp):
    found = lbp.detect(side_by_side("eileen_happy", "sylvie_blue_smile", "bg_uni")[:, ::2, ::2])[0]
    left, right = sorted((each.face.left + each.face.right) / 2 for each in found)
    assert left == pytest.approx(200 / 800, abs=0.03)
    assert right == pytest.approx(600 / 800, abs=0.03)


def test_one_frame_gives_what_it_gives_among_many(faced, lbp):
    first, found = faced("eileen_happy", "grey")
    second, others = faced("sylvie_blue_smile", "grey")
    together = lbp.detect(torch.cat([first, second]))
    boxes = [[each.box for each in frame] for frame in together]
    assert boxes == [[each.box for each in found], [each.box for each in others]]


def test_its_crop_is_a_bust_in_the_picture(faced, lbp):
    _, (found,) = faced("sylvie_blue_smile", "grey")
    assert lbp.region is Region.BUST
    assert found.crop.overlap(found.box) == found.box
    assert found.crop == clip_to_picture(found.crop)
    assert found.crop.area > 3 * found.box.area
    inset = found.box.left + FACE.side * (found.box.right - found.box.left)
    assert found.face.left == pytest.approx(inset)


def test_pictures_are_equalised_as_opencv_does_it(placed):
    picture = placed("eileen_happy", "bg_club")[:, ::2, ::2]
    grey = cv2.cvtColor((picture[0] * 255).round().byte().numpy(), cv2.COLOR_RGB2GRAY)
    difference = np.abs(equalised(picture)[0].numpy() + 128 - cv2.equalizeHist(grey))
    assert np.mean(difference > 0) < 0.01  # a grey is rounded the other way now and then


def test_a_large_picture_is_searched_reduced():
    reduced = equalised(torch.rand(1, 1440, 2560, 3))
    assert reduced[0].numel() == pytest.approx(MOST_PIXELS, rel=0.01)


@pytest.mark.parametrize("size", [(8, 8), (24, 24), (20, 400), (64, 64)])
def test_a_blank_or_tiny_picture_shows_nobody(lbp, size):
    assert lbp.detect(torch.full((2, *size, 3), 0.4)) == [(), ()]


def test_noise_shows_nobody(lbp):
    noise = torch.rand(1, 200, 200, 3, generator=torch.Generator().manual_seed(2))
    assert lbp.detect(noise) == [()]


@pytest.mark.parametrize("text", ["", "<html>gone</html>", "<a/>"])
def test_a_file_that_is_no_cascade_is_named(tmp_path, text):
    path = tmp_path / "lbpcascade_animeface.xml"
    path.write_text(text)
    with pytest.raises(InputError, match="lbpcascade_animeface"):
        LbpFaceDetector(path)


def test_a_file_that_is_absent_is_named(tmp_path):
    with pytest.raises(InputError, match="absent"):
        LbpFaceDetector(tmp_path / "absent.xml")
