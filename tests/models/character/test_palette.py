import pytest
import torch

from anime_production.models.character.figure import find_figures
from anime_production.models.character.palette import DEFAULT_THRESHOLD, embed, similarities

from .conftest import GROUNDS


def described(frames):
    return embed(find_figures(frames))


def alike(first, second):
    """The least similarity of any frame of the first to any of the second."""
    return similarities(described(first), described(second)).min().item()


def test_a_description_is_a_unit_vector_and_is_like_itself(sample):
    embeddings = described(sample(2, 1)[:3])
    torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(3))
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
