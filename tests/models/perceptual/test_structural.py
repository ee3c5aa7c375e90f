import pytest
import torch

from anime_production.models.perceptual import structural
from anime_production.models.perceptual.structural import step_distances, structural_features


def square_at(x, size=64, side=16):
    frame = torch.full((size, size, 3), 0.9)
    frame[20 : 20 + side, x : x + side] = torch.tensor([0.2, 0.3, 0.8])
    return frame


def test_the_distance_grows_with_how_far_something_moved():
    frames = torch.stack([square_at(x) for x in (4, 6, 8, 12, 16, 20)])
    features = structural_features(frames)
    distances = (features - features[0]).norm(dim=1)
    assert (distances[1:] > distances[:-1]).all()
    assert distances[0] == 0


def test_a_change_of_the_whole_picture_is_its_colour_difference():
    from skimage.color import deltaE_cie76, rgb2lab

    first, second = torch.full((1, 40, 60, 3), 0.4), torch.full((1, 40, 60, 3), 0.5)
    expected = deltaE_cie76(rgb2lab(first[0].numpy()), rgb2lab(second[0].numpy())).mean()
    features = structural_features(torch.cat([first, second]))
    assert (features[0] - features[1]).norm().item() == pytest.approx(expected, rel=1e-3)


def test_frames_are_the_same_one_by_one_and_in_a_batch(monkeypatch):
    frames = torch.rand(5, 50, 70, 3)
    whole = structural_features(frames)
    monkeypatch.setattr(structural, "PIXELS_AT_ONCE", 50 * 70)
    torch.testing.assert_close(structural_features(frames), whole, rtol=1e-5, atol=1e-5)


def test_the_last_step_is_that_of_the_seam():
    features = torch.tensor([[0.0], [1.0], [3.0]])
    assert step_distances(features).tolist() == [1.0, 2.0, 3.0]


def test_progress_is_told_and_an_interrupt_stops_at_once(monkeypatch):
    monkeypatch.setattr(structural.Structural, "pixels_at_once", 32 * 32)
    seen = []

    def interrupt_at_two(done, total):
        seen.append((done, total))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        structural_features(torch.rand(9, 32, 32, 3), interrupt_at_two)
    assert seen == [(1, 9), (2, 9)]


@pytest.mark.parametrize(("height", "width"), [(480, 832), (832, 480), (720, 1280), (1000, 1000)])
def test_means_of_rows_change_nothing_at_any_height_and_in_planes(height, width):
    frames = torch.rand(2, height, width, 3)
    by_areas = structural.features_of(frames, height, width)
    planar = frames.permute(3, 0, 1, 2).contiguous().permute(1, 2, 3, 0)
    for arranged in (frames, planar):
        assert len(structural.with_fewer_rows(arranged)[0]) < height
        torch.testing.assert_close(structural_features(arranged), by_areas, rtol=0, atol=1e-4)
