"""An answer of a model becomes a report, and one that can't be read is not measured."""

import pytest

from anime_production.models.frames import InputError
from anime_production.models.other_packs.answer_report import (
    AnswerSettings,
    Expected,
    Kind,
    report_answer,
)
from anime_production.models.other_packs.criterion import Criterion, Role
from anime_production.models.report import Report, Verdict

REQUIRED = Criterion("smile", role=Role.REQUIRED)
OF_TEN = Criterion("rating", limit=7.0, scale_high=10.0, role=Role.REQUIRED)


def yes_no(*answers, **settings):
    return report_answer(answers, AnswerSettings(REQUIRED, **settings))


def rating(*answers, **settings):
    return report_answer(answers, AnswerSettings(OF_TEN, Kind.NUMBER, **settings))


def tags(*answers, must="", must_not="", role=Role.REQUIRED):
    criterion = Criterion("tags", role=role)
    return report_answer(
        answers, AnswerSettings(criterion, Kind.TAGS, must=must, must_not=must_not)
    )


def reason(report):
    return report.measurements[0].reason


def test_the_expected_answer_passes_and_the_other_one_fails():
    assert yes_no("Yes").verdict is Verdict.PASS
    assert yes_no("No.").verdict is Verdict.FAIL
    assert yes_no("No.", expected=Expected.NO).verdict is Verdict.PASS
    assert reason(yes_no("No.")) == "The answer is no; yes is expected."


def test_the_question_stands_before_the_reason_and_the_model_in_the_backend():
    report = yes_no("maybe", question="Is she\nsmiling?", source="Qwen3-VL")
    assert reason(report) == "Is she smiling? The answer is neither yes nor no: maybe"
    assert report.measurements[0].backend == "answer of Qwen3-VL"
    assert yes_no("Yes").measurements[0].backend == "answer of a text"


@pytest.mark.parametrize("answers", [(), ("",), (None,), ("I can't tell.",), ("Yes. No.",)])
def test_an_answer_that_cannot_be_read_is_not_measured(answers):
    report = yes_no(*answers)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert Report.from_json(report.to_json()) == report


def test_an_answer_decides_nothing_unless_it_is_required():
    report = report_answer(["Yes"], AnswerSettings(Criterion("smile", role=Role.OPTIONAL)))
    assert report.measurements[0].verdict is Verdict.PASS
    assert report.verdict is Verdict.NOT_MEASURED


def test_answers_of_frames_have_a_value_each():
    report = yes_no("Yes", "No", "Yes")
    assert report.measurements[0].per_frame == (1.0, 0.0, 1.0)
    assert (report.verdict, report.frames, report.worst.frame) == (Verdict.FAIL, 3, 1)
    assert reason(report) == "Frames whose answer is not yes: 1."
    assert yes_no("Yes", "ja").verdict is Verdict.PASS
    unread = yes_no("Yes", "perhaps")
    assert unread.measurements[0].per_frame == (1.0, None)
    assert unread.verdict is Verdict.NOT_MEASURED


def test_a_rating_is_judged_on_the_scale_that_was_asked_for():
    good, bad = rating("8/10"), rating("Score: 4")
    assert (good.verdict, bad.verdict) == (Verdict.PASS, Verdict.FAIL)
    assert (good.measurements[0].low, good.measurements[0].high) == (0.0, 10.0)
    assert reason(bad) == "It is 4; at least 7 is needed."
    assert rating("85%").verdict is Verdict.NOT_MEASURED
    assert "scale_high is 10" in reason(rating("85%"))
    several = rating("8", "9", "3")
    assert (several.worst.frame, several.frames) == (2, 3)


def test_tags_are_compared_however_they_are_written():
    text = r"1girl, (Red_Hair:1.2), [smile], rin_\(series\), blue eyes: 0.98"
    rules = {"must": "red hair, Rin (series), 1girl", "must_not": "hat\nblurry"}
    assert tags(text, **rules).verdict is Verdict.PASS
    broken = tags(text, must="hat, smile", must_not="blue_eyes")
    assert broken.measurements[0].value == 2
    assert reason(broken) == "Missing: hat. There, but must not be: blue eyes."


def test_fewer_broken_rules_score_higher():
    rules = {"must": "a, b, c, d"}
    scores = [tags(text, **rules).score for text in ("x", "a", "a, b", "a, b, c", "a, b, c, d")]
    assert scores == sorted(scores)
    assert scores[-2] < 50 < scores[-1]


def test_a_sentence_is_no_list_of_tags():
    report = tags("The picture shows a girl with long red hair.", must_not="hat")
    assert report.verdict is Verdict.NOT_MEASURED
    assert "no list of tags" in reason(report)


def test_tags_of_frames_name_the_worst_one():
    report = tags("1girl, hat", "1girl", "hat", must="1girl", must_not="hat")
    assert report.measurements[0].per_frame == (1.0, 0.0, 2.0)
    assert reason(report) == (
        "Frames that break a rule: 0, 2. The worst is frame 2. Missing: 1girl. There, but must not "
        "be: hat."
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": Kind.TAGS}, "must, must_not: expected tags"),
        ({"kind": Kind.TAGS, "must": "a_b", "must_not": "c, A b"}, "must_not: expected other tags"),
        ({"kind": Kind.NUMBER}, "scale_low, scale_high: expected the scale"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, message):
    with pytest.raises(InputError, match=message):
        AnswerSettings(Criterion("x"), **settings)
