import torch

from anime_production.models.loop.distance_map import MAP_SHAPE, draw_distance_map
from anime_production.models.loop.find import find_loops
from anime_production.models.sample.clip import draw_clip

ORANGE = torch.tensor([0xD5, 0x5E, 0x00]) / 255


def marks(picture):
    return int(((picture - ORANGE).abs().amax(dim=-1) < 0.02).sum())


def test_the_map_marks_the_loops_that_were_found():
    one, three = (find_loops(draw_clip(50, 64, 64, 12, 0, 0), 12.0, top_k=k) for k in (1, 3))
    picture = draw_distance_map(three)
    assert picture.shape == MAP_SHAPE
    assert marks(picture) > 2 * marks(draw_distance_map(one)) > 0


def test_the_map_is_dark_where_two_frames_are_alike():
    search = find_loops(draw_clip(50, 64, 64, 12, 0, 0), 12.0, top_k=1)
    top, bottom, left, right = 54, 481, 67, 845  # of the map in the picture
    lengths = search.distances.shape[1]

    def brightness(length):
        row = round(bottom - (length + 0.5) / lengths * (bottom - top))
        return draw_distance_map(search)[0, row, left + 20 : (left + right) // 2].mean()

    assert brightness(12) < 0.7 * brightness(6)
    assert brightness(24) < 0.7 * brightness(18)


def test_the_map_of_a_clip_that_is_too_short_says_so_without_marks():
    picture = draw_distance_map(find_loops(torch.zeros(2, 64, 64, 3), 12.0))
    assert picture.shape == MAP_SHAPE
    assert marks(picture) == 0
