"""Settings that contradict each other are refused with a sentence, all others give a score."""

import math

import pytest

from anime_production.models.frames import InputError
from anime_production.models.gating.thresholds import read_thresholds, with_thresholds
from anime_production.models.other_packs.criterion import Criterion, Role
from anime_production.models.other_packs.value_report import report_value
from anime_production.models.report import Better, Verdict, merge

BAND = {"better": Better.BAND, "limit": 4.0, "limit_to": 5.0}


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": ""}, "name: expected a name"),
        ({"name": "  "}, "name: expected a name"),
        ({"name": "a=b"}, "without = . :"),
        ({"name": "v2.1"}, "without = . :"),
        ({"name": "score: Rin"}, "without = . :"),
        ({"name": "two\nlines"}, "in one line"),
        ({"name": "nul\0"}, "in one line"),
        ({"name": ", first"}, "comma"),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"limit": math.nan}, "limit: expected a number"),
        ({"limit": math.inf}, "limit: expected a number"),
        ({"limit": 1e300}, "limit: expected a number"),
        ({**BAND, "limit_to": 3.0}, "limit_to: expected a number from limit"),
        ({"scale_low": 2.0, "scale_high": 1.0}, "the lower number first"),
        ({"scale_low": 2.0, "scale_high": 2.0}, "the lower number first"),
        ({"scale_low": 1.0, "scale_high": 2.0}, "a limit on the scale"),
        ({**BAND, "scale_low": 0.0, "scale_high": 4.5}, "a limit on the scale"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        Criterion(**{"name": "PickScore", **settings})


def test_a_limit_that_is_not_used_contradicts_nothing():
    shown = Criterion("x", role=Role.SHOWN, scale_low=1.0, scale_high=2.0)
    assert shown.threshold is None
    Criterion("x", limit=0.5, limit_to=0.1)
    Criterion("x", better=Better.BAND, limit=5.0, limit_to=5.0)


@pytest.mark.parametrize(
    ("settings", "scores"),
    [
        ({"limit": 21.0}, {0.0: 0.5, 21.0: 50.0, 42.0: 99.5}),
        ({"limit": 0.0}, {-1.0: 0.5, 0.0: 50.0, 1.0: 99.5}),
        ({"limit": -2.0}, {-4.0: 0.5, -2.0: 50.0, 0.0: 99.5}),
        ({"better": Better.LOWER, "limit": 3.0}, {6.0: 0.5, 3.0: 50.0, 0.0: 99.5}),
        (BAND, {3.0: 0.5, 4.0: 50.0, 4.5: 99.5, 5.0: 50.0, 6.0: 0.5}),
        ({**BAND, "limit_to": 4.0}, {0.0: 0.5, 4.0: 99.5, 8.0: 0.5}),
        ({"scale_low": 0.0, "scale_high": 10.0, "limit": 7.0}, {7.0: 50.0, 10.0: 99.5, 0.0: 0.5}),
    ],
)
def test_a_scale_that_follows_from_the_limit_gives_sensible_scores(settings, scores):
    criterion = Criterion("x", **settings)
    for number, score in scores.items():
        assert report_value([number], criterion).score == pytest.approx(score)


def test_a_score_of_0_to_100_is_its_own_score_only_in_its_range_and_upwards():
    upwards = Criterion("x", "of 100", limit=50.0)
    assert report_value([80], upwards).score == 80
    assert 0 <= report_value([150], upwards).score <= 100
    downwards = Criterion("x", "of 100", Better.LOWER, limit=50.0)
    report = report_value([80], downwards)
    assert report.verdict is Verdict.FAIL
    assert report.score < 50


@pytest.mark.parametrize(
    "name", ["PickScore v2", "審美スコア", "審美\u3000スコア", "a, b", "value", "attempts", "[x]"]
)
def test_a_gate_finds_a_measurement_by_its_name_also_in_a_merged_report(name):
    report = report_value([0.31], Criterion(name))
    both = merge([report, report])
    assert [each.name for each in both.measurements] == [f"value.{name}", f"value_2.{name}"]
    for each in (report, both):
        assert each.verdict is Verdict.FAIL
        assert with_thresholds(each, read_thresholds(f"{name} = 0.3")).verdict is Verdict.PASS
