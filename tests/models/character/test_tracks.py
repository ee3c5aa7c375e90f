import numpy as np
import pytest
import torch

from anime_production.models.character.detection import Box, Detection
from anime_production.models.character.detections import Detections
from anime_production.models.character.tracks import MOST_GAP, overlaps, track_people

from .staged import ColourShares


def sight(*frames):
    """What was seen: in each frame (left edge, embedding) of everybody."""
    people, rows = [], []
    for frame in frames:
        rows.append(range(len(people), len(people) + len(frame)))
        people += frame
    detections = tuple(
        Detection(box, box) for box in (Box(x, 0.2, x + 0.2, 0.8) for x, _ in people)
    )
    embeddings = torch.tensor([each for _, each in people]).reshape(len(people), -1).float()
    return Detections(detections, tuple(rows), embeddings, (0,) * len(rows))


ONE, OTHER = (1.0, 0.0), (0.0, 1.0)


def test_people_who_stay_where_they_are_keep_their_tracks_whatever_their_order():
    seen = sight([(0.1, ONE), (0.6, OTHER)], [(0.6, OTHER), (0.1, ONE)])
    assert track_people(seen, ColourShares()) == (0, 1, 1, 0)


@pytest.mark.parametrize("alike", [False, True], ids=["of different looks", "who look the same"])
def test_two_people_who_cross_each_other_keep_their_tracks(alike):
    steps = np.linspace(0.0, 0.7, 15)
    other = ONE if alike else OTHER
    tracks = track_people(sight(*[[(x, ONE), (0.7 - x, other)] for x in steps]), ColourShares())
    assert set(tracks[::2]) == {0}
    assert set(tracks[1::2]) == {1}


def test_two_who_look_the_same_and_hide_one_another_go_on_as_they_moved():
    steps = np.linspace(0.0, 0.7, 15)
    frames = [[(x, ONE), (0.7 - x, ONE)] for x in steps]
    frames[6:9] = [[(0.35, ONE)]] * 3
    tracks = track_people(sight(*frames), ColourShares())
    first, last = tracks[:2], tracks[-2:]
    assert first == last


def test_somebody_else_in_the_same_place_is_another_track():
    assert track_people(sight([(0.1, ONE)], [(0.15, OTHER)]), ColourShares()) == (0, 1)


def test_where_two_stand_in_one_place_looks_decide():
    similar = (0.9, 0.43)
    seen = sight([(0.3, ONE), (0.4, similar)], [(0.35, similar), (0.35, ONE)])
    assert track_people(seen, ColourShares()) == (0, 1, 1, 0)


def test_a_cut_of_the_camera_keeps_who_looks_the_same():
    seen = sight([(0.0, ONE), (0.3, OTHER)], [(0.5, OTHER), (0.75, ONE)])
    assert track_people(seen, ColourShares()) == (0, 1, 1, 0)


@pytest.mark.parametrize(("gap", "tracks"), [(MOST_GAP - 1, 1), (MOST_GAP, 2)])
def test_who_is_out_of_sight_for_long_comes_back_as_somebody_new(gap, tracks):
    seen = sight([(0.1, ONE)], *[[]] * gap, [(0.1, ONE)])
    assert len(set(track_people(seen, ColourShares()))) == tracks


def test_nobody_has_no_track():
    assert track_people(Detections((), (range(0),), torch.zeros(0, 0), (0,)), ColourShares()) == ()


def test_overlap_is_the_shared_area_over_that_of_both():
    boxes = np.array([[0.0, 0.0, 0.4, 0.4], [0.2, 0.0, 0.6, 0.4], [0.5, 0.5, 0.9, 0.9]])
    expected = [[1, 1 / 3, 0], [1 / 3, 1, 0], [0, 0, 1]]
    np.testing.assert_allclose(overlaps(boxes, boxes), expected, atol=1e-9)
