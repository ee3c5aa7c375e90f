import pytest

from anime_production.models.frames import Absence
from anime_production.models.gate import OnFail, OnNotMeasured, Rejected, decide
from anime_production.models.report import Better, Measure, Report

MEASURE = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)


def report(value):
    if value is None:
        return Report("clip_quality", (MEASURE.absent(Absence("no_frames")),), 0)
    code = "flickers" if value > 1.5 else "steady_light"
    return Report("clip_quality", (MEASURE.measured(value, code, {"levels": value}),), 24)


def gate(value, on_fail=OnFail.BLOCK, on_not_measured=OnNotMeasured.REJECT):
    return decide(report(value), on_fail, on_not_measured)


def test_what_passes_goes_on():
    decision = gate(0.5)
    assert decision.passed
    assert decision.goes_on
    assert decision.reasons.startswith("clip quality: PASS")


def test_what_fails_does_not_go_on_and_the_reason_is_told():
    decision = gate(9.0)
    assert not decision.passed
    assert not decision.goes_on
    assert "flicker: It flickers: the light jumps by 9.0 grey levels" in decision.reasons


def test_what_is_not_measured_does_not_pass():
    decision = gate(None)
    assert not decision.passed
    assert not decision.goes_on
    assert "NOT MEASURED" in decision.reasons
    assert "no frame" in decision.reasons


def test_what_is_not_measured_passes_only_when_told_and_says_so():
    decision = gate(None, on_not_measured=OnNotMeasured.ACCEPT)
    assert decision.passed
    assert "let through" in decision.reasons
    assert "no frame" in decision.reasons


def test_a_failure_is_not_let_through_as_not_measured():
    assert not gate(9.0, on_not_measured=OnNotMeasured.ACCEPT).passed


def test_a_gate_told_to_fail_the_prompt_does_so_with_the_reasons():
    with pytest.raises(Rejected, match="flickers"):
        gate(9.0, OnFail.ERROR)
    with pytest.raises(Rejected, match="no frame"):
        gate(None, OnFail.ERROR)
    assert gate(0.5, OnFail.ERROR).passed


def test_a_gate_that_passes_through_still_says_that_it_failed():
    decision = gate(9.0, OnFail.PASS_THROUGH)
    assert decision.goes_on
    assert not decision.passed
    assert "FAIL" in decision.reasons
