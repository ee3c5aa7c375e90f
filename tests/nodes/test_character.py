import json
from pathlib import Path

import numpy
import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker
from PIL import Image

from anime_production.models.report import Verdict
from anime_production.models.sample.sample_clip import Faults, draw_clip
from anime_production.models.weights import RECOMMENDED
from anime_production.nodes import comfyui

RECOMMENDED_DETECTOR = next(each for each in RECOMMENDED if "anime_person" in each.used_by)


@pytest.fixture(scope="module")
def frames():
    return draw_clip(8, 160, 160, 8, 0, 1)


@pytest.fixture
def made(run_node, node_classes, frames):
    return run_node(node_classes["AnimeCharacterSheet"], references=frames[::3], name="Aoi")


def test_a_sheet_gives_a_character_and_a_report(made):
    character, report = made.args
    assert character.name == "Aoi"
    assert report.verdict is Verdict.PASS
    assert made.ui["anime_report"] == [report.to_dict()]
    assert len(made.ui["anime_references"]) == len(character.pictures)
    json.dumps(made.ui, allow_nan=False)


def test_a_clip_of_the_character_passes_through_the_nodes(run_node, node_classes, made):
    score = node_classes["AnimeCharacterScore"]
    clip = draw_clip(8, 160, 160, 8, 0, 2)
    report, value, passed = run_node(score, images=clip, character=made.args[0]).args
    assert report.verdict is Verdict.PASS
    assert passed is True
    assert 50 <= value <= 100


def test_a_clip_that_drifts_fails_through_the_nodes(run_node, node_classes, made):
    clip = draw_clip(8, 160, 160, 8, 0, 2, Faults(drift=1.0))
    score = node_classes["AnimeCharacterScore"]
    report, value, passed = run_node(score, images=clip, character=made.args[0]).args
    assert (report.verdict, passed) == (Verdict.FAIL, False)
    assert value < 50
    similarity = report.measurements[0]
    assert similarity.reason_code == "character_lost"
    lost = similarity.details["lost_from"]
    assert 1 < lost < 8
    assert set(similarity.details["presence"][lost:]) == {"different"}


def test_nobody_in_a_reference_and_nobody_in_a_clip_are_told(
    run_node, node_classes, made, frames, shared_assets
):
    with Image.open(shared_assets / "backgrounds" / "bg_uni.jpg") as ground:
        nobody = torch.from_numpy(numpy.asarray(ground.convert("RGB")) / numpy.float32(255))[None]
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    empty, report = run_node(sheet, references=nobody, name="Nobody").args
    assert report.verdict is Verdict.NOT_MEASURED
    for images, character, code in (
        (frames, empty, "no_reference_install"),
        (nobody, made.args[0], "seldom_visible_install"),
    ):
        report = run_node(score, images=images, character=character).args[0]
        assert (report.verdict, report.score) == (Verdict.NOT_MEASURED, None)
        similarity = report.measurements[0]
        assert similarity.reason_code == code
        weight = RECOMMENDED_DETECTOR
        assert f"{weight.name}, {weight.size}, licence {weight.licence}." in similarity.reason
        assert f"Run {weight.command} in the pack's folder" in similarity.reason
        assert "connect a mask of the character" in similarity.reason


def test_a_detector_that_was_installed_since_is_named_instead_of_its_download(
    run_node, node_classes, made, monkeypatch
):
    files = {RECOMMENDED_DETECTOR.file: Path("model.onnx")}
    monkeypatch.setattr(comfyui, "weights", lambda folder: files)
    blank = torch.full((3, 64, 64, 3), 0.5)
    report = run_node(
        node_classes["AnimeCharacterScore"], images=blank, character=made.args[0]
    ).args[0]
    similarity = report.measurements[0]
    assert similarity.reason_code == "seldom_visible_choose"
    assert "choose anime_person at an Identity Model" in similarity.reason
    assert "--fetch" not in similarity.reason


def test_a_score_that_does_not_exist_blocks_what_would_consume_it(run_node, node_classes, made):
    score = node_classes["AnimeCharacterScore"]
    blank = torch.full((3, 64, 64, 4), 0.5)
    answer = run_node(score, images=blank, character=made.args[0])
    report, value, passed = answer.args
    assert (report.verdict, passed) == (Verdict.NOT_MEASURED, False)
    assert isinstance(value, ExecutionBlocker)
    json.dumps(answer.ui, allow_nan=False)
