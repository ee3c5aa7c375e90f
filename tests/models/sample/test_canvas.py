import numpy as np
import pytest

from anime_production.models.sample.canvas import SUPERSAMPLING, Canvas

WHITE = (255.0, 255.0, 255.0)


def black_canvas(width=64, height=64):
    return Canvas(np.zeros((height * SUPERSAMPLING, width * SUPERSAMPLING, 3), np.uint8))


def square(left, top, side):
    return np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * side + np.array([left, top])


def test_a_shape_moved_by_a_quarter_of_a_pixel_changes_the_picture_by_as_much():
    pictures = []
    for shift in (0, 2):  # units: 8 are a pixel here
        canvas = black_canvas()
        canvas.fill(square(128 + shift, 128, 256), WHITE)
        pictures.append(canvas.finished().astype(float).mean(axis=2))
    centres = [(p.mean(axis=0) * np.arange(64)).sum() / p.mean(axis=0).sum() for p in pictures]
    assert centres[1] - centres[0] == pytest.approx(0.25, abs=0.06)


def test_what_is_painted_inside_an_outline_stays_there():
    canvas = black_canvas()
    with canvas.inside(square(128, 128, 128)):
        canvas.fill(square(0, 0, 512), WHITE)
    picture = canvas.finished()
    assert (picture[18:30, 18:30] == 255).all()
    assert picture[:15].max() == picture[34:].max() == 0
    assert picture[:, :15].max() == picture[:, 34:].max() == 0


def test_an_outline_outside_the_picture_shows_nothing():
    canvas = black_canvas()
    with canvas.inside(square(-400, -400, 100)):
        canvas.fill(square(-512, -512, 2048), WHITE)
    assert canvas.finished().max() == 0


def test_a_line_does_not_break_up_in_a_small_picture():
    canvas = black_canvas()
    canvas.outline(np.array([(100.0, 100.0), (400.0, 330.0)]), 0.1, WHITE, closed=False)
    assert canvas.finished()[14:40].max(axis=(1, 2)).min() > 200


def test_the_unit_square_is_centred_across_a_wide_picture_and_low_in_a_tall_one():
    wide, tall = black_canvas(width=128), black_canvas(height=128)
    for canvas in (wide, tall):
        canvas.fill(square(0, 0, 512), WHITE)
    columns = np.flatnonzero(wide.finished()[32, :, 0] > 128)
    rows = np.flatnonzero(tall.finished()[:, 32, 0] > 128)
    assert columns.tolist() == list(range(32, 96))
    assert rows[0] > 32
    assert rows[-1] < 127
    assert len(rows) == pytest.approx(64, abs=1)
