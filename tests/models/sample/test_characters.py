from dataclasses import fields
from itertools import combinations

import numpy as np
import pytest

from anime_production.models.sample.characters import CHARACTERS, Character, blend_characters
from anime_production.models.sample.sample_clip import Faults, draw_clip

PAIRS = list(combinations(range(4), 2))


@pytest.mark.parametrize(("first", "second"), PAIRS)
@pytest.mark.parametrize("part", ["hair", "iris", "outfit"])
def test_two_characters_differ_clearly_in_every_colour_that_tells_them_apart(part, first, second):
    one, other = (np.array(getattr(CHARACTERS[i], part)) for i in (first, second))
    assert np.abs(one - other).max() > 50


def colours(frame):
    """Share of the picture in each of 64 colours."""
    codes = ((frame.numpy() * 255).astype(int) // 64) @ [16, 4, 1]
    return np.bincount(codes.ravel(), minlength=64) / codes.size


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_characters_differ_more_in_colours_than_a_character_does_in_motion(first, second):
    one, other = (
        np.array([colours(frame) for frame in draw_clip(8, 96, 96, 8, i, seed=1)])
        for i in (first, second)
    )
    within = np.abs(one[:, None] - one[None]).sum(axis=2)
    across = np.abs(one[:, None] - other[None]).sum(axis=2)
    assert across.min() > 3 * within.max()


def test_halfway_between_two_characters_every_number_lies_halfway():
    first, second = CHARACTERS[0], CHARACTERS[1]
    middle = blend_characters(first, second, 0.5)
    for field in fields(Character):
        ends = [np.array(getattr(each, field.name)) for each in (first, second)]
        assert np.allclose(getattr(middle, field.name), np.mean(ends, axis=0)), field.name


def test_the_ends_of_the_way_are_the_characters_themselves():
    assert blend_characters(CHARACTERS[2], CHARACTERS[3], 0.0) == CHARACTERS[2]
    assert blend_characters(CHARACTERS[2], CHARACTERS[3], 1.0) == CHARACTERS[3]


@pytest.mark.parametrize("first", range(4))
def test_one_character_turns_into_the_next_without_a_leap(first):
    clip = draw_clip(65, 96, 96, 10**6, first, 1, Faults(drift=1.0))
    change = (clip[1:] - clip[:-1]).abs().mean(dim=(1, 2, 3))
    assert change.max() < 4 * change.mean()
