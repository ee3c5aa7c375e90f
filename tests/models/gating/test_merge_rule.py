from dataclasses import replace

import pytest

from anime_production.models.frames import Absence
from anime_production.models.gating.frame_verdicts import judge_frames
from anime_production.models.gating.merge_rule import Rule, merge_by_rule
from anime_production.models.measure import Measure
from anime_production.models.report import Better, Report, ReportError, Verdict

SHARP = Measure("sharpness", "", Better.HIGHER, 0, 1, "edges", threshold=0.5, required=True)
NOISE = Measure("noise", "", Better.LOWER, 0, 30, "blocks", threshold=10.0, required=True)
GONE = Absence("no_frames")


def sharp(*values):
    known = [value for value in values if value is not None]
    part = SHARP.measured(min(known), "no_lines", per_frame=values) if known else SHARP.absent(GONE)
    return Report("still_quality", (part,), len(values))


def any_of(*reports):
    return merge_by_rule(reports, Rule.ANY)


def test_by_all_the_weakest_decides():
    merged = merge_by_rule([sharp(0.9), sharp(0.2)], Rule.ALL)
    assert merged.verdict is Verdict.FAIL
    assert merged.score < sharp(0.2).score < 50


def test_by_any_the_best_decides_and_the_others_are_told():
    merged = any_of(sharp(0.2), sharp(0.9), sharp(0.6))
    assert merged.verdict is Verdict.PASS
    assert merged.score == sharp(0.9).score
    assert [each.name for each in merged.measurements] == [
        "merged.best",
        "still_quality.sharpness",
        "still_quality_2.sharpness",
        "still_quality_3.sharpness",
    ]
    assert merged.measurements[0].reason == "2 of 3 reports pass; one is enough."
    assert Report.from_json(merged.to_json()) == merged


def test_by_any_it_fails_where_all_fail():
    merged = any_of(sharp(0.2), sharp(0.4))
    assert merged.verdict is Verdict.FAIL
    assert merged.score == sharp(0.4).score
    assert merged.reasons == ("None of the 2 reports passes; the best one has 20 of 100.",)


def test_by_any_what_is_not_measured_hinders_no_pass_and_is_none():
    assert any_of(sharp(None), sharp(0.9)).verdict is Verdict.PASS
    merged = any_of(sharp(0.2), sharp(None))
    assert merged.verdict is Verdict.NOT_MEASURED
    assert merged.score is None
    assert "1 could not be measured" in merged.reasons[0]


def test_by_any_a_report_that_fails_without_a_score_stays_a_failure():
    failing = Report("still_quality", (SHARP.absent(GONE), NOISE.measured(20, "no_lines")), 1)
    assert failing.score is None
    merged = any_of(failing, sharp(0.1))
    assert merged.verdict is Verdict.FAIL
    assert merged.score == NOISE.measured(20, "no_lines").score


def test_what_fails_by_a_hair_does_not_pass_by_rounding():
    wide = replace(NOISE, high=1000.0).measured(10.000000000000002, "no_lines")
    hair = Report("clip_quality", (wide,), 1)
    assert hair.verdict is Verdict.FAIL
    assert hair.score < 50
    assert any_of(hair, hair).verdict is Verdict.FAIL


def test_by_any_a_frame_passes_where_one_report_lets_it():
    merged = any_of(sharp(0.9, 0.1, None, 0.3, None), sharp(0.2, 0.3, 0.8, None, None))
    verdicts = [each.verdict for each in judge_frames(merged)]
    passes, fails, absent = Verdict.PASS, Verdict.FAIL, Verdict.NOT_MEASURED
    assert verdicts == [passes, fails, passes, absent, absent]
    scores = [
        None if value is None else sharp(value).score for value in (0.9, 0.3, 0.8, None, None)
    ]
    assert [each.score for each in judge_frames(merged)] == scores


def test_by_any_frames_of_different_batches_are_not_judged_one_by_one():
    assert any_of(sharp(0.9, 0.1), sharp(0.2)).measurements[0].per_frame == ()


def test_merges_by_any_can_be_merged_again():
    inner = any_of(sharp(0.2), sharp(0.9))
    outer = any_of(inner, any_of(sharp(0.1), sharp(0.3)), sharp(0.1))
    assert outer.verdict is Verdict.PASS
    assert outer.score == sharp(0.9).score
    assert merge_by_rule([inner, any_of(sharp(0.1), sharp(0.3))], Rule.ALL).verdict is Verdict.FAIL
    names = [each.name for each in outer.measurements]
    assert len(set(names)) == len(names)
    assert [name for name in names if name.endswith(".best")] == [
        "merged_3.best", "merged.best", "merged_2.best",
    ]  # fmt: skip


def test_one_report_stays_what_it_is_and_none_is_refused():
    report = sharp(0.9)
    assert any_of(report) is report
    with pytest.raises(ReportError, match="at least one"):
        any_of()
