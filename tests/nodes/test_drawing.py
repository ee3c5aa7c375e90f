"""Nodes that draw: a picture goes out, and the node shows it."""

import json
from pathlib import Path

import folder_paths
import pytest
import torch
from PIL import Image

from anime_production.models.frames import InputError
from anime_production.models.gating.kept import best_report
from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.nodes.drawing import (
    AnimeCharacterContactSheet,
    AnimeCharacterOverlay,
    AnimeDifferencePicture,
    AnimeLoopMap,
    AnimeReportPlot,
)


@pytest.fixture(scope="module")
def clip():
    return draw_clip(24, 96, 96, 12, 0, 1)


@pytest.fixture
def character(run_node, node_classes, clip):
    return run_node(node_classes["AnimeCharacterSheet"], references=clip[::6], name="Aoi").args[0]


@pytest.fixture
def character_report(run_node, node_classes, clip, character):
    return run_node(node_classes["AnimeCharacterScore"], images=clip, character=character).args[0]


def through_json(report):
    """A report as it comes out of a database or the history."""
    return Report.from_json(report.to_json())


def picture_of(answer):
    """The picture that a node hands on, which is the one that it shows."""
    (picture,) = answer.args
    shown = answer.ui["images"]
    json.dumps(shown, allow_nan=False)
    assert len(shown) == len(picture)
    for file, each in zip(shown, picture, strict=True):
        path = Path(folder_paths.get_temp_directory(), file["subfolder"], file["filename"])
        with Image.open(path) as image:
            assert image.size == (each.shape[1], each.shape[0])
    return picture


def test_a_report_is_drawn_whole_or_by_one_measurement(run_node, node_classes, clip):
    report = run_node(node_classes["AnimeClipQuality"], images=clip).args[0]
    whole = picture_of(run_node(AnimeReportPlot, report=through_json(report)))
    assert whole.shape == (1, 540, 960, 3)
    one = picture_of(run_node(AnimeReportPlot, report=report, measurement=" flicker "))
    assert not torch.equal(one, whole)
    shown = picture_of(run_node(AnimeReportPlot, report=report, measurement="Flicker"))
    assert torch.equal(one, shown), "the name may be written as the picture shows it"
    with pytest.raises(InputError, match=r"^measurement: expected one of .*flicker.*, got flikker"):
        run_node(AnimeReportPlot, report=report, measurement="flikker")


def test_the_overlay_is_drawn_into_the_frames_of_the_report(run_node, clip, character_report):
    report = through_json(character_report)
    drawn = picture_of(run_node(AnimeCharacterOverlay, images=clip, report=report))
    assert drawn.shape == clip.shape
    assert ((drawn - clip).abs().amax(dim=(1, 2, 3)) > 0.1).all(), "a frame without a box"
    with pytest.raises(InputError, match=r"^images: expected the 24 frames .*, got 3 frames"):
        run_node(AnimeCharacterOverlay, images=clip[:3], report=report)


def test_an_overlay_needs_the_report_of_a_character_score(
    run_node, node_classes, clip, character_report
):
    sheet = run_node(node_classes["AnimeCharacterSheet"], references=clip[::6]).args[1]
    still = run_node(node_classes["AnimeStillQuality"], images=clip).args[0]
    for report in (sheet, still, best_report(character_report, 24)):
        with pytest.raises(InputError, match=r"^report: expected a report of Character Score"):
            run_node(AnimeCharacterOverlay, images=clip, report=report)


def test_a_contact_sheet_shows_the_references_of_a_character(run_node, character):
    picture = picture_of(run_node(AnimeCharacterContactSheet, character=character))
    assert picture.ndim == 4
    assert picture.std() > 0.05


def test_the_difference_is_black_where_pictures_are_the_same(run_node, clip):
    drawn = picture_of(run_node(AnimeDifferencePicture, images=clip[:2], references=clip[:1]))
    assert drawn.shape == (2, 96, 96, 3)
    assert drawn[0].max() == 0
    assert drawn[1].max() > 0.5


def test_a_difference_of_other_sizes_needs_a_resize(run_node, clip):
    inputs = {"images": clip[:2], "references": clip[:2, :48]}
    with pytest.raises(InputError, match="resize"):
        run_node(AnimeDifferencePicture, **inputs)
    answer = run_node(AnimeDifferencePicture, **inputs, resize="images_to_references")
    assert picture_of(answer).shape == (2, 48, 96, 3)


def test_nothing_to_compare_with_is_no_picture(run_node, clip):
    assert len(picture_of(run_node(AnimeDifferencePicture, images=clip, references=clip[:0]))) == 0


def test_the_map_is_that_of_a_find_loop(run_node, node_classes, clip):
    report = run_node(node_classes["AnimeLoopFind"], images=clip, backend="structural").args[1]
    drawn = picture_of(run_node(AnimeLoopMap, report=through_json(report)))
    assert drawn.shape == (1, 540, 960, 3)
    seam = run_node(node_classes["AnimeLoopScore"], images=clip, backend="structural").args[0]
    with pytest.raises(InputError, match=r"^report: expected a report of Find Loop, got one of"):
        run_node(AnimeLoopMap, report=seam)
