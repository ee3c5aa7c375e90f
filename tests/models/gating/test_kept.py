from dataclasses import replace
from random import Random

import pytest

from anime_production.models.frames import Absence, InputError
from anime_production.models.gating.frame_verdicts import judge_frames
from anime_production.models.gating.gate import Level, OnFail, OnNotMeasured, Rejected
from anime_production.models.gating.kept import (
    GateSettings,
    best_report,
    gate_report,
    kept_report,
)
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, Verdict

from .test_ranking import CONTRAST, NOISE, SHARP, pictures

WORST_FIRST = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)
BAND = Measure("seam", "steps", Better.BAND, 0, 10, "structural", (0.5, 1.5), True)
FRAMES = GateSettings(Level.FRAME)


def named(report: Report, name: str):
    return next(each for each in report.measurements if each.name == name)


def test_the_value_is_that_of_the_weakest_kept_frame():
    report = kept_report(pictures([0.1, 0.9, 0.6, 0.7], noise=[0, 8, 2, 20]), [1, 2])
    assert (report.subject, report.frames) == ("still_quality", 2)
    sharp, noise = named(report, "sharpness"), named(report, "noise")
    assert (sharp.value, sharp.per_frame) == (0.6, (0.9, 0.6))
    assert (noise.value, noise.per_frame) == (8.0, (8.0, 2.0))
    assert report.verdict is Verdict.PASS
    assert 50 < report.score < min(sharp.score, noise.score)


def test_the_frames_stand_in_the_order_in_which_they_are_kept():
    report = kept_report(pictures([0.1, 0.6, 0.9, 0.7]), [2, 3, 1])
    assert named(report, "sharpness").per_frame == (0.9, 0.7, 0.6)
    assert report.worst is not None
    assert report.worst.frame == 2, "of those that are kept: it is looked up in the saved files"
    assert "frame 1 of the batch" in report.worst.reason


def test_the_reason_says_what_is_needed_and_which_frame_has_what():
    noise = pictures([0.9, 0.9], noise=[3, 12])
    band = Report("loop", (BAND.measured(1.0, "no_lines", per_frame=[0.7, 2.25]),), 2)
    told = [
        named(kept_report(pictures([0.1, 0.625]), [1]), "sharpness"),
        named(kept_report(noise, [0, 1]), "noise"),
        named(kept_report(band, [0, 1]), "seam"),
    ]
    assert [each.reason_code for each in told] == ["kept_least", "kept_most", "kept_band"]
    assert told[0].reason_values == {
        "value": "0.625", "unit": "", "limit": "0.5", "frame": 1, "kept": 1,
    }  # fmt: skip
    assert "frame 1 of the batch, with 12; at most 10 is allowed. Frames kept: 2." in told[1].reason
    assert "with 2.25 steps; 0.5 to 1.5 is needed" in told[2].reason


def test_what_is_not_required_and_what_was_told_of_the_batch_is_left_out():
    whole = pictures([0.9, 0.6])
    sharp = SHARP.measured(0.6, "no_lines", per_frame=[0.9, 0.6], details={"mean": 0.75})
    report = kept_report(replace(whole, measurements=(sharp, *whole.measurements[1:])), [0])
    assert [each.name for each in report.measurements] == ["sharpness"]
    assert report.measurements[0].details == {}
    assert CONTRAST.name not in [each.name for each in report.measurements]


def test_a_kept_frame_that_is_not_measured_makes_the_measurement_absent():
    report = kept_report(pictures([0.9, None, 0.6]), [0, 1])
    sharp = named(report, "sharpness")
    assert (sharp.value, sharp.per_frame) == (None, (0.9, None))
    assert (sharp.reason_code, sharp.reason_values) == ("gate_frames_absent", {"frames": "1"})
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.worst is not None
    assert report.worst.frame == 1


def test_what_could_not_be_measured_at_all_keeps_its_own_reason():
    report = Report("still_quality", (SHARP.absent(Absence("no_lines")),), 3)
    kept = kept_report(report, [1])
    assert (kept.measurements[0].reason_code, kept.verdict) == ("no_lines", Verdict.NOT_MEASURED)


def test_a_kept_frame_that_fails_decides_beside_one_that_is_not_measured():
    report = kept_report(pictures([None, 0.2, 0.9]), [0, 1])
    assert (report.verdict, named(report, "sharpness").value) == (Verdict.FAIL, 0.2)


def test_where_nothing_is_kept_the_report_of_the_batch_stands():
    report = pictures([0.1, 0.2])
    assert kept_report(report, []) is report


def test_chosen_frames_have_no_rate():
    report = replace(pictures([0.9, 0.8]), fps=12.0)
    assert kept_report(report, [0, 1]).fps == 12.0
    assert kept_report(report, [1, 0]).fps is None
    assert kept_report(report, [1]).fps is None


def test_the_verdict_is_the_worst_of_the_kept_frames_whatever_is_kept():
    chance = Random(3)

    def values(high):
        return [None if chance.random() < 0.2 else chance.random() * high for _ in range(6)]

    for _ in range(300):
        report = pictures(values(1.0), noise=values(20.0))
        frames = chance.sample(range(6), chance.randrange(1, 7))
        verdicts = {judge_frames(report)[frame].verdict for frame in frames}
        kept = kept_report(report, frames)
        assert kept.verdict is next(each for each in WORST_FIRST if each in verdicts)
        assert Report.from_dict(kept.to_dict()) == kept


def test_a_report_that_does_not_judge_frames_is_refused():
    loop = Report("loop", (BAND.measured(1.0, "no_lines"),), 8)
    with pytest.raises(InputError):
        kept_report(loop, [0])


def test_a_gate_of_frames_keeps_the_report_of_the_accepted_ones():
    gating = gate_report(pictures([0.9, 0.1, 0.6]), FRAMES)
    assert (gating.keeps, gating.rejects) == (True, True)
    assert gating.kept is not None
    assert (gating.kept.verdict, gating.kept.frames) == (Verdict.PASS, 2)
    assert gating.judged.verdict is Verdict.PASS, "its value was given as that of all"


def test_a_gate_that_accepts_no_frame_shows_why():
    report = pictures([0.1, 0.2])
    gating = gate_report(report, FRAMES)
    assert (gating.keeps, gating.rejects) == (False, True)
    assert gating.kept is report
    everything = gate_report(pictures([0.9, 0.8]), FRAMES)
    assert (everything.keeps, everything.rejects) == (True, False)


def test_a_gate_of_the_batch_has_a_report_of_its_own_only_with_thresholds():
    report = pictures([0.6, 0.7])
    assert gate_report(report, GateSettings()).kept is None
    assert gate_report(report, GateSettings(thresholds=" \n")).kept is None
    gating = gate_report(report, GateSettings(thresholds="sharpness = 0.8"))
    assert gating.kept is gating.judged
    assert (gating.judged.verdict, gating.keeps) == (Verdict.FAIL, False)
    assert named(gating.judged, "sharpness").reason_code == "threshold_given_least"


def test_thresholds_hold_for_frames_too():
    gating = gate_report(pictures([0.6, 0.9]), replace(FRAMES, thresholds="sharpness = 0.8"))
    assert gating.kept is not None
    assert (gating.kept.frames, gating.kept.verdict) == (1, Verdict.PASS)
    assert named(gating.kept, "sharpness").threshold == 0.8


def test_the_policy_of_a_gate_decides_which_frames_are_kept():
    report = pictures([0.9, 0.1, None])
    accept = replace(FRAMES, on_not_measured=OnNotMeasured.ACCEPT)
    through = replace(FRAMES, on_fail=OnFail.PASS_THROUGH)
    kept = [gate_report(report, each).kept for each in (accept, through)]
    assert [each and (each.frames, each.verdict) for each in kept] == [
        (2, Verdict.NOT_MEASURED),
        (3, Verdict.FAIL),
    ]
    with pytest.raises(Rejected):
        gate_report(report, replace(FRAMES, on_fail=OnFail.ERROR))


def test_of_no_frames_a_gate_decides_as_a_whole():
    report = Report("still_quality", (SHARP.absent(Absence("no_frames")),), 0)
    gating = gate_report(report, FRAMES)
    assert (gating.kept, gating.keeps) == (None, False)


def test_the_best_have_a_report_of_their_own():
    report = best_report(pictures([0.1, 0.9, 0.6, 0.7], noise=[0, 0, 0, 20]), 2)
    assert named(report, "sharpness").per_frame == (0.9, 0.6)
    assert report.verdict is Verdict.PASS
    assert NOISE.name in [each.name for each in report.measurements]
