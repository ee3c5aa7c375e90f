from dataclasses import replace

import pytest
import torch

from anime_production.models.character.appearance import Presence, first_lost_frame
from anime_production.models.character.character_score import score_characters
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import InputError
from anime_production.models.report import Report, Verdict

from ...thorough import first_of


@pytest.fixture(scope="module")
def sheet(sample, palette_model):
    """Makes a character of a few frames of a sample character."""
    return lambda character: make_character(
        f"Sample {character}", sample(character, 1)[::3], palette_model
    )[0]


@pytest.fixture(scope="module")
def score(palette_model):
    """Scores frames against one character."""

    def run(frames, character, **options):
        return score_characters(frames, [character], palette_model, **options)

    return run


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


@pytest.mark.parametrize("character", first_of(*range(4)))
@pytest.mark.parametrize("fault", [{}, {"flicker": 3.0}, {"blur": 1.0}, {"hold": 3}])
def test_the_character_in_another_clip_passes_whatever_else_is_wrong(
    sample, sheet, character, fault, score
):
    report = score(sample(character, 2, **fault), sheet(character)).report
    assert report.verdict is Verdict.PASS
    assert report.score > 60


@pytest.mark.parametrize("character", range(4))
@pytest.mark.parametrize("other", range(4))
def test_every_other_character_fails_in_every_frame(sample, sheet, character, other, score):
    if character == other:
        return
    result = score(sample(other, 2), sheet(character))
    assert result.report.verdict is Verdict.FAIL
    assert set(result.appearances[0].presences) == {Presence.DIFFERENT}


@pytest.mark.parametrize("character", range(4))
def test_a_drift_to_another_character_fails_at_its_end(sample, sheet, character, score):
    result = score(sample(character, 2, drift=1.0), sheet(character))
    report = result.report
    similarity = measurement(report, "similarity")
    assert report.verdict is Verdict.FAIL
    assert report.worst.frame >= 7
    assert 1 <= similarity.details["lost_from"] <= 6
    assert similarity.reason_code == "character_lost"
    assert measurement(report, "drift").value < -0.2
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


@pytest.mark.parametrize("character", range(4))
def test_similarity_falls_with_every_step_of_drift(sample, sheet, character, score):
    sheet = sheet(character)
    values = []
    for drift in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        report = score(sample(character, 2, frames=3, drift=drift), sheet).report
        values.append(measurement(report, "similarity").value)
    assert values == sorted(values, reverse=True)
    assert values[0] - values[-1] > 0.25


def test_another_character_in_the_last_third_fails(sample, sheet, score):
    frames = torch.cat([sample(0, 2)[:6], sample(3, 2)[:3]])
    report = score(frames, sheet(0)).report
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "similarity").details["lost_from"] == 6


def test_a_single_wrong_frame_fails_and_is_named(sample, sheet, score):
    frames = torch.cat([sample(0, 2)[:4], sample(2, 2)[:1], sample(0, 2)[5:]])
    result = score(frames, sheet(0))
    assert result.report.verdict is Verdict.FAIL
    assert result.report.worst.frame == 4
    assert measurement(result.report, "similarity").details["lost_from"] is None
    assert result.appearances[0].presences.count(Presence.DIFFERENT) == 1


def test_frames_with_nobody_are_neither_same_nor_different(sample, sheet, score):
    frames = sample(0, 2).clone()
    frames[3:5] = 0.5
    result = score(frames, sheet(0))
    similarity = measurement(result.report, "similarity")
    assert result.report.verdict is Verdict.PASS
    assert similarity.per_frame[3:5] == (None, None)
    assert similarity.details["presence"][3] == "not visible"
    assert measurement(result.report, "visible_share").value == pytest.approx(7 / 9)


def test_a_clip_that_hardly_shows_anybody_is_not_measured(sample, sheet, score):
    frames = sample(0, 2).clone()
    frames[:6] = 0.5
    report = score(frames, sheet(0)).report
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert measurement(report, "similarity").reason_code == "seldom_visible"
    assert measurement(report, "similarity").reason.startswith("A figure is visible in only 3 of 9")


@pytest.mark.parametrize("name", ["bg_club", "bg_uni"])
def test_a_painted_background_is_not_measured(ground, sheet, name, score):
    report = score(ground(name), sheet(0)).report
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "similarity").value is None


def test_nothing_is_scored_against_a_sheet_of_nobody(sample, score, palette_model):
    nobody, _ = make_character("Nobody", torch.full((1, 64, 64, 3), 0.5), palette_model)
    result = score(sample(0, 2), nobody)
    assert result.report.verdict is Verdict.NOT_MEASURED
    assert measurement(result.report, "similarity").reason_code == "no_reference"
    assert set(result.appearances[0].similarities) == {None}


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (torch.zeros(0, 64, 64, 3), "no_frames"),
        (torch.zeros(2, 1, 1, 3), "too_small"),
        (torch.full((2, 64, 64, 3), torch.inf), "not_finite"),
    ],
)
def test_what_cannot_be_looked_at_is_not_measured(sheet, frames, code, score):
    report = score(frames, sheet(0)).report
    assert report.verdict is Verdict.NOT_MEASURED
    assert {each.reason_code for each in report.measurements} == {code}


def test_one_still_is_judged_without_a_drift(sample, sheet, score):
    report = score(sample(1, 2)[:1], sheet(1)).report
    assert report.verdict is Verdict.PASS
    assert measurement(report, "drift").reason_code == "too_short_for_drift"


def test_characters_of_another_backend_are_refused(sample, sheet, score):
    with pytest.raises(InputError, match="made with ccip"):
        score(sample(0, 2), replace(sheet(0), model="ccip/bust"))


def test_progress_is_reported_and_can_interrupt(sample, sheet, score):
    class Interrupt(BaseException):
        pass

    def interrupt(done, total):
        raise Interrupt

    seen = []
    score(sample(0, 2), sheet(0), report_progress=lambda *step: seen.append(step))
    assert seen[-1] == (9, 9)
    with pytest.raises(Interrupt):
        score(sample(0, 2), sheet(0), report_progress=interrupt)


def test_real_drawings_pass_against_their_own_sheet_only(placed, drawings, score, palette_model):
    eileen = [each for each in drawings if each.startswith("eileen")]
    sylvie = [each for each in drawings if each.startswith("sylvie")]
    on = {
        name: torch.cat([placed(each, "bg_uni") for each in names])
        for name, names in (("eileen", eileen), ("sylvie", sylvie))
    }
    sheet, _ = make_character(
        "Eileen", torch.cat([placed(each, "grey") for each in eileen]), palette_model
    )
    assert score(on["eileen"], sheet).report.verdict is Verdict.PASS
    assert score(on["sylvie"], sheet).report.verdict is Verdict.FAIL


def test_a_character_is_lost_from_the_first_frame_after_the_last_good_one():
    same, different, away = Presence.SAME, Presence.DIFFERENT, Presence.NOT_VISIBLE
    assert first_lost_frame([same, different, same, away, different, away]) == 4
    assert first_lost_frame([same, different, same]) is None
    assert first_lost_frame([same, away, away]) is None
    assert first_lost_frame([different, different]) == 0
    assert first_lost_frame([]) is None
