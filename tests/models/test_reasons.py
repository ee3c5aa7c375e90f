"""Sentences of reasons: their values, their plurals, and each unit once."""

import pytest

from anime_production.models.measure import Measure
from anime_production.models.measurement import Better
from anime_production.models.reasons import (
    filled,
    placeholders,
    sentence,
    unit_beside,
    with_unit,
)


def test_a_word_has_the_form_that_its_number_asks_for():
    template = "{frames} {frames|frame is|frames are} missing."
    assert filled(template, {"frames": 1}) == "1 frame is missing."
    assert filled(template, {"frames": 1.0}) == "1 frame is missing."
    assert filled(template, {"frames": 0}) == "0 frames are missing."
    assert filled(template, {"frames": "1.5"}) == "1.5 frames are missing."


def test_a_unit_has_the_form_that_its_number_asks_for():
    values = {"value": "1", "unit": "steps"}
    assert filled("It is {value} {unit}.", values) == "It is 1 step."
    assert filled("It is {value} {unit}.", {**values, "value": "4.06"}) == "It is 4.06 steps."
    assert filled("It is {value} {unit}.", {**values, "unit": "similarity"}) == "It is 1."


def test_a_value_with_braces_is_not_filled_again():
    assert filled("{name}: {value}", {"name": "{value}", "value": 3}) == "{value}: 3"


def test_a_text_names_the_values_that_it_needs():
    assert placeholders("{a} {unit}, {b|one|more} and {c}") == {"a", "unit", "b", "c"}
    with pytest.raises(KeyError):
        filled("{a} {b}", {"a": 1})


@pytest.mark.parametrize(
    ("name", "unit", "shown"),
    [
        ("similarity", "similarity", "0.9"),
        ("character.similarity: Mika", "similarity", "0.9"),
        ("comparison.ssim", "SSIM", "0.9"),
        ("colour_difference", "ΔE₀₀", "0.9"),
        ("loop.seam_colour", "ΔE", "0.9 ΔE"),
        ("clip_quality.scenes", "scenes", "0.9"),
        ("seam_position", "steps", "0.9 steps"),
        ("anything", "parsec", "0.9 parsec"),
        ("anything", "", "0.9"),
    ],
)
def test_a_unit_stands_beside_a_value_unless_the_name_says_it(name: str, unit: str, shown: str):
    assert with_unit("0.9", unit_beside(name, unit)) == shown


def test_a_sentence_gets_the_limit_of_its_measure():
    measure = Measure("flicker", "", Better.LOWER, 0, 12, threshold=1.5, fails="flickers")
    reason = measure.measured(3.0, None, {"levels": 3.0})
    assert reason.reason == sentence("flickers", {"levels": 3, "limit": 1.5})
    assert "limit is 1.5" in reason.reason
    assert reason.reason_values["limit"] == 1.5


@pytest.mark.parametrize(
    ("value", "shown"), [(0.1, "0.1"), (0.996, "0.996"), (-0.25, "-0.25"), (1.0, "1")]
)
def test_a_number_below_1_begins_with_0(value: float, shown: str):
    assert filled("It is {value} {unit}.", {"value": value, "unit": "similarity"}) == (
        f"It is {shown}."
    )
