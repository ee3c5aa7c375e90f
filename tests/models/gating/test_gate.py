from dataclasses import replace

import pytest

from anime_production.models.frames import Absence, InputError
from anime_production.models.gating.gate import (
    OnFail,
    OnNotMeasured,
    Rejected,
    decide,
    decide_frames,
)
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, merge

MEASURE = Measure("flicker", "", Better.LOWER, 0, 12, "brightness", threshold=1.5, required=True)
SHARPNESS = Measure("sharpness", "", Better.HIGHER, 0, 1, "edges", threshold=0.5, required=True)
NOISE = Measure("noise", "levels", Better.LOWER, 0, 30, "blocks", threshold=8.0, required=True)


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
    assert decision.is_accepted
    assert decision.text.startswith("clip quality: PASS")


def test_what_fails_does_not_go_on_and_the_reason_is_told():
    decision = gate(9.0)
    assert not decision.passed
    assert not decision.is_accepted
    assert "flicker: The clip flickers: the light jumps by 9 grey levels" in decision.text


def test_what_is_not_measured_does_not_pass():
    decision = gate(None)
    assert not decision.passed
    assert not decision.is_accepted
    assert "NOT MEASURED" in decision.text
    assert "no frames" in decision.text


def test_what_is_not_measured_passes_only_when_told_and_says_so():
    decision = gate(None, on_not_measured=OnNotMeasured.ACCEPT)
    assert decision.passed
    assert "goes on because on_not_measured is accept" in decision.text
    assert "no frames" in decision.text


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
    assert decision.is_accepted
    assert not decision.passed
    assert "FAIL" in decision.text


def test_a_gate_that_takes_the_best_lets_a_whole_batch_on_and_says_so():
    decision = gate(9.0, OnFail.BEST)
    assert decision.is_accepted
    assert not decision.passed
    assert "on_fail is best" in decision.text
    assert gate(None, OnFail.BEST).is_accepted
    assert "on_fail" not in gate(0.5, OnFail.BEST).text


def pictures(*sharpness, noise=None):
    """A report of pictures, with a value for each."""
    known = [value for value in sharpness if value is not None]
    parts = [SHARPNESS.measured(min(known), "no_lines", per_frame=sharpness)]
    if noise is not None:
        parts.append(NOISE.measured(max(noise), "no_lines", per_frame=noise))
    return Report("still_quality", tuple(parts), len(sharpness))


def gate_frames(report, on_fail=OnFail.BLOCK, on_not_measured=OnNotMeasured.REJECT):
    return decide_frames(report, on_fail, on_not_measured)


def test_each_frame_goes_the_way_of_its_own_values():
    decision = gate_frames(pictures(0.9, 0.2, 0.6, 0.1, 0.9, noise=[1, 1, 9.5, 1, 8.0]))
    assert decision.accepted == (0, 4)
    assert decision.rejected == (1, 2, 3)
    assert not decision.passed
    assert "2 of 5 frames pass" in decision.text
    assert "sharpness: Frames below the limit of 0.5: 1, 3." in decision.text
    assert "The worst is frame 3 with 0.1." in decision.text
    assert "noise: Frames above the limit of 8 levels: 2." in decision.text


def test_frames_that_all_pass_go_on_and_nothing_is_told_against_them():
    decision = gate_frames(pictures(0.9, 0.5))
    assert decision.passed
    assert decision.accepted == (0, 1)
    assert decision.rejected == ()
    assert decision.text == "still quality: 2 of 2 frames pass"


def test_frames_in_a_row_are_told_together():
    reasons = gate_frames(pictures(0.1, 0.9, 0.1, 0.1, 0.1)).text
    assert "limit of 0.5: 0, 2–4." in reasons


def test_a_frame_that_is_not_measured_does_not_pass_unless_told():
    report = pictures(0.9, None, 0.2)
    assert gate_frames(report).accepted == (0,)
    assert "sharpness: These frames could not be measured: 1" in gate_frames(report).text
    told = gate_frames(report, on_not_measured=OnNotMeasured.ACCEPT)
    assert told.accepted == (0, 1)
    assert "go on because on_not_measured is accept: 1" in told.text


def test_a_frame_that_fails_by_one_value_is_not_let_through_for_want_of_another():
    report = pictures(None, 0.9, noise=[20.0, 1.0])
    assert gate_frames(report, on_not_measured=OnNotMeasured.ACCEPT).accepted == (1,)


def test_the_least_bad_frame_goes_on_where_none_passes():
    decision = gate_frames(pictures(None, 0.1, 0.4, 0.4), OnFail.BEST)
    assert decision.accepted == (2,)
    assert decision.rejected == (0, 1, 3)
    assert not decision.passed
    assert "Frame 2 goes on because on_fail is best. Its score is 20 of 100" in decision.text


def test_where_a_frame_passes_the_best_is_no_exception():
    assert gate_frames(pictures(0.1, 0.6, 0.9), OnFail.BEST).accepted == (1, 2)


def test_a_gate_that_takes_the_best_never_ends_with_nothing():
    absence = Absence("not_finite", {"frame": 0, "frames": 3})
    report = Report("still_quality", (SHARPNESS.absent(absence),), 3)
    decision = gate_frames(report, OnFail.BEST)
    assert decision.accepted == (0,)
    assert "No frame has a score" in decision.text
    assert "NaN" in decision.text


def test_all_frames_can_be_let_through_or_end_the_prompt():
    report = pictures(0.9, 0.2)
    decision = gate_frames(report, OnFail.PASS_THROUGH)
    assert decision.accepted == (0, 1)
    assert not decision.passed
    assert "pass_through" in decision.text
    with pytest.raises(Rejected, match="frame 1"):
        gate_frames(report, OnFail.ERROR)
    assert gate_frames(pictures(0.9), OnFail.ERROR).passed


def test_a_report_of_the_whole_clip_can_not_divide_its_frames():
    with pytest.raises(InputError, match=r"whole clip of flicker.*Judge the whole batch"):
        gate_frames(report(9.0))


def test_values_of_other_frames_are_refused():
    with pytest.raises(InputError, match="each of 5 frames, got 2 values"):
        gate_frames(replace(pictures(0.9, 0.8), frames=5))
    with pytest.raises(InputError, match="different numbers of frames"):
        gate_frames(merge([pictures(0.9, 0.8), pictures(0.9)]))


def test_where_nothing_counts_no_frame_passes():
    told = replace(SHARPNESS, threshold=None, required=False).measured(0.9, "no_lines")
    decision = gate_frames(Report("still_quality", (told,), 2))
    assert decision.accepted == ()
    assert "No measurement in the report counts" in decision.text
