"""A number of another pack becomes a report that is honest about what it doesn't know."""

import json

import pytest

from anime_production.models.gating.frame_verdicts import for_batch
from anime_production.models.gating.gate import Level
from anime_production.models.gating.kept import GateSettings, gate_report
from anime_production.models.other_packs.criterion import Criterion, Role
from anime_production.models.other_packs.value_report import report_value
from anime_production.models.report import Better, Report, Verdict, merge

PICK = Criterion("PickScore", limit=0.25)


def test_one_number_is_about_the_whole():
    report = report_value([0.31], PICK, "PickScore v1")
    (measurement,) = report.measurements
    assert (report.subject, report.frames, report.fps, report.worst) == ("value", None, None, None)
    assert (measurement.name, measurement.value, measurement.per_frame) == ("PickScore", 0.31, ())
    assert measurement.backend == "value of PickScore v1"
    assert measurement.reason == "It is 0.31; at least 0.25 is needed."
    assert report.verdict is Verdict.PASS


def test_a_list_has_the_worst_frame_as_its_value():
    report = report_value(["0.31, 0.18, 0.44"], PICK)
    (measurement,) = report.measurements
    assert measurement.per_frame == (0.31, 0.18, 0.44)
    assert (measurement.value, report.frames, report.worst.frame) == (0.18, 3, 1)
    assert report.verdict is Verdict.FAIL
    assert measurement.details["mean"] == pytest.approx(0.31)


def test_the_worst_of_a_band_is_what_is_furthest_outside():
    fingers = Criterion("fingers", "fingers", Better.BAND, 4.0, 5.0)
    report = report_value([5, 1, 6], fingers)
    assert report.worst.frame == 1
    assert report.measurements[0].reason == (
        "The worst of 3 values is that of frame 1: 1 fingers. 4 to 5 is needed."
    )


@pytest.mark.parametrize("received", [[], [None], [""], ["nan"], ["a cat"], [float("inf")]])
def test_what_is_no_number_is_not_measured(received):
    report = report_value(received, PICK)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert report.measurements[0].reason
    assert Report.from_json(report.to_json()) == report


def test_a_gap_is_not_measured_unless_another_frame_fails():
    passing = report_value(["0.31, nan, 0.44"], PICK)
    assert (passing.verdict, passing.frames) == (Verdict.NOT_MEASURED, 3)
    assert passing.measurements[0].per_frame == (0.31, None, 0.44)
    assert "frames have no value: 1" in passing.measurements[0].reason
    assert passing.measurements[0].details["unread"] == {"1": "The number is NaN or infinity."}
    failing = report_value(["0.31, nan, 0.1"], PICK)
    assert (failing.verdict, failing.worst.frame) == (Verdict.FAIL, 2)
    none = report_value(["nan, nan"], PICK)
    assert (none.verdict, none.frames) == (Verdict.NOT_MEASURED, 2)


def test_what_is_shown_only_has_no_verdict_and_decides_nothing():
    report = report_value(["0.31, nan"], Criterion("x", role=Role.SHOWN))
    (measurement,) = report.measurements
    assert (measurement.verdict, measurement.value) == (Verdict.INFO, 0.31)
    assert report.verdict is Verdict.NOT_MEASURED


def test_what_is_optional_lowers_the_score_of_a_merged_report_and_fails_nothing():
    required = report_value([0.31], PICK)
    optional = report_value([0.1], Criterion("other", role=Role.OPTIONAL))
    assert optional.verdict is Verdict.NOT_MEASURED
    both = merge([required, optional])
    assert both.verdict is Verdict.PASS
    assert both.score < required.score


def test_a_report_is_strict_json_whatever_the_texts_are():
    report = report_value(["x\0\ud800" * 99], Criterion("x", "a\0b"), "y\0\n")
    text = report.to_json()
    text.encode("utf-8")
    assert "\\u0000" not in text
    assert json.loads(text)["measurements"][0]["backend"] == "value of y"


def test_a_number_about_the_whole_is_that_of_the_only_frame():
    by_frame = GateSettings(Level.FRAME)
    one = for_batch(report_value([0.31], PICK), 1)
    assert gate_report(one, by_frame).decision.accepted == (0,)
    unread = for_batch(report_value(["a cat"], PICK), 3)
    assert gate_report(unread, by_frame).decision.rejected == (0, 1, 2)
    assert not gate_report(report_value(["a cat"], PICK), by_frame).decision.is_accepted


def test_a_merge_with_a_number_about_the_whole_still_has_its_frames():
    pictures = report_value([0.31, 0.44], PICK)
    whole = report_value([3], Criterion("count", role=Role.OPTIONAL))
    merged = merge([pictures, whole])
    assert merged.frames == 2
    assert len(gate_report(merged, GateSettings(Level.FRAME)).decision.accepted) == 2
