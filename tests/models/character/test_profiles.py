"""What a profile changes of a character's verdict."""

from dataclasses import replace

import pytest

from anime_production.models.character.character_measures import MEASURES
from anime_production.models.character.character_score import SUBJECT, score_characters
from anime_production.models.character.sheet import make_character
from anime_production.models.measure import short
from anime_production.models.profile import load_profile
from anime_production.models.report import Verdict


@pytest.fixture(scope="module")
def sheet(sample, palette_model):
    return make_character("Aoi", sample(0, 1)[::3], palette_model)[0]


@pytest.fixture(scope="module")
def score(sample, sheet, palette_model):
    """Scores a clip of the character, on its way to another one."""

    def run(**options):
        frames = sample(0, 2, drift=0.3)[::4]
        return score_characters(frames, [sheet], palette_model, **options).report

    return run


def similarity(report):
    return report.measurements[0]


def test_the_default_profile_is_what_holds_without_one(score):
    profile = load_profile("supporting")
    assert score(measures=profile.applied(SUBJECT, *MEASURES), leeway=profile.leeway) == score()


def test_leeway_moves_the_sheets_own_threshold_and_the_words_follow(score, sheet):
    value, threshold = similarity(score()).value, sheet.threshold
    needed = (1 - value) / (1 - threshold)
    strict, lenient = score(leeway=0.97 * needed), score(leeway=1.03 * needed)
    assert similarity(strict).threshold == pytest.approx(1 - 0.97 * (1 - value))
    assert similarity(lenient).threshold == pytest.approx(1 - 1.03 * (1 - value))
    assert (strict.verdict, lenient.verdict) == (Verdict.FAIL, Verdict.PASS)
    assert similarity(strict).reason_code in ("character_different", "character_lost")
    assert similarity(lenient).reason_code == "character_same"
    assert f"{short(similarity(strict).threshold):g}" in similarity(strict).reason
    assert similarity(strict).details["calibrated"] is True
    assert similarity(strict).value == similarity(lenient).value == value


def test_a_threshold_of_the_users_goes_before_the_leeway(score):
    assert similarity(score(least_similarity=0.5, leeway=0.5)).threshold == 0.5


def test_more_leeway_than_there_is_distance_lets_everything_pass(score):
    report = score(leeway=100.0)
    assert similarity(report).threshold == 0.0
    assert report.verdict is Verdict.PASS


def test_what_a_users_profile_makes_count_decides(score):
    strict = tuple(
        replace(each, threshold=0.9999, required=True)
        if each.name == "subject_consistency"
        else each
        for each in MEASURES
    )
    report = score(measures=strict, leeway=100.0)
    assert report.verdict is Verdict.FAIL
    (failing,) = [each for each in report.required if each.verdict is Verdict.FAIL]
    assert failing.name == "subject_consistency"
