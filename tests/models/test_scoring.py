import math
import random
from dataclasses import replace
from itertools import pairwise

import pytest

from anime_production.models.measure import Measure
from anime_production.models.measures import MEASURES
from anime_production.models.profile import load_profile, profile_names
from anime_production.models.report import Better, Report, Verdict
from anime_production.models.scoring import (
    BELOW_PASS,
    PASSING,
    combined_score,
    rounded_score,
    score_text,
)

TRIES = 300


def some_measure(chance, better=None):
    """A required measure with any scale and any threshold, inside it or at one of its ends."""
    better = better or chance.choice(list(Better))
    low = chance.uniform(-10, 10)
    high = low + 10 ** chance.uniform(-2, 2)
    shares = sorted(chance.choice([0.0, 1.0, chance.random(), chance.random()]) for _ in "ab")
    ends = [low + share * (high - low) for share in shares]
    threshold = tuple(ends) if better is Better.BAND else ends[0]
    return Measure("some", "", better, low, high, "b", threshold=threshold, required=True)


def some_values(chance, measure, count):
    """Values inside the scale, beyond both of its ends, and close around the threshold."""
    width = measure.high - measure.low
    limit = measure.threshold if measure.better is not Better.BAND else measure.threshold[0]
    return [
        chance.choice(
            [
                chance.uniform(measure.low, measure.high),
                chance.uniform(measure.low - width, measure.high + width),
                limit,
                math.nextafter(limit, math.inf),
                math.nextafter(limit, -math.inf),
                limit + width * chance.uniform(-1e-6, 1e-6),
            ]
        )
        for _ in range(count)
    ]


def score(measure, value):
    return measure.measured(value, "no_lines").score


def test_a_value_scores_50_and_more_exactly_where_it_passes():
    chance = random.Random(1)
    for _ in range(TRIES):
        measure = some_measure(chance)
        for value in some_values(chance, measure, 20):
            measured = measure.measured(value, "no_lines")
            assert 0 <= measured.score <= 100
            assert (measured.score >= PASSING) == (measured.verdict is Verdict.PASS)


@pytest.mark.parametrize("better", [Better.HIGHER, Better.LOWER])
def test_a_worse_value_never_scores_higher_and_a_clearly_worse_one_lower(better):
    chance = random.Random(2)
    for _ in range(TRIES):
        measure = some_measure(chance, better)
        values = sorted(some_values(chance, measure, 20), reverse=better is Better.LOWER)
        scores = [score(measure, value) for value in values]
        assert scores == sorted(scores)
        inside = [measure.low + step / 40 * (measure.high - measure.low) for step in range(41)]
        within = [score(measure, value) for value in inside]
        assert len(set(within)) == 41, "nothing is held within the scale"


def test_further_from_the_middle_of_a_band_scores_lower_on_either_side():
    chance = random.Random(3)
    for _ in range(TRIES):
        measure = some_measure(chance, Better.BAND)
        middle = sum(measure.threshold) / 2
        for end in (measure.low, measure.high):
            way = [middle + step / 20 * (end - middle) for step in range(25)]
            scores = [score(measure, value) for value in way]
            assert all(
                before > after
                for before, after in pairwise(scores)
                if end != middle and measure.threshold[0] < measure.threshold[1]
            )


def test_halfway_and_the_ends_score_the_same_on_every_scale():
    chance = random.Random(4)
    for _ in range(TRIES):
        measure = some_measure(chance, chance.choice([Better.HIGHER, Better.LOWER]))
        threshold = chance.uniform(measure.low, measure.high)
        measure = replace(measure, threshold=threshold)
        good, bad = measure.high, measure.low
        if measure.better is Better.LOWER:
            good, bad = bad, good
        assert score(measure, good) == pytest.approx(99.5)
        assert score(measure, (good + threshold) / 2) == pytest.approx(95)
        assert score(measure, (bad + threshold) / 2) == pytest.approx(5)
        assert score(measure, bad) == pytest.approx(0.5)


def some_scores(chance, count):
    return [
        chance.choice([chance.uniform(0, 100), chance.uniform(50, 100), PASSING, BELOW_PASS])
        for _ in range(count)
    ]


def test_together_they_pass_exactly_where_all_pass_and_never_above_the_weakest():
    chance = random.Random(5)
    for _ in range(TRIES):
        scores = some_scores(chance, chance.randint(1, 20))
        together = combined_score(scores)
        assert 0 <= together <= min(scores)
        assert (together >= PASSING) == (min(scores) >= PASSING)
        assert together == combined_score(chance.sample(scores, len(scores)))


def test_each_has_an_effect_whatever_the_weakest_is():
    chance = random.Random(6)
    for _ in range(TRIES):
        scores = [chance.uniform(1, 99) for _ in range(chance.randint(1, 12))]
        changed = chance.randrange(len(scores))
        better = chance.uniform(scores[changed] + 0.01, 100)
        others = [each for number, each in enumerate(scores) if number != changed]
        assert combined_score([*others, better]) > combined_score(scores)


def test_optional_ones_tell_takes_apart_and_never_change_the_verdict():
    chance = random.Random(9)
    for _ in range(TRIES):
        scores = [chance.uniform(1, 99) for _ in range(chance.randint(1, 8))]
        optional = [chance.uniform(0, 99) for _ in range(chance.randint(1, 6))]
        together = combined_score(scores, optional)
        assert together < combined_score(scores)
        assert (together >= PASSING) == (min(scores) >= PASSING)
        optional[chance.randrange(len(optional))] += 0.01
        assert combined_score(scores, optional) > together


def test_a_style_that_an_optional_measurement_mistakes_for_a_fault_keeps_90_points():
    assert combined_score([99.5] * 8, [0.0]) > 90


def test_the_score_does_not_jump_where_the_weakest_crosses_its_limit():
    chance = random.Random(7)
    for _ in range(TRIES):
        others = [chance.uniform(50, 100) for _ in range(chance.randint(0, 12))]
        below, above = (combined_score([*others, 50 + step]) for step in (-1e-9, 1e-9))
        assert above - below < 1e-7


def test_the_weakest_decides_most():
    others = [99.0] * 5
    assert combined_score([*others, 60, 99]) < combined_score([*others, 70, 70])
    assert combined_score([*others, 20, 99]) < combined_score([*others, 40, 40])


def test_of_two_reports_that_both_fail_the_one_with_another_fault_scores_lower():
    chance = random.Random(8)
    names = "abcdef"
    for _ in range(TRIES):
        measures = [
            replace(some_measure(chance, Better.LOWER), name=name, low=0.0, high=4.0, threshold=1.0)
            for name in names
        ]
        values = [chance.uniform(0, 5) for _ in names]
        values[0] = chance.uniform(1.5, 5)
        worse = list(values)
        worse[chance.randrange(len(names))] += chance.uniform(0.1, 3)
        first, second = (
            Report(
                "loop",
                tuple(m.measured(v, "no_lines") for m, v in zip(measures, each, strict=True)),
                4,
            )
            for each in (values, worse)
        )
        assert first.verdict is second.verdict is Verdict.FAIL
        assert second.score < first.score


def test_one_alone_keeps_its_score_and_none_has_none():
    assert combined_score([72.5]) == 72.5
    assert combined_score([12.5]) == 12.5
    assert combined_score([]) is None


def test_what_fails_by_a_hair_is_never_written_as_50():
    for value in (BELOW_PASS, 49.99, 49.51):
        assert score_text(value) == "49"
        assert [rounded_score(value, digits) < 50 for digits in (0, 1, 2, 3)] == [True] * 4
    assert [score_text(value) for value in (50.0, 50.4, 99.6, 0.4)] == ["50", "50", "100", "0"]


def test_json_has_the_score_with_all_its_digits():
    measure = Measure("some", "", Better.LOWER, 0, 3, "b", threshold=1.0, required=True)
    report = Report("loop", (measure.measured(1.0 + 1e-12, "no_lines"),), 4)
    assert report.to_dict()["score"] == report.score < 50
    assert Report.from_json(report.to_json()).score == report.score


@pytest.mark.parametrize("profile", profile_names())
def test_every_shipped_limit_leaves_room_on_both_sides(profile):
    for subject, measures in MEASURES.items():
        for measure in load_profile(profile).applied(subject, *measures):
            limit = measure.threshold
            ends = limit if isinstance(limit, tuple) else (limit, limit)
            place = f"{profile}: {subject}.{measure.name}"
            assert limit is None or measure.low < ends[0] <= ends[1] < measure.high, place
