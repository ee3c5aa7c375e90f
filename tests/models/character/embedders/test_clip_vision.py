import pytest
import torch
import torch.nn.functional as functional

from anime_production.models.character.detection import Box, Detection
from anime_production.models.character.embedders.clip_vision import (
    AT_ONCE,
    FILLING,
    SIDE,
    ClipVisionEmbedder,
    padded_to_square,
)
from anime_production.models.frames import InputError

GENERATOR = torch.Generator().manual_seed(0)
PATCHES = torch.randn(8, 3, 32, 32, generator=GENERATOR) / 32
WEIGHTS = torch.randn(8 * (SIDE // 32) ** 2, 64, generator=GENERATOR)


def encode(pictures: torch.Tensor) -> torch.Tensor:
    """A small network with what CLIP has: patches, and one row for each picture."""
    patches = functional.conv2d(pictures.movedim(-1, 1), PATCHES, stride=32).relu()
    return patches.flatten(1) @ WEIGHTS


@pytest.fixture(scope="module")
def frames() -> torch.Tensor:
    coarse = torch.rand(3, 3, 9, 12, generator=torch.Generator().manual_seed(1))
    return functional.interpolate(coarse, scale_factor=10, mode="bilinear").movedim(1, -1)


def detected(*boxes: tuple[float, float, float, float]) -> tuple[Detection, ...]:
    return tuple(Detection(Box(0.4, 0.4, 0.5, 0.5), Box(*each)) for each in boxes)


MANY = detected(*((0.1 * i, 0.0, 0.1 * i + 0.3, 0.05 * i + 0.5) for i in range(7)))


@pytest.mark.parametrize(("height", "width"), [(400, 100), (60, 180), (SIDE, SIDE), (5, 3)])
def test_a_crop_stands_whole_and_undistorted_in_the_middle_of_its_square(height, width):
    picture = torch.zeros(height, width, 3)
    picture[..., 1] = 1.0
    square = padded_to_square(picture)
    inside = square[..., 1] > 0.9
    rows, columns = inside.any(dim=1).nonzero(), inside.any(dim=0).nonzero()
    tall, wide = int(rows[-1] - rows[0]) + 1, int(columns[-1] - columns[0]) + 1
    assert max(tall, wide) == SIDE
    assert tall / wide == pytest.approx(height / width, rel=0.02)
    assert int(rows[0] + rows[-1]) in (SIDE - 1, SIDE - 2)
    assert int(columns[0] + columns[-1]) in (SIDE - 1, SIDE - 2)
    assert inside.sum() == tall * wide
    filled = square[~inside]
    torch.testing.assert_close(filled, torch.tensor(FILLING).expand_as(filled))


def test_fine_lines_of_a_large_crop_melt_instead_of_flickering():
    stripes = torch.zeros(SIDE * 3, SIDE * 3, 3)
    stripes[:, ::3] = 1.0
    inside = padded_to_square(stripes)[:, 4:-4]  # beyond the edges there are no stripes
    assert (inside - 1 / 3).abs().max() < 0.05


def test_the_network_sees_the_crops_frame_by_frame_and_gets_a_limited_number_at_once(frames):
    sizes, seen = [], []

    def watch(pictures):
        sizes.append(len(pictures))
        seen.append(pictures)
        return encode(pictures)

    embeddings = ClipVisionEmbedder("test", watch).embed(frames, [MANY, (), MANY * 2])
    assert sizes == [AT_ONCE, 21 - AT_ONCE]
    assert embeddings.shape == (21, 64)
    crop = frames[2, 0:45, 0:36]  # the first of the last frame
    torch.testing.assert_close(torch.cat(seen)[7], padded_to_square(crop))


def test_a_batch_of_one_equals_a_batch_of_many(frames):
    embedder = ClipVisionEmbedder("test", encode)
    together = functional.normalize(embedder.embed(frames, [MANY] * 3))
    alone = [embedder.embed(frame[None], [[each]]) for frame in frames for each in MANY]
    torch.testing.assert_close(together, functional.normalize(torch.cat(alone)), atol=1e-6, rtol=0)


def test_similarity_is_the_cosine(frames):
    embedder = ClipVisionEmbedder("test", encode)
    embeddings = embedder.embed(frames, [MANY] * 3)
    expected = functional.cosine_similarity(embeddings[:, None], embeddings[None, :4], dim=-1)
    actual = embedder.similarities(embeddings, embeddings[:4])
    torch.testing.assert_close(actual, expected, atol=1e-5, rtol=0)


def test_nobody_is_not_handed_to_the_network(frames):
    def refuse(pictures):
        raise AssertionError("there is nobody")

    assert len(ClipVisionEmbedder("test", refuse).embed(frames, [(), (), ()])) == 0


def test_a_network_that_gives_one_row_for_each_patch_is_refused(frames):
    embedder = ClipVisionEmbedder("patches", lambda pictures: torch.zeros(len(pictures), 50, 64))
    with pytest.raises(InputError, match="clip_vision:patches"):
        embedder.embed(frames[:1], [MANY])


def test_it_says_that_its_threshold_is_not_published_and_keeps_it_within_what_makers_report():
    embedder = ClipVisionEmbedder("test", encode)
    assert "not published" in embedder.threshold_note
    assert embedder.threshold_bounds == (0.81, 0.94)
    assert embedder.threshold == pytest.approx(sum(embedder.threshold_bounds) / 2)
    assert embedder.name == "clip_vision:test"
