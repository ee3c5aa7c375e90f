import torch

from anime_production.models.character.pictures import (
    COLOURS,
    contact_sheet,
    contact_sheet_shape,
    overlay,
)
from anime_production.models.character.score import Presence, score_character
from anime_production.models.character.sheet import make_character


def holds(picture, presence):
    """Whether the colour of a presence was drawn."""
    colour = torch.tensor(COLOURS[presence]) / 255
    return ((picture - colour).abs().amax(dim=-1) < 0.01).any().item()


def test_the_overlay_marks_each_frame_by_who_is_in_it(sample):
    character, _ = make_character("Aoi", sample(0, 1)[::3])
    frames = torch.cat([sample(0, 2)[:3], sample(1, 2)[:1], torch.full((1, 192, 192, 3), 0.5)])
    drawn = overlay(frames, character, score_character(frames, character))
    assert drawn.shape == frames.shape
    assert drawn.min() >= 0
    assert drawn.max() <= 1
    for index, presence in ((0, Presence.SAME), (3, Presence.DIFFERENT), (4, Presence.NOT_VISIBLE)):
        assert holds(drawn[index], presence)


def test_an_overlay_of_what_could_not_be_measured_can_be_drawn():
    character, _ = make_character("Nobody", torch.full((1, 64, 64, 3), 0.5))
    for frames in (torch.full((1, 20, 20, 3), torch.nan), torch.zeros(0, 20, 20, 3)):
        drawn = overlay(frames, character, score_character(frames, character))
        assert drawn.shape == frames.shape
        assert drawn.isfinite().all()


def test_the_contact_sheet_has_the_shape_that_was_announced(sample):
    references = torch.cat([sample(0, 1)[:3], torch.full((2, 192, 192, 3), 0.5), sample(1, 1)[:1]])
    for count in (0, 1, 4, 6):
        character, _ = make_character("Aoi", references[:count])
        sheet = contact_sheet(character)
        assert tuple(sheet.shape) == contact_sheet_shape(character)
    assert all(
        holds(sheet, each) for each in (Presence.SAME, Presence.DIFFERENT, Presence.NOT_VISIBLE)
    )
