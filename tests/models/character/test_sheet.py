import pytest
import torch

from anime_production.models.character import palette
from anime_production.models.character.sheet import make_character
from anime_production.models.report import Report, Verdict


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


def test_references_of_one_character_pass(sample):
    character, report = make_character("Aoi", sample(0, 1)[::3])
    assert report.verdict is Verdict.PASS
    assert report.subject == "character"
    assert character.calibrated
    assert len(character.embeddings) == 3
    assert "not identity" in measurement(report, "one_character").reason
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


def test_a_reference_of_somebody_else_fails_and_is_named(sample):
    references = torch.cat([sample(0, 1)[:3], sample(1, 1)[:1]])
    character, report = make_character("Aoi", references)
    assert report.verdict is Verdict.FAIL
    assert report.worst.frame == 3
    assert "Reference 3" in report.worst.reason
    assert len(measurement(report, "one_character").per_frame) == 4
    assert character.threshold >= palette.LOOSEST_THRESHOLD


def test_one_reference_takes_the_default_threshold_and_says_so(sample):
    character, report = make_character("Aoi", sample(0, 1)[:1])
    assert character.threshold == palette.DEFAULT_THRESHOLD
    assert not character.calibrated
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "one_character").reason_code == "one_reference"
    assert measurement(report, "threshold").reason_code == "threshold_published"


def test_a_reference_with_nobody_is_named_and_not_used(sample):
    references = torch.cat([sample(0, 1)[:2], torch.full((1, 192, 192, 3), 0.5), sample(0, 1)[5:6]])
    character, report = make_character("Aoi", references)
    assert character.visible == (True, True, False, True)
    assert len(character.embeddings) == 3
    share = measurement(report, "visible_share")
    assert share.value == pytest.approx(3 / 4)
    assert "reference 2:" in share.reason
    assert report.verdict is Verdict.PASS


def test_references_with_nobody_at_all_measure_nothing():
    character, report = make_character("Nobody", torch.full((2, 64, 64, 3), 0.5))
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert measurement(report, "one_character").reason_code == "no_reference"
    assert len(character.embeddings) == 0


@pytest.mark.parametrize(
    "references",
    [torch.zeros(0, 64, 64, 3), torch.zeros(1, 1, 1, 3), torch.full((1, 64, 64, 3), torch.nan)],
    ids=["none", "one pixel", "NaN"],
)
def test_references_that_cannot_be_looked_at_measure_nothing(references):
    character, report = make_character("Nobody", references)
    assert report.verdict is Verdict.NOT_MEASURED
    assert len(character.embeddings) == 0
    assert character.pictures.isfinite().all()


def test_the_real_drawings_of_a_character_make_a_sheet(placed, drawings):
    eileen = torch.cat([placed(each, "grey") for each in drawings if each.startswith("eileen")])
    sylvie = torch.cat([placed(each, "grey") for each in drawings if each.startswith("sylvie")])
    assert make_character("Eileen", eileen)[1].verdict is Verdict.PASS
    assert make_character("both", torch.cat([eileen, sylvie[:1]]))[1].verdict is Verdict.FAIL
