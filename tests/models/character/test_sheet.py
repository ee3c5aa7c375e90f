import pytest
import torch

from anime_production.models.character.detection import IdentityModel
from anime_production.models.character.embedders import palette
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.sheet import make_character
from anime_production.models.report import Report, Verdict

from .staged import AOI, BLUE, RED, RIN, STRANGER, stage_model, staged


def measurement(report, name):
    return next(each for each in report.measurements if each.name == name)


def test_references_of_one_character_pass(sample, palette_model):
    character, report = make_character("Aoi", sample(0, 1)[::3], palette_model)
    assert report.verdict is Verdict.PASS
    assert report.subject == "character"
    assert character.calibrated
    assert len(character.embeddings) == 3
    assert "not identity" in measurement(report, "one_character").reason
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


def test_a_reference_of_somebody_else_fails_and_is_named(sample, palette_model):
    references = torch.cat([sample(0, 1)[:3], sample(1, 1)[:1]])
    character, report = make_character("Aoi", references, palette_model)
    assert report.verdict is Verdict.FAIL
    assert report.worst.frame == 3
    assert "Reference 3" in report.worst.reason
    assert len(measurement(report, "one_character").per_frame) == 4
    assert character.threshold >= palette.LOOSEST_THRESHOLD


def test_one_reference_takes_the_default_threshold_and_says_so(sample, palette_model):
    character, report = make_character("Aoi", sample(0, 1)[:1], palette_model)
    assert character.threshold == palette.DEFAULT_THRESHOLD
    assert not character.calibrated
    assert report.verdict is Verdict.NOT_MEASURED
    assert measurement(report, "one_character").reason_code == "one_reference"
    assert measurement(report, "threshold").reason_code == "threshold_published"


def test_a_reference_with_nobody_is_named_and_not_used(sample, palette_model):
    references = torch.cat([sample(0, 1)[:2], torch.full((1, 192, 192, 3), 0.5), sample(0, 1)[5:6]])
    character, report = make_character("Aoi", references, palette_model)
    assert character.usable == (True, True, False, True)
    assert len(character.embeddings) == 3
    share = measurement(report, "visible_share")
    assert share.value == pytest.approx(3 / 4)
    assert "not used: 2." in share.reason
    assert report.verdict is Verdict.PASS


def test_references_with_nobody_at_all_measure_nothing(palette_model):
    character, report = make_character("Nobody", torch.full((2, 64, 64, 3), 0.5), palette_model)
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.score is None
    assert measurement(report, "one_character").reason_code == "no_reference"
    assert len(character.embeddings) == 0


def test_references_without_a_face_measure_nothing_where_faces_are_looked_for(lbp, ground):
    palette_of_faces = PaletteEmbedder(lbp.region, torch.device("cpu"))
    model = IdentityModel(lbp, palette_of_faces)
    character, report = make_character("Nobody", ground("bg_uni"), model)
    assert measurement(report, "one_character").reason_code == "no_reference"
    assert character.usable == (False,)


@pytest.mark.parametrize(
    "references",
    [torch.zeros(0, 64, 64, 3), torch.zeros(1, 1, 1, 3), torch.full((1, 64, 64, 3), torch.nan)],
    ids=["none", "one pixel", "NaN"],
)
def test_references_that_cannot_be_looked_at_measure_nothing(references, palette_model):
    character, report = make_character("Nobody", references, palette_model)
    assert report.verdict is Verdict.NOT_MEASURED
    assert len(character.embeddings) == 0
    assert character.pictures.isfinite().all()


def test_the_real_drawings_of_a_character_make_a_sheet(placed, drawings, palette_model):
    eileen = torch.cat([placed(each, "grey") for each in drawings if each.startswith("eileen")])
    sylvie = torch.cat([placed(each, "grey") for each in drawings if each.startswith("sylvie")])
    assert make_character("Eileen", eileen, palette_model)[1].verdict is Verdict.PASS
    assert (
        make_character("both", torch.cat([eileen, sylvie[:1]]), palette_model)[1].verdict
        is Verdict.FAIL
    )


def test_a_reference_with_several_people_is_named_and_not_used():
    model = stage_model()
    crowd = staged([(RIN, 20), (AOI, 120)])
    character, report = make_character("Rin", crowd, model)
    assert character.statuses == ("several people",)
    assert len(character.embeddings) == 0
    assert measurement(report, "several_people").reason.startswith(
        "Several people are in these references, which are not used"
    )
    assert report.verdict is Verdict.NOT_MEASURED


def test_of_several_people_the_one_whom_all_others_show_is_used():
    model = stage_model()
    references = staged([(AOI, 20), (RIN, 120)], [(RIN, 20)], [(RIN, 60)])
    character, report = make_character("Rin", references, model)
    assert character.statuses == ("one of several people", "used", "used")
    assert character.boxes[0, 0] == pytest.approx(0.5)
    assert measurement(report, "several_people").reason_code == "references_chosen"
    assert report.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "others",
    [[[(RIN, 20)], [(AOI, 20)]], [[(STRANGER, 20)]], []],
    ids=["they disagree", "they show nobody of them", "there is none"],
)
def test_nobody_is_chosen_of_several_people_where_it_is_not_certain(others):
    references = staged([(AOI, 20), (RIN, 120)], *others)
    character, _ = make_character("Rin", references, stage_model())
    assert character.statuses[0] == "several people"


def test_references_of_two_characters_are_no_sheet_of_one_even_in_pairs():
    references = staged(*[[(RIN, 20)]] * 3, *[[(AOI, 20)]] * 2)
    character, report = make_character("Rin", references, stage_model())
    assert report.verdict is Verdict.FAIL
    assert measurement(report, "one_character").details["outliers"] == (3, 4)
    assert "References 3, 4" in measurement(report, "one_character").reason
    assert character.statuses[3:] == ("unlike the others",) * 2


def test_a_reference_of_somebody_too_small_is_named_and_not_used():
    references = staged([(RIN, 20, 0.7)], [(RIN, 20)])
    character, report = make_character("Rin", references, stage_model())
    assert character.statuses == ("too small", "used")
    assert "not used: 0." in measurement(report, "visible_share").reason


def test_the_calibrated_threshold_stays_within_the_bounds_of_the_embedder():
    model = stage_model()
    loosest, strictest = model.embedder.threshold_bounds
    alike, _ = make_character("Rin", staged(*[[(RIN, x)] for x in (10, 50, 90)]), model)
    assert alike.threshold == strictest
    mixed = [[((RED,) * red + (BLUE,) * (10 - red), 20)] for red in (2, 5, 8)]
    spread, _ = make_character("Rin", staged(*mixed), model)
    assert spread.calibrated
    assert loosest <= spread.threshold < strictest
    assert spread.threshold < spread.usual < 1
    assert (spread.model, spread.backend) == ("colour_shares/figure", "colour_shares")
