"""Where nobody is seen, the report says which detector sees more and how to get it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from anime_production.models.character.better_detector import (
    ADVISED,
    BetterDetector,
    all_codes,
)
from anime_production.models.character.character_score import score_characters
from anime_production.models.character.declaration import Resources
from anime_production.models.character.detection import IdentityModel
from anime_production.models.character.identity import IdentityChoice, choose_identity_model
from anime_production.models.character.registry import FOLDERS
from anime_production.models.character.sheet import make_character
from anime_production.models.reasons import sentences
from anime_production.models.weights import WEIGHTS

from .installed import install

PERSONS = WEIGHTS["person_detect_v1.1_m"]


def resources(**anime_detection: Path) -> Resources:
    weights: dict[str, dict[str, Path]] = {folder: {} for folder in FOLDERS}
    return Resources(weights | {"anime_detection": anime_detection}, torch.device("cpu"))


@pytest.mark.parametrize("detector", ["auto", "whole_image"])
def test_without_a_network_the_recommended_one_is_to_be_installed(detector):
    model = choose_identity_model(IdentityChoice(detector=detector), resources())
    assert model.better_detector == BetterDetector("anime_person", PERSONS)


def test_a_cascade_is_no_network(shared_assets):
    file = shared_assets / "weights" / "lbpcascade_animeface.xml"
    model = choose_identity_model(IdentityChoice(), resources(**{file.name: file}))
    assert model.better_detector == BetterDetector("anime_person", PERSONS)


def test_an_installed_network_is_to_be_chosen_and_a_chosen_one_is_the_best(tmp_path, shared_assets):
    installed = install(tmp_path, shared_assets)
    for detector, better in (
        ("whole_image", BetterDetector("anime_person")),
        ("lbp_anime_face", BetterDetector("anime_person")),
        ("insightface", BetterDetector("anime_person")),
        ("anime_face", None),
        ("auto", None),
    ):
        model = choose_identity_model(IdentityChoice("palette", detector), installed)
        assert model.better_detector == better, detector
    # This backend works with no other detector.
    assert choose_identity_model(IdentityChoice("insightface"), installed).better_detector is None


def test_only_the_network_of_faces_is_installed():
    files = {"face_detect_v1.4_s/model.onnx": Path("model.onnx")}
    model = choose_identity_model(IdentityChoice("palette", "whole_image"), resources(**files))
    assert model.better_detector == BetterDetector("anime_face")


@pytest.fixture
def advised(palette_model) -> list[IdentityModel]:
    """The same model: without advice, with a detector to install, with one to choose."""
    choices = (None, BetterDetector("anime_person", PERSONS), BetterDetector("anime_person"))
    return [replace(palette_model, better_detector=better) for better in choices]


def test_sheet_and_score_of_nobody_say_what_to_do(advised, sample):
    somebody, blank = sample(0, 1)[:3], torch.full((3, 192, 192, 3), 0.5)
    for number, model in enumerate(advised):
        seldom, _, no_reference, unseen = (all_codes(each)[number] for each in ADVISED)
        known, _ = make_character("Rin", somebody, model)
        nobody, sheet = make_character("Rin", blank, model)
        codes = [each.reason_code for each in sheet.measurements]
        assert codes == [no_reference, "threshold_published", "references_unseen"]
        _, sheet = make_character("Rin", torch.cat([somebody, blank]), model)
        assert sheet.measurements[2].reason_code == unseen
        assert_advice(sheet.measurements[2].reason, model.better_detector)
        for frames, character, code in ((blank, known, seldom), (somebody, nobody, no_reference)):
            similarity, *further = score_characters(frames, [character], model).report.measurements
            assert similarity.reason_code == code
            assert_advice(similarity.reason, model.better_detector)
            assert not any("Identity Model" in each.reason for each in further)


def assert_advice(reason: str, better: BetterDetector | None) -> None:
    facts = ("103 MB", "MIT (DeepGHS)", "quickstart.py weights --fetch person_detect_v1.1_m")
    assert [each in reason for each in facts] == [
        better is not None and better.weight is not None
    ] * 3
    assert ("choose anime_person at an Identity Model" in reason) == (better is not None)


@pytest.mark.parametrize("code", ADVISED)
def test_the_advice_follows_what_is_said_without_it(code):
    plain, *with_advice = (sentences()[each] for each in all_codes(code))
    begin = plain.removesuffix(" An Identity Model with another detector may see more.")
    assert all(each.startswith(begin) for each in with_advice)
