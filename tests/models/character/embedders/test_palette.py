import pytest
import torch

from anime_production.models.character.detection import Box, Detection, Region
from anime_production.models.character.detectors.whole_image import WholeImageDetector
from anime_production.models.character.embedders.palette import (
    DEFAULT_THRESHOLD,
    VIEW,
    PaletteEmbedder,
    embed,
    similarities,
)
from anime_production.models.character.whole_figure import find_figures
from anime_production.models.frames import InputError

from ..conftest import GROUNDS


def described(frames):
    return embed(find_figures(frames))


def alike(first, second):
    """The least similarity of any frame of the first to any of the second."""
    return similarities(described(first), described(second)).min().item()


def test_every_view_is_a_unit_vector_and_a_figure_is_like_itself(sample):
    embeddings = described(sample(2, 1)[:3])
    for view in embeddings[:, :-1].split(VIEW, dim=1):
        torch.testing.assert_close(view.norm(dim=1), torch.ones(3))
    assert (embeddings >= 0).all()
    torch.testing.assert_close(similarities(embeddings, embeddings).diagonal(), torch.ones(3))


def test_one_frame_gives_what_it_gives_among_many(sample):
    frames = torch.cat([sample(character, 1)[:3] for character in range(4)])
    together = described(frames)
    alone = torch.cat([described(frame[None]) for frame in frames])
    torch.testing.assert_close(together, alone, atol=1e-6, rtol=0)


def test_the_same_frames_give_the_same_numbers_again(sample):
    assert torch.equal(described(sample(1, 1)[:3]), described(sample(1, 1)[:3]))


@pytest.mark.parametrize("character", range(4))
@pytest.mark.parametrize(
    "changed",
    [
        lambda frames: (frames * 1.12).clamp(max=1),
        lambda frames: frames * 0.85,
        lambda frames: frames.flip(2),
        lambda frames: frames[:, ::2, ::2],
        lambda frames: frames[:, 22:, 22:-22],
    ],
    ids=["brighter", "darker", "mirrored", "half the size", "nearer"],
)
def test_light_size_and_framing_do_not_make_another_character(sample, character, changed):
    frames = sample(character, 2)[:3]
    assert alike(sample(character, 1)[:3], changed(frames)) > DEFAULT_THRESHOLD


def test_swapping_the_colours_of_hair_and_outfit_makes_another_character():
    ground = torch.full((120, 120, 3), 0.9)
    blue_above, red_above = ground.clone(), ground.clone()
    blue, red = torch.tensor([0.2, 0.3, 0.8]), torch.tensor([0.8, 0.2, 0.2])
    for picture, upper, lower in ((blue_above, blue, red), (red_above, red, blue)):
        picture[20:70, 40:80], picture[70:120, 30:90] = upper, lower
    assert alike(blue_above[None], red_above[None]) < DEFAULT_THRESHOLD


@pytest.mark.parametrize("on", GROUNDS)
def test_every_expression_is_nearer_than_the_other_character(placed, drawings, on):
    check_nearer(
        described(torch.cat([placed(drawing, on) for drawing in drawings])),
        [drawing.split("_")[0] for drawing in drawings],
    )


def test_every_expression_is_nearer_than_the_other_character_across_grounds(placed, drawings):
    pictures = torch.cat([placed(drawing, on) for on in GROUNDS for drawing in drawings])
    check_nearer(
        described(pictures), [drawing.split("_")[0] for _ in GROUNDS for drawing in drawings]
    )


def check_nearer(embeddings, names):
    """Every picture is nearer to all of its own character than to any of the other, and the
    default threshold lies between."""
    table = similarities(embeddings, embeddings)
    for row, name in zip(table, names, strict=True):
        own = min(s for s, other in zip(row.tolist(), names, strict=True) if other == name)
        others = max(s for s, other in zip(row.tolist(), names, strict=True) if other != name)
        assert others < DEFAULT_THRESHOLD < own


def person_in(picture, ground):
    """A box as tight as a detector of persons draws it: around all that isn't the ground."""
    differs = ((picture - ground).abs().amax(dim=-1) > 0.05)[0]
    height, width = differs.shape
    rows, columns = differs.any(dim=1).nonzero(), differs.any(dim=0).nonzero()
    edges = columns.min() / width, rows.min() / height, columns.max() / width, rows.max() / height
    box = Box(*(each.item() for each in edges))
    return Detection(box=box, crop=box)


def test_persons_boxes_are_described_as_figures_are(placed, ground, drawings):
    """In the same space: a sheet made of whole pictures scores what a person detector finds."""
    embedder = PaletteEmbedder(Region.FIGURE, torch.device("cpu"))
    names, embeddings = [], []
    for on in GROUNDS:
        for drawing in drawings:
            picture = placed(drawing, on)
            person = person_in(picture, ground(on)[:, :, 400:880])
            embeddings.append(embedder.embed(picture, [[person]]))
            names.append(drawing.split("_")[0])
    found = torch.cat(embeddings)
    check_nearer(found, names)
    whole = described(torch.cat([placed(drawing, "grey") for drawing in drawings]))
    check_nearer(torch.cat([found, whole]), names + names[: len(drawings)])


def test_a_known_figure_and_a_persons_box_stand_in_one_batch(placed, drawings):
    picture = placed(drawings[0], "grey")
    known = WholeImageDetector(torch.device("cpu")).detect(picture)[0][0]
    box = Detection(box=known.box, crop=known.box)
    embedder = PaletteEmbedder(Region.FIGURE, torch.device("cpu"))
    both = embedder.embed(picture, [[known, box]])
    assert torch.equal(both[:1], described(picture))
    assert embedder.similarities(both[:1], both[1:]).item() > DEFAULT_THRESHOLD


def test_nobody_gives_no_rows_that_compare_with_all(sample):
    embedder = PaletteEmbedder(Region.FIGURE, torch.device("cpu"))
    nobody = embedder.embed(sample(0, 1)[:1], [()])
    assert embedder.similarities(nobody, described(sample(0, 1)[:1])).shape == (0, 1)


def test_a_face_alone_is_refused():
    with pytest.raises(InputError, match="head and shoulders"):
        PaletteEmbedder(Region.FACE, torch.device("cpu"))
