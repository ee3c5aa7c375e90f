"""Answers are read as a person reads them, or not at all."""

import pytest

from anime_production.models.frames import Absence
from anime_production.models.other_packs.answer_number import read_number
from anime_production.models.other_packs.answer_tags import read_tags
from anime_production.models.other_packs.yes_no import read_yes_no

from .answers import (
    NUMBERS,
    NUMBERS_TRICKY,
    NUMBERS_UNSEEN,
    UNREAD,
    YES_NO,
    YES_NO_TRICKY,
    YES_NO_UNSEEN,
)


def value(reading):
    return None if isinstance(reading, Absence) else reading


@pytest.mark.parametrize(("answer", "expected"), [*YES_NO, *YES_NO_UNSEEN, *YES_NO_TRICKY])
def test_yes_and_no_are_read_as_a_person_reads_them(answer, expected):
    assert value(read_yes_no(answer)) is expected


@pytest.mark.parametrize(("answer", "expected"), [*NUMBERS, *NUMBERS_UNSEEN, *NUMBERS_TRICKY])
def test_a_rating_from_0_to_10_is_read_as_a_person_reads_it(answer, expected):
    assert value(read_number(answer, 0.0, 10.0)) == expected


@pytest.mark.parametrize("answer", UNREAD)
def test_what_the_node_does_not_read_is_not_measured(answer):
    assert value(read_yes_no(answer)) is None
    assert value(read_number(answer, 0.0, 10.0)) is None


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("", "answer_empty"),
        ("<think>Yes?", "answer_empty"),
        ("Not yes.", "answer_neither"),
        ("Is she smiling?", "answer_neither"),
        ("Is it true?", "answer_neither"),
        ("Yes or no?", "answer_neither"),
        ("yes or no", "answer_both"),
        ("Yes. No.", "answer_both"),
        ("No. Actually, yes.", "answer_both"),
        ("No hat is visible", "answer_neither"),
        ("はいっています", "answer_neither"),
        ("是否有帽子", "answer_neither"),
        ("No. 1 in the list", "answer_neither"),
        ("Yes if you count the shadow", "answer_neither"),
        ("没有错", "answer_neither"),
        ("没有问题", "answer_neither"),
        ("否则不行", "answer_neither"),
        ("是，但也不是。", "answer_both"),
        ("はい、でもいいえ", "answer_both"),
        ('{"hair": "yes", "eyes": "no"}', "answer_both"),
    ],
)
def test_what_is_neither_yes_nor_no_says_why(answer, code):
    reading = read_yes_no(answer)
    assert isinstance(reading, Absence)
    assert reading.code == code


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("  ", "answer_empty"),
        ("Good.", "answer_no_number"),
        ("Score: N/A (0 people)", "answer_no_number"),
        ("I can't rate 0 pictures.", "answer_no_number"),
        ("8+", "answer_bound"),
        ("up to 8", "answer_bound"),
        ("It is not 8.", "answer_bound"),
        ("Score: 8½", "answer_no_number"),
        ("8½/10", "answer_no_number"),
        ("10²", "answer_no_number"),
        ("1girl in 3D", "answer_no_number"),
        ("7 or 8", "answer_several_numbers"),
        ("Score: 7\nScore: 8", "answer_several_numbers"),
        ("1,250", "answer_ambiguous_number"),
        ("80/100", "answer_other_scale"),
        ("80 %", "answer_other_scale"),
        ("-1", "answer_off_scale"),
        ("7-8", "answer_several_numbers"),
        ("at least 7", "answer_bound"),
        ("85", "answer_off_scale"),
    ],
)
def test_what_is_no_rating_says_why(answer, code):
    reading = read_number(answer, 0.0, 10.0)
    assert isinstance(reading, Absence)
    assert reading.code == code


@pytest.mark.parametrize(
    "part",
    ["word ", "a", "1", "1 ", "[", '{"a":', "<think>", "</think>", "```", "```a", "* ", "是", "点"],
)
@pytest.mark.timeout(20)
def test_a_very_long_answer_takes_no_longer_than_it_is_long(part):
    text = (part * 100_000)[:100_000]
    for end in ("", "a"):
        read_yes_no(text + end)
        read_number(text + end, 0.0, 10.0)
        read_tags(text + end)


def test_a_number_may_have_an_exponent():
    assert read_number("1e-3", 0.0, 10.0) == 0.001


def test_percent_is_a_scale_to_100():
    assert read_number("85%", 0.0, 100.0) == 85.0
