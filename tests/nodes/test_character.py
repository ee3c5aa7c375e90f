import json
from pathlib import Path

import numpy
import pytest
import torch
from comfy_execution.graph_utils import ExecutionBlocker
from PIL import Image

from anime_production.models.frames import InputError
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
    assert made.ui["anime_report"] == [[report.to_dict()]]
    assert len(made.ui["anime_references"][0]) == len(character.pictures)
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


SIDE = 192
HER, OTHER = 3, 1  # characters: auburn hair and a yellow jacket, pink hair and a brown one


@pytest.fixture(scope="module")
def pair():
    """Frames of two people, the other one at the left, and the masks of each by their colours."""
    clips = [draw_clip(4, SIDE, SIDE, 8, character, 9) for character in (OTHER, HER)]
    pictures = torch.cat(clips, dim=2)
    both = (pictures[..., 2] < 0.8).float()  # the background is bright in blue
    is_left = torch.arange(2 * SIDE) < SIDE
    return pictures, {HER: both * ~is_left, OTHER: both * is_left}


@pytest.fixture
def sheet_of_her(run_node, node_classes):
    references = draw_clip(8, SIDE, SIDE, 8, HER, 3)[::3]
    return run_node(node_classes["AnimeCharacterSheet"], references=references, name="Rin").args[0]


def test_masks_say_which_person_the_score_looks_at(run_node, node_classes, pair, sheet_of_her):
    frames, masks = pair
    score, values = node_classes["AnimeCharacterScore"], {}
    for character, mask in masks.items():
        report = run_node(score, images=frames, character=sheet_of_her, masks=mask).args[0]
        assert report.measurements[0].details["detector"] == "masks"
        values[character] = report.measurements[0].value
        assert report.verdict is (Verdict.PASS if character == HER else Verdict.FAIL)
    assert values[HER] > 0.95 > values[OTHER] + 0.2
    by_one_mask = run_node(score, images=frames, character=sheet_of_her, masks=masks[HER][:1])
    assert by_one_mask.args[0].verdict is Verdict.PASS


def test_a_sheet_learns_whom_the_masks_mark_among_two(run_node, node_classes, pair, sheet_of_her):
    frames, masks = pair
    sheet, score = node_classes["AnimeCharacterSheet"], node_classes["AnimeCharacterScore"]
    marked = run_node(sheet, references=frames, name="Rin", masks=masks[HER])
    character, report = marked.args
    assert report.verdict is Verdict.PASS
    assert len(marked.ui["anime_references"][0]) == len(frames)
    clip = draw_clip(4, SIDE, SIDE, 8, HER, 2)  # without a mask: sheets of both kinds are compared
    assert run_node(score, images=clip, character=character).args[0].verdict is Verdict.PASS
    unmarked = run_node(sheet, references=frames, masks=torch.zeros(1, 64, 64)).args[1]
    reasons = {each.reason_code for each in unmarked.measurements}
    assert unmarked.verdict is Verdict.NOT_MEASURED
    assert "references_unmarked" in reasons


def test_boxes_of_a_detector_tell_two_people_apart(run_node, node_classes, pair, sheet_of_her):
    frames, _ = pair
    halves = [
        {"x": left, "y": 0, "width": SIDE, "height": SIDE, "label": "person", "score": 0.9}
        for left in (0, SIDE)
    ]
    references = draw_clip(8, SIDE, SIDE, 8, OTHER, 3)[::3]
    other = run_node(node_classes["AnimeCharacterSheet"], references=references, name="Mio").args[0]
    report = run_node(
        node_classes["AnimeCharacterScore"],
        images=frames,
        character=sheet_of_her,
        more_characters={"character0": other},
        boxes=[halves] * len(frames),
    ).args[0]
    similarities = {each.name: each for each in report.measurements if each.value is not None}
    for name in ("similarity: Rin", "similarity: Mio"):
        assert similarities[name].details["detector"] == "boxes"
        assert similarities[name].details["presence"] == ("same",) * len(frames)


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ({"masks": torch.ones(3, SIDE, 2 * SIDE)}, "masks: expected one for each of the 4 {}"),
        ({"masks": torch.ones(4, SIDE, SIDE)}, "masks: expected masks of the shape of {}"),
        ({"boxes": [[], []]}, "boxes: expected one for each of the 4 {}"),
        ({"boxes": "person"}, "boxes: expected boxes with x, y, width and height"),
    ],
    ids=["masks of another clip", "masks of another shape", "boxes of another clip", "no boxes"],
)
def test_masks_and_boxes_of_other_pictures_are_refused_in_words(
    run_node, node_classes, pair, sheet_of_her, marks, message
):
    frames, _ = pair
    with pytest.raises(InputError, match=message.format("references")):
        run_node(node_classes["AnimeCharacterSheet"], references=frames, **marks)
    with pytest.raises(InputError, match=message.format("images")):
        run_node(
            node_classes["AnimeCharacterScore"], images=frames, character=sheet_of_her, **marks
        )


def test_an_empty_mask_says_that_nothing_is_marked(run_node, node_classes, pair, sheet_of_her):
    report = run_node(
        node_classes["AnimeCharacterScore"],
        images=pair[0],
        character=sheet_of_her,
        masks=torch.zeros(1, 64, 64),  # Load Image's, of a picture without transparency
    ).args[0]
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.measurements[0].reason_code == "seldom_marked"


@pytest.mark.parametrize("node", ["AnimeCharacterSheet", "AnimeCharacterScore"])
def test_boxes_are_a_socket_in_the_editor_without_a_value_of_their_own(node_classes, node):
    options = node_classes[node].INPUT_TYPES()["optional"]["boxes"][1]
    assert options["forceInput"] is True  # else it has a widget, which sends a box with every run
    assert "default" not in options
