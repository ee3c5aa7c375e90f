"""Numbers of other nodes are read, in whatever form they come."""

import math

import numpy
import pytest
import torch

from anime_production.models.frames import Absence
from anime_production.models.other_packs.number_list import read_numbers

ONE = [
    ([0.31], 0.31),
    ([3], 3.0),
    ([True], 1.0),
    ([False], 0.0),
    (["0.31"], 0.31),
    ([" -2 "], -2.0),
    (["−1.5e-3"], -0.0015),
    ([numpy.float32(0.5)], 0.5),
    ([torch.tensor(0.25)], 0.25),
]
SEVERAL = [
    ([0.31, 0.44], [0.31, 0.44]),
    (["0.31, 0.44"], [0.31, 0.44]),
    (["0.31,0.44"], [0.31, 0.44]),
    (["[0.31, 0.44]"], [0.31, 0.44]),
    (["[1,0]"], [1.0, 0.0]),
    (["0.31\n0.44\n"], [0.31, 0.44]),
    (["0.31 0.44"], [0.31, 0.44]),
    (["(0.31; 0.44)"], [0.31, 0.44]),
    (["1, 0, 2"], [1.0, 0.0, 2.0]),
    (["tensor([0.31, 0.44], device='cuda:0')"], [0.31, 0.44]),
    (["tensor([[0.3100], [0.4400]])"], [0.31, 0.44]),
    (["0.31", "0.44"], [0.31, 0.44]),
    ([[0.31]], [0.31]),
    (["[0.31]"], [0.31]),
    ([torch.tensor([0.5, 0.25])], [0.5, 0.25]),
    ([numpy.array([[0.5], [0.25]])], [0.5, 0.25]),
]
UNREAD = [
    ([None], "value_missing"),
    ([""], "value_missing"),
    (["[]"], "value_missing"),
    ([math.nan], "value_not_finite"),
    ([-math.inf], "value_not_finite"),
    (["nan"], "value_not_finite"),
    ([10**400], "value_not_finite"),
    (["0,31"], "value_ambiguous"),
    (["0,31; 0,44"], "value_ambiguous"),
    (["1,234.5"], "value_ambiguous"),
    (["1.234,5"], "value_ambiguous"),
    (["1\u202f234"], "value_ambiguous"),
    (["5²"], "value_unreadable"),
    (["8½"], "value_unreadable"),
    (["85%"], "value_unreadable"),
    (["Score: 0.31"], "value_unreadable"),
    (['{"score": 0.31}'], "value_unreadable"),
    (["0.31.44"], "value_unreadable"),
    ([object()], "value_unreadable"),
    ([{"score": 0.31}], "value_unreadable"),
]


@pytest.mark.parametrize(("received", "number"), ONE)
def test_one_number_is_about_the_whole(received, number):
    numbers = read_numbers(received)
    assert numbers.values == (number,)
    assert not numbers.is_list


@pytest.mark.parametrize(("received", "expected"), SEVERAL)
def test_a_list_has_a_number_for_each_frame(received, expected):
    numbers = read_numbers(received)
    assert numbers.is_list
    assert list(numbers.values) == expected


@pytest.mark.parametrize(("received", "code"), UNREAD)
def test_what_is_no_number_says_why(received, code):
    (reading,) = read_numbers(received).values or (Absence("value_missing"),)
    assert isinstance(reading, Absence)
    assert reading.code == code


def test_nothing_is_no_number():
    assert read_numbers([]).values == ()


def test_a_gap_in_a_list_stays_in_its_place():
    first, gap, last = read_numbers(["0.31, nan, 0.44"]).values
    assert (first, last) == (0.31, 0.44)
    assert isinstance(gap, Absence)
