import pytest
import torch

from anime_production.models.character.detectors.suppression import suppress


def kept(boxes, scores, most_overlap=0.5, pixel=0.0):
    return suppress(torch.tensor(boxes), torch.tensor(scores), most_overlap, pixel).tolist()


def test_of_two_boxes_that_overlap_much_the_surer_one_stays():
    assert kept([[0.0, 0, 10, 10], [1, 1, 11, 11], [20, 20, 30, 30]], [0.7, 0.9, 0.8]) == [1, 2]


def test_two_who_stand_side_by_side_both_stay():
    assert kept([[0.0, 0, 10, 20], [6, 0, 16, 20]], [0.9, 0.8]) == [0, 1]


@pytest.mark.parametrize("scores", [[0.9, 0.8], [0.8, 0.9]])
def test_a_box_inside_another_is_a_duplicate_whichever_is_surer(scores):
    surer = scores.index(0.9)
    assert kept([[0.0, 0, 100, 100], [40, 40, 60, 60]], scores) == [surer]


def test_a_small_box_that_reaches_out_of_another_stays():
    assert kept([[0.0, 0, 100, 100], [90, 40, 110, 60]], [0.9, 0.8]) == [0, 1]


def test_what_a_suppressed_box_overlaps_is_not_suppressed_by_it():
    chain = [[0.0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]]
    assert kept(chain, [0.9, 0.8, 0.7], most_overlap=0.3) == [0, 2]


def test_the_last_pixel_counts_where_boxes_end_on_pixels():
    # Edges: 3 of 5 columns are shared, 0.6. Pixels: 4 of 6, more than 0.65.
    pair = [[0.0, 0, 4, 9], [1, 0, 5, 9]]
    assert kept(pair, [0.9, 0.8], most_overlap=0.65) == [0, 1]
    assert kept(pair, [0.9, 0.8], most_overlap=0.65, pixel=1.0) == [0]


def test_of_boxes_that_are_equally_sure_the_first_stays():
    assert kept([[0.0, 0, 10, 10]] * 3, [0.5] * 3) == [0]


def test_nothing_stays_of_nothing():
    assert suppress(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []
