import pytest
import torch

from anime_production.models.character.character_score import score_characters
from anime_production.models.character.detection import Box, IdentityModel, Region
from anime_production.models.character.detectors.lbp import LbpFaceDetector
from anime_production.models.character.detectors.lbp_figure import LbpFigureDetector
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.sheet import make_character
from anime_production.models.report import Verdict

from ..placing import placed_with_mask


@pytest.fixture(scope="module")
def detector(shared_assets):
    faces = LbpFaceDetector(shared_assets / "weights" / "lbpcascade_animeface.xml")
    return LbpFigureDetector(faces, WholeImageDetector(torch.device("cpu")))


def share_on_figure(detection, mask):
    """Share of a detection's box that lies in the box of a mask."""
    down, across = (mask > 0.5).any(dim=1).nonzero(), (mask > 0.5).any(dim=0).nonzero()
    height, width = mask.shape
    true = Box(
        left=across[0].item() / width,
        top=down[0].item() / height,
        right=(across[-1].item() + 1) / width,
        bottom=(down[-1].item() + 1) / height,
    )
    return detection.box.overlap(true).area / detection.box.area


@pytest.fixture(scope="module")
def model(detector):
    return IdentityModel(detector, PaletteEmbedder(Region.FIGURE, torch.device("cpu")))


@pytest.fixture(scope="module")
def sheets(model, shared_assets):
    drawings = ("eileen_vhappy", "sylvie_blue_normal")
    frames, _ = placed_with_mask(shared_assets, drawings, "grey", 1.0, "upright")
    return [
        make_character(name, frame[None], model)[0]
        for name, frame in zip("es", frames, strict=True)
    ]


@pytest.mark.parametrize("ground", ["grey", "bg_club"])
@pytest.mark.parametrize("drawing", ["eileen_happy", "sylvie_blue_giggle", "sylvie_blue_smile"])
def test_a_figure_beside_the_middle_is_found_by_its_face_and_told_from_another(
    model, sheets, shared_assets, ground, drawing
):
    frames, masks = placed_with_mask(shared_assets, [drawing], ground, 0.7, "upright", across=0.25)
    ((person,),) = model.detect(frames, 0)
    assert person.face is not None
    assert share_on_figure(person, masks[0]) > 0.75
    first, second = (
        score_characters(frames, [sheet], model).report.measurements[0] for sheet in sheets
    )
    own, other = (first, second) if drawing.startswith("eileen") else (second, first)
    assert own.verdict is Verdict.PASS
    assert other.verdict is Verdict.FAIL


def test_two_who_stand_side_by_side_are_told_apart(model, sheets, shared_assets):
    frames, _ = placed_with_mask(
        shared_assets, ["eileen_happy"], "bg_club", 0.9, "upright", across=0.25
    )
    frames, _ = placed_with_mask(
        shared_assets, ["sylvie_blue_normal"], frames, 0.9, "upright", across=-0.25
    )
    eileen, sylvie = score_characters(frames, sheets, model).appearances
    assert (eileen.presences[0].value, sylvie.presences[0].value) == ("same", "same")
    assert eileen.boxes[0].left > sylvie.boxes[0].left


def test_a_figure_whose_face_is_not_seen_is_found_in_the_whole_image(detector, shared_assets):
    frames, _ = placed_with_mask(shared_assets, ["eileen_happy"], "grey", 0.8, "upright")
    turned = frames.flip(1)  # upside down
    whole = WholeImageDetector(torch.device("cpu")).detect(turned)
    (people,) = detector.detect(turned)
    assert [each.box for each in people] == [each.box for each in whole[0]]
    assert people


@pytest.mark.parametrize("name", ["bg_club", "bg_uni"])
def test_nobody_is_found_in_a_background(detector, ground, name):
    assert detector.detect(ground(name)) == [()]
