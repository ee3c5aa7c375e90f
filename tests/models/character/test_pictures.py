import torch

from anime_production.models.character.appearance import Presence
from anime_production.models.character.character_score import score_characters
from anime_production.models.character.pictures import (
    COLOURS,
    contact_sheet,
    overlay,
)
from anime_production.models.character.pictures import (
    STRANGER as STRANGERS,
)
from anime_production.models.character.sheet import make_character

from .staged import AOI, RIN, STRANGER, stage_model, staged


def holds(picture, presence):
    """Whether the colour of a presence was drawn."""
    colour = torch.tensor(COLOURS[presence]) / 255
    return ((picture - colour).abs().amax(dim=-1) < 0.01).any().item()


def test_the_overlay_marks_each_frame_by_who_is_in_it(sample, palette_model):
    character, _ = make_character("Aoi", sample(0, 1)[::3], palette_model)
    frames = torch.cat([sample(0, 2)[:3], sample(1, 2)[:1], torch.full((1, 192, 192, 3), 0.5)])
    report = score_characters(frames, [character], palette_model).report
    drawn = overlay(frames, report)
    assert drawn.shape == frames.shape
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    for index, presence in ((0, Presence.SAME), (3, Presence.DIFFERENT), (4, Presence.NOT_VISIBLE)):
        assert holds(drawn[index], presence)


def test_an_overlay_of_what_could_not_be_measured_can_be_drawn(palette_model):
    character, _ = make_character("Nobody", torch.full((1, 64, 64, 3), 0.5), palette_model)
    for frames in (torch.full((1, 20, 20, 3), torch.nan), torch.zeros(0, 20, 20, 3)):
        report = score_characters(frames, [character], palette_model).report
        drawn = overlay(frames, report)
        assert drawn.shape == frames.shape
        assert drawn.isfinite().all()


def test_the_contact_sheet_grows_with_the_references(sample, palette_model):
    references = torch.cat([sample(0, 1)[:3], torch.full((2, 192, 192, 3), 0.5), sample(1, 1)[:1]])
    sheets = []
    for count in (0, 1, 4, 6):
        character, _ = make_character("Aoi", references[:count], palette_model)
        sheets.append(contact_sheet(character))
    assert all(sheet.shape[0] == 1 and sheet.shape[3] == 3 for sheet in sheets)
    heights, widths = ([sheet.shape[axis] for sheet in sheets] for axis in (1, 2))
    assert widths[1] < widths[2] == widths[3]
    assert heights[1] == heights[2] < heights[3]
    assert all(
        holds(sheets[-1], each)
        for each in (Presence.SAME, Presence.DIFFERENT, Presence.NOT_VISIBLE)
    )


def test_the_overlay_names_everybody_where_they_are():
    model = stage_model()
    rin, aoi = (
        make_character(name, staged([(colours, 40)]), model)[0]
        for name, colours in (("Rin", RIN), ("Aoi", AOI))
    )
    frames = staged([(RIN, 20), (STRANGER, 120)])
    result = score_characters(frames, [rin, aoi], model)
    drawn = overlay(frames, result.report)
    assert drawn.shape == frames.shape
    green, purple = (torch.tensor(c) / 255 for c in (COLOURS[Presence.SAME], STRANGERS))
    near = lambda part, colour: ((part - colour).abs().amax(dim=-1) < 0.01).sum().item()  # noqa: E731
    height, width = frames.shape[1:3]
    box = result.appearances[0].boxes[0]
    left, right, bottom = (
        round(edge * (side - 1))
        for edge, side in ((box.left, width), (box.right, width), (box.bottom, height))
    )
    assert near(drawn[0, bottom, left:right], green) > 0.9 * (right - left), "no box around Rin"
    assert near(drawn[0, :, 100:], green) == 0
    assert holds(drawn[0, :, 100:], Presence.DIFFERENT), "in the place where Aoi is missed"
    assert near(drawn[0, :, 100:], purple) == 0


def test_the_contact_sheet_marks_outliers_crowds_and_nobody():
    references = staged(*[[(RIN, 40)]] * 3, [(AOI, 40)], [(RIN, 20), (AOI, 120)], [])
    character, _ = make_character("Rin", references[[0, 1, 2, 3]], stage_model())
    assert holds(contact_sheet(character), Presence.DIFFERENT)
    crowd, _ = make_character("Rin", references[[4, 5]], stage_model())
    drawn = contact_sheet(crowd)
    purple = torch.tensor(STRANGERS) / 255
    assert ((drawn - purple).abs().amax(dim=-1) < 0.01).any()
    assert holds(drawn, Presence.NOT_VISIBLE)
    assert not holds(drawn, Presence.SAME)
