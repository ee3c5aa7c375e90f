import pytest
import torch

from anime_production.models.image_ops.part import own_part


@pytest.mark.parametrize("length", [5, 10])
def test_half_of_a_batch_and_more_is_a_view(length):
    frames = torch.rand(10, 4, 4, 3)
    part = own_part(frames, 10 - length, length)
    assert torch.equal(part, frames[10 - length :])
    assert part.untyped_storage().data_ptr() == frames.untyped_storage().data_ptr()


@pytest.mark.parametrize("axis", [0, 2])
def test_a_smaller_part_has_memory_of_its_own(axis):
    latents = torch.rand(10, 4, 10, 3)
    part = own_part(latents, 3, 4, axis)
    assert torch.equal(part, latents.narrow(axis, 3, 4))
    assert part.untyped_storage().nbytes() == part.numel() * 4


def test_one_picture_repeated_is_not_written_out():
    frames = torch.rand(1, 4, 4, 3).expand(100, -1, -1, -1)
    assert own_part(frames, 0, 10).untyped_storage().nbytes() == 4 * 4 * 3 * 4


def test_a_view_of_a_long_clip_counts_as_the_whole_clip():
    frames = torch.rand(100, 4, 4, 3)[:10]
    assert own_part(frames, 0, 10).untyped_storage().nbytes() == 10 * 4 * 4 * 3 * 4
