"""Several people in a picture, several characters asked for."""

import json
from dataclasses import replace

import pytest
import torch

from anime_production.models.character.appearance import Presence
from anime_production.models.character.character_score import MOST_CHARACTERS, score_characters
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import InputError
from anime_production.models.plot import plot_report
from anime_production.models.report import Report, Verdict

from .staged import AOI, BLUE, GREEN, RED, RIN, STRANGER, WIDE, WIDTH, stage_model, staged

SAME, DIFFERENT, AWAY = Presence.SAME, Presence.DIFFERENT, Presence.NOT_VISIBLE


@pytest.fixture
def model():
    return stage_model()


@pytest.fixture
def rin(model):
    return make_character("Rin", staged([(RIN, 40)]), model)[0]


@pytest.fixture
def aoi(model):
    return make_character("Aoi", staged([(AOI, 40)]), model)[0]


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


def edges(appearance):
    """Where the left edge of who stands for a character is, in pixels."""
    return [None if box is None else round(box.left * WIDTH) for box in appearance.boxes]


def test_two_side_by_side_are_each_found_and_the_report_reads_back(model, rin, aoi):
    result = score_characters(staged([(AOI, 20), (RIN, 120)]), [rin, aoi], model)
    assert [edges(each) for each in result.appearances] == [[120], [20]]
    report = result.report
    assert report.verdict is Verdict.PASS
    assert measurement(report, "similarity: Rin").value == pytest.approx(1)
    assert measurement(report, "missing").value == measurement(report, "doubled").value == 0
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()
    json.dumps(report.to_dict(), allow_nan=False)


def test_two_who_cross_each_other_keep_their_names(model, rin, aoi):
    frames = [[(RIN, 10 + 12 * i), (AOI, 178 - 12 * i)] for i in range(15)]
    result = score_characters(staged(*frames), [rin, aoi], model)
    for each, colours in zip(result.appearances, (RIN, AOI), strict=True):
        for found, people in zip(edges(each), frames, strict=True):
            places = {person[0]: person[1] for person in people}
            apart = abs(places[RIN] - places[AOI]) > WIDE
            assert not apart or found == places[colours]
    merged = [abs(188 - 22 * i - 20 - 2 * i) for i in range(15)]
    assert min(merged) < WIDE  # they do hide one another


def test_two_who_look_nearly_alike_do_not_swap_names_by_noise(model):
    mostly_red, mostly_blue = (RED, RED, BLUE), (RED, BLUE, BLUE)
    even = (RED, BLUE)  # exactly between the two: noise decides, or the track does
    sheets = [
        make_character(name, staged([(colours, 40)]), model)[0]
        for name, colours in (("Mia", mostly_red), ("Mio", mostly_blue))
    ]
    for left, right in ((0, 1), (1, 0)):
        looks = (mostly_red, mostly_blue)
        frames = [[(looks[left], 20), (looks[right], 120)]]
        frames += [[(even, 22), (even, 122)]] * 3
        frames += [[(looks[left], 24), (looks[right], 124)]]
        result = score_characters(staged(*frames), sheets, model)
        assert edges(result.appearances[left]) == [20, 22, 22, 22, 24]
        assert edges(result.appearances[right]) == [120, 122, 122, 122, 124]


def test_strangers_are_nobody_and_do_no_harm(model, rin):
    frames = staged([(RIN, 20), (STRANGER, 120)], [(STRANGER, 60)])
    result = score_characters(frames, [rin], model)
    assert result.appearances[0].presences == (SAME, AWAY)
    assert [len(each) for each in result.strangers] == [1, 1]
    assert result.report.verdict is Verdict.PASS
    share = measurement(result.report, "visible_share")
    assert share.value == 0.5
    assert share.reason_code == "seen_share"


def test_somebody_else_in_its_place_is_different(model, rin):
    frames = staged([(RIN, 20)], [(STRANGER, 22)], [(STRANGER, 24)])
    result = score_characters(frames, [rin], model)
    assert result.appearances[0].presences == (SAME, DIFFERENT, DIFFERENT)
    assert result.report.verdict is Verdict.FAIL
    assert measurement(result.report, "similarity").details["lost_from"] == 1


def test_a_missing_character_is_named(model, rin, aoi):
    frames = staged(*[[(RIN, 20), (AOI, 120)]] * 3, [(RIN, 20)], [])
    report = score_characters(frames, [rin, aoi], model).report
    missing = measurement(report, "missing")
    assert missing.reason_code == "cast_missing"
    assert "Aoi 1/4 (3)" in missing.reason
    assert "Rin" not in missing.reason
    assert missing.details["frames"] == {"Aoi": (3,)}
    assert report.verdict is Verdict.PASS  # out of sight is no failure


def test_a_character_that_is_never_there_leaves_the_report_without_a_verdict(model, rin, aoi):
    frames = staged([(RIN, 20)], [(RIN, 22)])
    report = score_characters(frames, [rin, aoi], model).report
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    absent = measurement(report, "similarity: Aoi")
    assert absent.reason.startswith("Aoi is visible in only 0 of 2 frames")
    assert measurement(report, "similarity: Rin").verdict is Verdict.PASS


def test_a_doubled_character_is_named_and_fails(model, rin, aoi):
    frames = staged([(RIN, 20), (AOI, 120)], [(RIN, 20), (RIN, 120)], [(RIN, 20), (AOI, 120)])
    result = score_characters(frames, [rin, aoi], model)
    doubled = measurement(result.report, "doubled")
    assert doubled.value == pytest.approx(1 / 3)
    assert doubled.per_frame == (0.0, 1.0, 0.0)
    assert "Rin 1/3 (1)" in doubled.reason
    assert result.report.verdict is Verdict.FAIL
    assert [round(box.left * WIDTH) for box in result.appearances[0].doubled[1]] == [120]
    assert result.appearances[1].presences == (SAME, AWAY, SAME)  # a second Rin is no Aoi
    assert result.strangers == ((), (), ())


def test_nothing_is_said_of_doubles_where_nobody_could_have_seen_two(sample, palette_model):
    sheet, _ = make_character("Aoi", sample(0, 1)[::3], palette_model)
    report = score_characters(sample(0, 2)[:2], [sheet], palette_model).report
    names = [each.name for each in report.measurements]
    assert names == ["similarity", "drift", "drift_slope", "subject_consistency", "visible_share"]


def test_characters_of_one_name_are_numbered(model, rin, aoi):
    others = [replace(aoi, name="Rin"), replace(rin, name="Rin 2"), rin]
    report = score_characters(staged([(AOI, 20), (RIN, 120)]), others, model).report
    told = [each.name for each in report.measurements if each.name.startswith("similarity")]
    assert told == ["similarity: Rin", "similarity: Rin 2", "similarity: Rin 3"]


def test_a_character_without_references_has_no_number_and_the_others_have_theirs(model, rin):
    nobody = make_character("Nobody", torch.full((1, 64, 64, 3), 0.5), model)[0]
    result = score_characters(staged([(RIN, 20)]), [rin, nobody], model)
    assert measurement(result.report, "similarity: Rin").verdict is Verdict.PASS
    of_nobody = {each.value for each in result.report.measurements if "Nobody" in each.name}
    assert of_nobody == {None}
    assert measurement(result.report, "similarity: Nobody").reason_code == "no_reference"
    assert result.report.verdict is Verdict.NOT_MEASURED
    assert set(result.appearances[1].presences) == {Presence.UNKNOWN}


@pytest.mark.parametrize("count", [0, MOST_CHARACTERS + 1])
def test_no_character_and_too_many_are_refused(model, rin, count):
    with pytest.raises(InputError, match=f"1 to {MOST_CHARACTERS} characters, got {count}"):
        score_characters(staged([(RIN, 20)]), [rin] * count, model)


def test_a_character_of_another_model_is_refused_with_both_named(model, rin, palette_model):
    for other in (palette_model, replace(model, embedder=replace(model.embedder, name="v2"))):
        with pytest.raises(InputError) as refused:
            score_characters(staged([(RIN, 20)]), [rin], other)
        for words in (model.key, other.key, "Rin", "Make the sheet again"):
            assert words in str(refused.value)


def test_the_least_similarity_takes_the_place_of_every_threshold(model, rin, aoi):
    between = (RED, GREEN)
    frames = staged([(between, 20)])
    similarity = measurement(score_characters(frames, [rin], model).report, "similarity").value
    for threshold, presence in ((similarity - 0.01, SAME), (similarity + 0.01, DIFFERENT)):
        result = score_characters(frames, [rin], model, least_similarity=threshold)
        assert result.appearances[0].presences == (presence,)
        assert measurement(result.report, "similarity").threshold == pytest.approx(threshold)
        assert (result.report.score >= 50) == (presence is SAME)


@pytest.mark.parametrize("threshold", [0.0, 1.2, float("nan"), -1.0])
def test_what_is_no_threshold_is_refused(model, rin, threshold):
    with pytest.raises(InputError, match="min_similarity"):
        score_characters(staged([(RIN, 20)]), [rin], model, least_similarity=threshold)


def test_each_frame_carries_its_points_box_and_confidence(model, rin):
    result = score_characters(staged([(RIN, 24)], [], [(STRANGER, 24)]), [rin], model)
    details = measurement(result.report, "similarity").details
    assert details["points"][0] > 99
    assert details["points"][1] is None
    assert details["points"][2] < 50
    assert details["boxes"][0] == pytest.approx((0.1, 20 / 96, 52 / 240, 80 / 96), abs=1e-3)
    assert details["confidence"] == pytest.approx((0.9, None, 0.9))
    assert details["presence"] == ("same", "not visible", "different")


def test_everybody_is_embedded_once_whatever_the_number_of_characters(model, rin, aoi):
    before = model.embedder.embedded
    score_characters(staged(*[[(RIN, 20), (AOI, 120)]] * 10), [rin, aoi], model)
    assert model.embedder.embedded - before == 20


def test_the_plot_of_eight_characters_shows_a_curve_for_each(model, rin):
    cast = [replace(rin, name=f"Rin {index}") for index in range(8)]
    report = score_characters(staged(*[[(RIN, 20)]] * 4), cast, model).report
    assert plot_report(report).isfinite().all()
