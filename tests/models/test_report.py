import json
import math
from dataclasses import FrozenInstanceError, replace
from itertools import pairwise

import numpy as np
import pytest

from anime_production.models.frames import Absence
from anime_production.models.measure import Measure
from anime_production.models.report import (
    Better,
    Report,
    ReportError,
    Verdict,
    WorstFrame,
    merge,
)

SEAM = Measure(
    "seam_position",
    unit="steps",
    better=Better.BAND,
    low=0.0,
    high=10.0,
    backend="structural",
    threshold=(0.5, 1.6),
    required=True,
)
FLICKER = Measure(
    "flicker",
    unit="grey levels",
    better=Better.LOWER,
    low=0.0,
    high=12.0,
    backend="brightness",
    threshold=1.5,
    required=True,
)
SIMILARITY = Measure(
    "similarity",
    unit="",
    better=Better.HIGHER,
    low=0.0,
    high=1.0,
    backend="palette",
    threshold=0.6,
    required=True,
)
LEARNED = Measure(
    "aesthetic", unit="", better=Better.HIGHER, low=0.0, high=1.0, backend="onnx", threshold=0.5
)
MISSING = Absence("no_frames")


def seam(value):
    return SEAM.measured(value, "seam", {"steps": value})


def flicker(value):
    return FLICKER.measured(value, "steady_light", {"levels": value})


def similarity(value):
    return SIMILARITY.measured(value, "no_lines")


def named(measurement, name):
    return replace(measurement, name=name)


@pytest.mark.parametrize(
    ("measurement", "verdict"),
    [
        (seam(1.0), Verdict.PASS),
        (seam(0.5), Verdict.PASS),
        (seam(1.6), Verdict.PASS),
        (seam(1.61), Verdict.FAIL),
        (seam(0.49), Verdict.FAIL),
        (flicker(1.5), Verdict.PASS),
        (flicker(1.51), Verdict.FAIL),
        (similarity(0.6), Verdict.PASS),
        (similarity(0.59), Verdict.FAIL),
        (SEAM.absent(MISSING), Verdict.NOT_MEASURED),
    ],
)
def test_a_verdict_follows_from_value_and_threshold(measurement, verdict):
    assert measurement.verdict is verdict


@pytest.mark.parametrize("make", [seam, flicker, similarity])
def test_fifty_points_and_more_is_a_pass_and_less_is_not(make):
    for value in np.linspace(-0.5, 13, 300):
        measurement = make(float(value))
        assert 0 <= measurement.score <= 100
        assert (measurement.score >= 50) == (measurement.verdict is Verdict.PASS)


def test_a_score_falls_all_the_way_from_the_best_value_to_the_worst():
    scores = [flicker(value).score for value in np.linspace(0, 24, 50)]
    assert scores[0] > 99
    assert scores[-1] < 1
    assert all(before > after for before, after in pairwise(scores))


def test_a_band_is_best_in_its_middle():
    assert seam(1.05).score > 99
    assert seam(0.0).score < 1
    assert seam(10.0).score < 1


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_none_cannot_become_a_value(value):
    with pytest.raises(ReportError, match="expected a finite value or None"):
        flicker(value)


def test_a_frame_without_a_value_is_none_and_never_nan():
    with pytest.raises(ReportError, match="None"):
        FLICKER.measured(1.0, "steady_light", {"levels": 1.0}, per_frame=[1.0, math.nan])


def test_a_report_fails_where_something_required_fails_even_if_something_else_is_absent():
    assert Report("loop", (seam(3.0), FLICKER.absent(MISSING)), 4).verdict is Verdict.FAIL


def test_a_report_is_not_measured_where_something_required_is_absent():
    report = Report("loop", (seam(1.0), FLICKER.absent(MISSING)), 4)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None


def test_an_optional_measure_that_is_absent_changes_nothing():
    report = Report("loop", (seam(1.0), LEARNED.absent(MISSING)), 4)
    assert report.verdict is Verdict.PASS
    assert report.score == Report("loop", (seam(1.0),), 4).score


def test_where_nothing_is_required_nothing_was_judged():
    report = Report("still_quality", (LEARNED.measured(0.9, "no_lines"),), 1)
    assert report.verdict is Verdict.NOT_MEASURED


def test_the_weakest_required_measurement_decides_the_score_and_each_other_lowers_it():
    alone, weak = flicker(6.0).score, Report("loop", (seam(1.05), flicker(6.0)), 4).score
    weaker = Report("loop", (seam(1.5), flicker(6.0)), 4).score
    assert 50 > alone > weak > weaker
    optional = LEARNED.measured(0.1, "no_lines")
    with_optional = Report("loop", (seam(1.05), flicker(6.0), optional), 4)
    assert with_optional.score < weak
    assert with_optional.verdict is Report("loop", (seam(1.05), flicker(6.0)), 4).verdict


def test_the_reasons_are_those_of_what_does_not_pass():
    report = Report("loop", (seam(1.0), FLICKER.absent(MISSING)), 4)
    assert report.reasons == ("There are no frames to measure.",)


def test_what_decides_is_ordered_by_what_explains_the_verdict():
    absent, passed = SIMILARITY.absent(MISSING), named(flicker(0.2), "passed")
    bad, worse = named(flicker(2.0), "bad"), named(flicker(9.0), "worse")
    report = Report("loop", (passed, absent, bad, worse), frames=9)
    assert [each.name for each in report.deciding] == ["worse", "bad", "similarity", "passed"]
    caused = replace(report, worst=WorstFrame(3, seam(9.0).reason_code, ""))
    assert caused.deciding == report.deciding, "what the worst frame names isn't in it"
    cause = named(seam(1.7), "cause")
    told = Report("loop", (bad, worse, cause), 9, worst=WorstFrame(8, cause.reason_code, ""))
    assert [each.name for each in told.deciding] == ["cause", "worse", "bad"]
    assert told.to_dict()["deciding"] == ["cause", "worse", "bad"]


def test_a_report_that_does_not_pass_is_explained_by_one_measurement():
    absent, passed, bad = SIMILARITY.absent(MISSING), flicker(0.2), named(flicker(2.0), "bad")
    assert Report("loop", (passed, absent, bad), 9).explained_by == bad
    assert Report("loop", (passed, absent), 9).explained_by == absent
    assert Report("loop", (passed,), 9).explained_by is None
    only_told = Report(
        "loop", (named(LEARNED.measured(0.1, "no_lines"), "told"), LEARNED.absent(MISSING)), 9
    )
    assert only_told.explained_by.value is None


def test_a_report_comes_back_from_its_json_unchanged():
    report = Report(
        "loop",
        (
            SEAM.measured(
                3.4,
                "seam_jump",
                {"steps": np.float32(3.4)},
                per_frame=[0.9, None],
                details={"box": (1, 2), "share": np.float64(0.5), "odd": math.nan},
            ),
            FLICKER.absent(MISSING),
            LEARNED.measured(0.1, "no_lines"),
        ),
        48,
        12.0,
        WorstFrame(47, "seam_jump", "The seam jumps."),
    )
    assert Report.from_json(report.to_json()) == report
    assert Report.from_dict(report.to_dict()) == report


def test_the_json_is_strict_and_has_the_documented_keys():
    def refuse(constant):
        raise AssertionError(f"{constant} is no JSON")

    report = Report("loop", (SEAM.measured(3.4, "seam_jump", {"steps": 3.4}),), 48, 12.0)
    data = json.loads(report.to_json(), parse_constant=refuse)
    assert list(data) == [
        *("schema", "subject", "verdict", "score", "frames", "fps", "worst", "deciding"),
        "measurements",
    ]
    assert data["measurements"][0] == {
        "name": "seam_position",
        "value": 3.4,
        "unit": "steps",
        "better": "band",
        "low": 0.0,
        "high": 10.0,
        "threshold": [0.5, 1.6],
        "required": True,
        "verdict": "FAIL",
        "reason_code": "seam_jump",
        "reason_values": {"steps": 3.4, "high": 1.6},
        "reason": "The seam jumps: its step is 3.4 times as large as the clip's own steps; the "
        "limit is 1.6. Try Close Loop, or Find Loop to cut out a part that loops.",
        "backend": "structural",
        "per_frame": [],
        "details": {},
    }


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data.update(schema=2), "schema"),
        (lambda data: data.update(verdict="PASS"), "contradicts"),
        (lambda data: data["measurements"][0].update(verdict="PASS"), "contradicts"),
        (lambda data: data["measurements"][0].pop("value"), "no measurement"),
        (lambda data: data.pop("frames"), "no report"),
    ],
)
def test_a_report_that_was_tampered_with_is_refused(change, message):
    data = Report("loop", (seam(3.4),), 48).to_dict()
    change(data)
    with pytest.raises(ReportError, match=message):
        Report.from_dict(data)


def test_nothing_in_a_measurement_can_be_changed_afterwards():
    given = {"steps": 1.0}
    measurement = SEAM.measured(1.0, "seam", given, details={"list": [1, 2]})
    given["steps"] = 9.0
    assert measurement.reason_values["steps"] == 1.0
    with pytest.raises(FrozenInstanceError):
        measurement.value = 2.0
    with pytest.raises(TypeError):
        measurement.details["list"] = []
    with pytest.raises(TypeError):
        measurement.details["list"][0] = 5


def test_a_threshold_that_does_not_fit_its_direction_is_refused():
    with pytest.raises(ReportError, match="threshold"):
        Measure("x", "", Better.LOWER, 0, 1, "b", threshold=(0.1, 0.2)).measured(0.1, "no_lines")


def test_merged_reports_pass_only_together_and_keep_their_measurements_apart():
    good, bad = Report("loop", (seam(1.0),), 24, 12.0), Report("loop", (seam(3.0),), 24, 12.0)
    character = Report("character", (similarity(0.9),), 24)
    merged = merge([good, character, bad])
    assert merged.verdict is Verdict.FAIL
    assert merge([good, bad]).score < bad.score
    assert merged.score < merge([good, bad]).score, "every measurement has an effect"
    assert merge([character, good, bad]).score == merged.score
    names = [measurement.name for measurement in merged.measurements]
    assert names == ["loop.seam_position", "character.similarity", "loop_2.seam_position"]
    assert merge([good, character]).verdict is Verdict.PASS
    assert merged.fps is None
    assert merged.frames == 24


def test_merging_step_by_step_loses_nothing():
    report = Report("loop", (seam(1.0), flicker(1.0)), 24)
    merged = merge([merge([report, report]), merge([report, report])])
    names = [measurement.name for measurement in merged.measurements]
    assert len(names) == len(set(names)) == 8
    assert Report.from_json(merged.to_json()) == merged


def test_a_merged_report_points_at_the_worst_frame_of_the_worst_report():
    first = Report("loop", (seam(1.7),), 24, worst=WorstFrame(3, "seam", "a"))
    second = Report("clip_quality", (flicker(11.0),), 24, worst=WorstFrame(7, "flickers", "b"))
    assert merge([first, second]).worst == second.worst


def test_merging_nothing_is_refused():
    with pytest.raises(ReportError, match="at least one"):
        merge([])


def test_a_value_below_a_threshold_at_the_end_of_the_scale_scores_below_50():
    measure = Measure("alike", "", Better.HIGHER, 0, 1, "palette", threshold=1.0, required=True)
    values = [0.0, 0.5, 0.99, 1.0]
    scores = [measure.measured(value, "motion", {"step": value}).score for value in values]
    assert scores == sorted(scores)
    assert scores[-2] < 50
    assert scores[-1] > 99, "the limit is the good end itself"
