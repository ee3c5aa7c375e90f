from dataclasses import replace

import pytest
import torch

from anime_production.models.character.detection import Box, Detection, Region
from anime_production.models.character.embedders.bust_palette import COLOURS
from anime_production.models.character.embedders.palette import CALIBRATIONS, PaletteEmbedder

from ..conftest import GROUNDS

THRESHOLD = CALIBRATIONS[Region.BUST]


@pytest.fixture(scope="module")
def palette():
    return PaletteEmbedder(Region.BUST, torch.device("cpu"))


@pytest.fixture(scope="module")
def described(palette, faced):
    """Describes drawings on grounds: names and embeddings, one for each."""

    def describe(drawings, grounds, change=lambda picture: picture):
        names, pictures, detections = [], [], []
        for on in grounds:
            for drawing in drawings:
                picture, found = faced(drawing, on)
                pictures.append(change(picture))
                detections.append(found)
                names.append(drawing.split("_")[0])
        return names, palette.embed(torch.cat(pictures), detections)

    return describe


def check_told_apart(palette, first, second):
    """All pictures of one character are nearer than all of the other, with the threshold between.

    For each of the first, among the second; each is names and embeddings.
    """
    table = palette.similarities(first[1], second[1])
    for row, name in zip(table, first[0], strict=True):
        own = min(s for s, other in zip(row.tolist(), second[0], strict=True) if other == name)
        others = max(s for s, other in zip(row.tolist(), second[0], strict=True) if other != name)
        assert others < THRESHOLD.loosest < THRESHOLD.strictest < own


def test_every_expression_is_nearer_than_the_other_character_across_grounds(
    palette, described, drawings
):
    everything = described(drawings, GROUNDS)
    check_told_apart(palette, everything, everything)


def test_light_does_not_make_another_character(palette, described, drawings):
    dark = described(drawings, GROUNDS[:1], lambda picture: picture * 0.85)
    bright = described(drawings, GROUNDS[1:2], lambda picture: (picture * 1.12).clamp(max=1))
    check_told_apart(palette, dark, bright)


@pytest.mark.parametrize("on", GROUNDS)
def test_two_who_stand_in_one_picture_are_told_apart(
    palette, described, drawings, lbp, side_by_side, on
):
    eileen = [each for each in drawings if each.startswith("eileen")]
    sylvie = [each for each in drawings if each.startswith("sylvie")]
    references = described(drawings, ("grey",))
    for one, other in (((eileen[0]), sylvie[1]), (sylvie[2], eileen[1])):
        picture = side_by_side(one, other, on)[:, ::2, ::2]
        found = sorted(lbp.detect(picture)[0], key=lambda each: each.box.left)
        embeddings = palette.embed(picture, [found])
        names = [one.split("_")[0], other.split("_")[0]]
        check_told_apart(palette, (names, embeddings), references)


def test_the_sample_characters_are_told_apart_in_motion(palette, sample, lbp):
    names, embeddings = [], []
    for character in range(4):
        frames = sample(character, 1)[::3]
        embeddings.append(palette.embed(frames, lbp.detect(frames)))
        names += [str(character)] * len(frames)
    everything = names, torch.cat(embeddings)
    assert len(everything[1]) == 12
    check_told_apart(palette, everything, everything)


def test_rows_come_frame_by_frame_and_one_gives_what_it_gives_among_many(palette, faced):
    (first, (one,)), (second, (other,)) = (
        faced("eileen_happy", "bg_uni"),
        faced("sylvie_blue_smile", "bg_uni"),
    )
    moved = replace(other, face=Box(0.3, 0.2, 0.5, 0.3))
    together = palette.embed(torch.cat([first, second]), [(one,), (other, moved)])
    alone = [palette.embed(first, [(one,)]), palette.embed(second, [(other,)])]
    alone.append(palette.embed(second, [(moved,)]))
    torch.testing.assert_close(together, torch.cat(alone), atol=1e-5, rtol=0)


def test_a_description_is_like_itself(palette, faced):
    picture, found = faced("eileen_happy", "bg_uni")
    embedding = palette.embed(picture, [found])
    assert palette.similarities(embedding, embedding).item() == pytest.approx(1)
    assert embedding.norm().item() == pytest.approx(1, abs=1e-4)


def test_an_outfit_out_of_the_picture_is_not_compared(palette, faced):
    """A close-up cut below the chin is as like the whole bust as hair and eyes are."""
    picture, (found,) = faced("eileen_happy", "bg_uni")
    height = picture.shape[1]
    rows = round((found.face.bottom + 0.02) * height)
    close = picture[:, :rows]
    face = Box(*(edge * (height / rows if axis % 2 else 1) for axis, edge in enumerate(found.face)))
    whole = palette.embed(picture, [(found,)])
    cut = palette.embed(close, [(Detection(face, face, face=face),)])
    assert cut[:, 2 * COLOURS : 3 * COLOURS].abs().sum() == 0
    assert palette.similarities(cut, whole).item() > THRESHOLD.strictest
    assert palette.similarities(cut, cut).item() == pytest.approx(1)


def test_nobody_gives_no_rows_that_compare_with_all(palette, faced):
    picture, found = faced("eileen_happy", "grey")
    nobody = palette.embed(picture, [()])
    somebody = palette.embed(picture, [found])
    assert nobody.shape == (0, somebody.shape[1])
    assert palette.similarities(nobody, somebody).shape == (0, 1)
