import pytest
import torch

from anime_production.models.character.detection import WHOLE_PICTURE, Box, Detection
from anime_production.models.character.embedders.embedding import as_embeddings, cosines, crops
from anime_production.models.frames import InputError

WHITE = (1.0, 1.0, 1.0)


def detected(crop: Box) -> Detection:
    return Detection(WHOLE_PICTURE, crop)


def numbered(frames: int, height: int, width: int) -> torch.Tensor:
    """Frames whose pixels say where they are: frame, row, column."""
    axes = [torch.arange(each, dtype=torch.float32) for each in (frames, height, width)]
    return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)


def corners(crop: torch.Tensor) -> tuple[list[float], list[float]]:
    return crop[0, 0].tolist(), crop[-1, -1].tolist()


def test_crops_come_frame_by_frame_with_the_pixels_that_the_box_covers():
    frames = numbered(3, 10, 20)
    left, right = detected(Box(0.0, 0.5, 0.5, 1.0)), detected(Box(0.53, 0.0, 0.99, 0.14))
    found = list(crops(frames, [(left, right), (), (right,)], WHITE))
    assert [corners(each) for each in found] == [
        ([0, 5, 0], [0, 9, 9]),
        ([0, 0, 11], [0, 0, 19]),
        ([2, 0, 11], [2, 0, 19]),
    ]


@pytest.mark.parametrize(
    "crop",
    [
        Box(0.999, 0.999, 1.0, 1.0),
        Box(0.5, 0.5, 0.5, 0.5),
        Box(-0.3, -0.2, 0.0, 0.0),
        Box(1.1, 1, 2, 2),
    ],
)
def test_a_crop_is_never_without_a_pixel_nor_beyond_the_frame(crop):
    (found,) = crops(numbered(1, 10, 20), [(detected(crop),)], WHITE)
    assert found.shape == (1, 1, 3)


def test_a_crop_is_cut_to_the_frame():
    (found,) = crops(numbered(1, 10, 20), [(detected(Box(-0.5, 0.5, 1.5, 1.2)),)], WHITE)
    assert corners(found) == ([0, 5, 0], [0, 9, 19])


def test_cosines_are_told_whatever_the_lengths():
    first = torch.tensor([[3.0, 0.0], [0.0, 0.0]])
    second = torch.tensor([[0.5, 0.0], [0.0, 9.0], [-1.0, 0.0], [1.0, 1.0]])
    assert cosines(first, second)[0].tolist() == pytest.approx([1.0, 0.0, -1.0, 0.5**0.5])
    assert cosines(first, second)[1].tolist() == [0.0] * 4


@pytest.mark.parametrize(
    "output", [torch.zeros(3, 4), torch.zeros(2, 4, 4), torch.tensor([[1.0], [float("nan")]])]
)
def test_what_a_network_gives_is_refused_where_no_similarity_could_be_told(output):
    with pytest.raises(InputError, match="the-network: expected 2 rows"):
        as_embeddings(output, 2, "the-network")


def test_half_precision_becomes_single():
    assert as_embeddings(torch.ones(2, 3, dtype=torch.float16), 2, "x").dtype == torch.float32


def test_what_a_mask_leaves_out_is_filled():
    mask = torch.zeros(10, 20, dtype=torch.bool)
    mask[5:, 3:8] = True
    marked = Detection(WHOLE_PICTURE, Box(0.0, 0.5, 0.5, 1.0), mask=mask)
    frames = numbered(1, 10, 20)
    (crop,) = crops(frames, [(marked,)], (0.1, 0.2, 0.3))
    assert torch.equal(crop[:, 3:8], frames[0, 5:, 3:8])
    assert (crop[:, :3] == torch.tensor([0.1, 0.2, 0.3])).all()
