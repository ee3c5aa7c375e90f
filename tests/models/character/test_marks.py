from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import pytest
import torch

from anime_production.models.character.character_score import score_characters
from anime_production.models.character.detection import Box, Region
from anime_production.models.character.embedders.insightface import InsightFaceEmbedder
from anime_production.models.character.embedders.palette import PaletteEmbedder
from anime_production.models.character.marks import Marks, marked_model, read_marks
from anime_production.models.character.sheet import make_character
from anime_production.models.frames import InputError
from anime_production.models.report import Verdict

from .placing import MODES, SIZES, placed_with_mask

DRAWINGS = {
    "eileen": ("eileen_concerned", "eileen_happy", "eileen_vhappy"),
    "sylvie": ("sylvie_blue_normal", "sylvie_blue_giggle", "sylvie_blue_smile"),
}
OTHER_EXPRESSION = {"eileen": "eileen_vhappy", "sylvie": "sylvie_blue_surprised"}


def scored(frames, masks, sheet, model):
    """The scores of frames against a sheet, by their masks."""
    marked = marked_model(model, read_marks(masks, None, frames))
    report = score_characters(frames, [sheet], marked).report
    return report.measurements[0].per_frame


@pytest.fixture(scope="module")
def sheets(shared_assets, palette_model):
    """A sheet of each character, from two drawings before a painted background."""
    made = {}
    for name, drawings in DRAWINGS.items():
        frames, masks = placed_with_mask(shared_assets, drawings[:2], "bg_club", 1.0, "upright")
        marked = marked_model(palette_model, read_marks(masks, None, frames))
        made[name], report = make_character(name, frames, marked)
        assert report.verdict is Verdict.PASS
    return made


@pytest.mark.parametrize(("ground", "mode"), product(("grey", "bg_club", "bg_uni"), MODES))
def test_with_masks_each_character_is_nearer_to_its_own_sheet(
    shared_assets, sheets, palette_model, ground, mode
):
    for name, sheet in sheets.items():
        similarities = {}
        for shown, drawing in OTHER_EXPRESSION.items():
            similarities[shown] = []
            for size in SIZES:
                frames, masks = placed_with_mask(shared_assets, [drawing], ground, size, mode)
                similarities[shown] += scored(frames, masks, sheet, palette_model)
        other = next(each for each in OTHER_EXPRESSION if each != name)
        assert None not in similarities[name] + similarities[other]
        assert min(similarities[name]) > sheet.threshold > max(similarities[other])


@pytest.mark.parametrize("grown", [0.03, -0.02])
def test_a_rough_mask_is_enough(shared_assets, sheets, palette_model, grown):
    for name, drawing in OTHER_EXPRESSION.items():
        frames, masks = placed_with_mask(
            shared_assets, [drawing], "bg_uni", 0.7, "upright", grown=grown
        )
        (own,) = scored(frames, masks, sheets[name], palette_model)
        assert own > sheets[name].threshold


def test_boxes_of_a_detector_show_who_is_who(shared_assets, sheets, palette_model):
    frames, masks = placed_with_mask(
        shared_assets, ["eileen_vhappy"], "bg_uni", 0.8, "upright", across=0.3
    )
    others, other_masks = placed_with_mask(
        shared_assets, ["sylvie_blue_smile"], frames, 0.8, "upright", across=-0.3
    )
    boxes = [[as_box(masks[0], 0.9), as_box(other_masks[0], 0.4)]]
    marked = marked_model(palette_model, read_marks(None, boxes, others))
    result = score_characters(others, list(sheets.values()), marked)
    assert [each.presences[0].value for each in result.appearances] == ["same", "same"]
    by_name = {each.name: each for each in result.appearances}
    assert by_name["eileen"].confidences == (0.9,)
    assert result.report.measurements[0].details["detector"] == "boxes"
    union = torch.maximum(masks, other_masks)
    both = marked_model(palette_model, read_marks(union, boxes, others))
    again = score_characters(others, list(sheets.values()), both)
    assert [each.presences[0].value for each in again.appearances] == ["same", "same"]


def as_box(mask, score):
    down, across = mask.any(dim=1).nonzero(), mask.any(dim=0).nonzero()
    top, left = int(down[0]), int(across[0])
    height, width = int(down[-1]) + 1 - top, int(across[-1]) + 1 - left
    return {"x": left, "y": top, "width": width, "height": height, "score": score}


def test_nobody_is_marked_in_an_empty_mask_and_the_report_says_what_to_do(sheets, palette_model):
    frames = torch.full((3, 120, 160, 3), 0.5)
    marks = read_marks(torch.zeros(1, 64, 64), None, frames)  # Load Image gives it without alpha
    report = score_characters(frames, [sheets["eileen"]], marked_model(palette_model, marks)).report
    assert report.verdict is Verdict.NOT_MEASURED
    assert report.measurements[0].reason_code == "seldom_marked"
    assert "invert" in report.measurements[0].reason
    _, sheet_report = make_character("nobody", frames, marked_model(palette_model, marks))
    assert sheet_report.verdict is Verdict.NOT_MEASURED


def test_a_smaller_mask_of_the_same_shape_is_enlarged_and_another_shape_refused():
    frames = torch.zeros(1, 120, 160, 3)
    mask = torch.zeros(1, 60, 80)
    mask[:, 30:, :40] = 1
    ((person,),) = read_marks(mask, None, frames).detect(frames, 0)
    assert person.box == Box(0.0, 0.5, 0.5, 1.0)
    with pytest.raises(InputError, match="160×120, got 60×80"):
        read_marks(mask.movedim(1, 2), None, frames)


def test_one_mask_or_one_list_of_boxes_serves_all_frames_and_other_numbers_are_refused():
    frames = torch.zeros(4, 40, 40, 3)
    masks = torch.ones(1, 40, 40)
    assert all(len(row) == 1 for row in read_marks(masks, None, frames).detect(frames, 0))
    box = {"x": 0, "y": 0, "width": 20, "height": 40}
    for boxes in (box, [box], [[box]]):
        assert all(len(row) == 1 for row in read_marks(None, boxes, frames).detect(frames, 0))
    with pytest.raises(InputError, match="masks: expected one for each of the 4 images"):
        read_marks(masks.expand(3, -1, -1), None, frames)
    with pytest.raises(InputError, match="boxes: expected one for each of the 4 references"):
        read_marks(None, [[box]] * 3, frames, "references")


def test_marks_of_later_frames_belong_to_them():
    frames = torch.zeros(3, 40, 40, 3)
    rows = [[], [{"x": 0, "y": 0, "width": 40, "height": 20}], []]
    marks = read_marks(None, rows, frames)
    assert [len(row) for row in marks.detect(frames[1:], 1)] == [1, 0]


@pytest.mark.parametrize(
    "boxes",
    [
        "a text",
        5,
        [5],
        [["a"]],
        [[{"x": 1}]],
        [[{"x": 0, "y": 0, "width": "w"}]],
        [[{"x": 10**400}]],
    ],
)
def test_what_is_no_box_is_refused_in_words(boxes):
    with pytest.raises(InputError, match="boxes: expected boxes with x, y, width and height"):
        read_marks(None, boxes, torch.zeros(1, 40, 40, 3))


def test_what_is_no_mask_is_refused_in_words():
    for masks in ([torch.ones(40, 40)], torch.ones(40, 40).numpy(), torch.ones(1, 3, 40, 40)):
        with pytest.raises(InputError, match="masks: expected masks of the shape"):
            read_marks(masks, None, torch.zeros(1, 40, 40, 3))


@pytest.mark.parametrize("size", [(0, 0), (0, 40), (1, 1)])
def test_pictures_and_masks_without_pixels_mark_nobody(size):
    empty = torch.zeros(2, *size)
    assert read_marks(empty, None, torch.zeros(2, 40, 40, 3)).detect(
        torch.zeros(2, 40, 40, 3), 0
    ) == [(), ()]
    box = {"x": 0, "y": 0, "width": 10, "height": 10}
    assert read_marks(None, box, torch.zeros(2, *size, 3)) is not None


def test_boxes_outside_of_the_picture_mark_nobody():
    frames = torch.zeros(1, 40, 40, 3)
    outside = {"x": 50, "y": 0, "width": 10, "height": 10}
    assert read_marks(None, [[outside]], frames).detect(frames, 0) == [()]
    assert read_marks(None, [], frames).detect(frames, 0) == [()]


def test_a_model_of_busts_compares_figures_where_masks_are_given(palette_model):
    busts = PaletteEmbedder(Region.BUST, torch.device("cpu"))
    assert busts.for_figures().region is Region.FIGURE
    marked = marked_model(palette_model, Marks(torch.ones(1, 8, 8)))
    assert marked.key == "palette/figure"
    assert marked_model(palette_model, None) is palette_model


def test_a_sheet_without_marks_of_a_model_of_busts_says_where_to_connect_them(
    sheets, palette_model
):
    busts = replace(
        palette_model,
        embedder=PaletteEmbedder(Region.BUST, torch.device("cpu")),
        detector=SimpleNamespace(region=Region.BUST, name="heads"),
    )
    frames = torch.rand(1, 40, 40, 3)
    of_busts = replace(sheets["eileen"], model=busts.key)
    marked = marked_model(busts, Marks(torch.ones(1, 40, 40)))
    with pytest.raises(InputError, match="connect them to the Character Sheet too"):
        score_characters(frames, [of_busts], marked)
    with pytest.raises(InputError, match="connect masks or boxes here too"):
        score_characters(frames, [sheets["eileen"]], busts)
    other = replace(sheets["eileen"], model="ccip/figure")
    with pytest.raises(InputError, match=r"compared\. Make the sheet again"):
        score_characters(frames, [other], busts)


def test_faces_alone_cannot_be_masked():
    embedder = InsightFaceEmbedder("buffalo_s", None)
    with pytest.raises(InputError, match="leave masks and boxes unconnected"):
        embedder.for_figures()


def test_a_box_that_comes_twice_is_one_person():
    frames = torch.zeros(1, 100, 100, 3)
    person = {"x": 10, "y": 10, "width": 30, "height": 80, "score": 0.6}
    again = {"x": 11, "y": 9, "width": 30, "height": 82, "score": 0.8}
    beside = {"x": 50, "y": 10, "width": 30, "height": 80}
    (people,) = read_marks(None, [[person, beside, again]], frames).detect(frames, 0)
    assert [each.confidence for each in people] == [None, 0.8]
