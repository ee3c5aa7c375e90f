import pytest
import torch

from anime_production.models.loop.preview import around_seam, seam_difference, seam_preview


def test_the_preview_plays_across_the_seam():
    frames = torch.arange(10.0).view(-1, 1, 1, 1)
    assert around_seam(frames).flatten().tolist() == [6, 7, 8, 9, 0, 1, 2, 3]
    assert around_seam(frames[:3]).flatten().tolist() == [2, 0]
    assert len(around_seam(frames[:0])) == 0


def test_the_difference_shows_what_changes_from_the_last_frame_to_the_first():
    frames = torch.full((5, 4, 4, 3), 0.5)
    frames[-1, 1, 2] = 0.6
    changed = seam_difference(frames).sum(dim=-1) > 0
    assert changed.nonzero().tolist() == [[1, 2]]
    assert seam_difference(frames)[1, 2].tolist() == pytest.approx([0.4] * 3)
    frames[-1, 1, 2] = 1.0
    assert seam_difference(frames).max() == 1


def test_strip_and_difference_stand_side_by_side_in_one_batch():
    frames = torch.rand(9, 16, 20, 3)
    preview = seam_preview(frames)
    assert preview.shape == (8, 16, 40, 3)
    assert torch.equal(preview[:, :, :20], around_seam(frames))
    assert all(torch.equal(each[:, 20:], seam_difference(frames)) for each in preview)
    assert len(seam_preview(frames[:0])) == 0
