import pytest
import torch

from anime_production.models.image_ops.luma import luma, luma_of_planes


def test_grey_keeps_its_value_and_green_is_brightest():
    colours = torch.tensor([[0.4, 0.4, 0.4], [1, 0, 0], [0, 1, 0], [0, 0, 1.0]])
    assert luma(colours).tolist() == pytest.approx([0.4, 0.2126, 0.7152, 0.0722])


def test_one_picture_gives_what_it_gives_among_many():
    frames = torch.rand(3, 5, 7, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(luma(frames[1]), luma(frames)[1])


def test_planes_give_the_same_to_the_bit():
    frames = torch.rand(2, 9, 7, 3, generator=torch.Generator().manual_seed(1))
    assert torch.equal(luma_of_planes(frames.movedim(-1, 1).contiguous()), luma(frames))
