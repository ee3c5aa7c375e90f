import pytest
import torch

from anime_production.models.image_ops.area_mean import area_mean
from anime_production.models.image_ops.colour import mean_colours
from anime_production.models.loop.sharpness import second_differences
from anime_production.models.loop.structural_pass import (
    band_in_one_pass,
    steps_in_one_pass,
    structural_band,
    structural_steps,
)
from anime_production.models.perceptual.features import FeatureDistance
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND, Structural


@pytest.fixture(params=[(96, 130), (192, 200), (270, 144), (480, 160)])
def frames(request):
    """A clip that takes several passes, of heights that the scales divide and don't."""
    return torch.rand(30, *request.param, 3, generator=torch.Generator().manual_seed(0))


def in_small_passes(frames):
    """The structural distance, which takes seven frames at a time."""
    backend = Structural()
    backend.pixels_at_once = 7 * frames.shape[1] * frames.shape[2]
    return backend


def test_one_pass_gives_what_passes_of_their_own_would(frames):
    taken = structural_steps(frames, in_small_passes(frames))
    torch.testing.assert_close(taken.steps, STRUCTURAL_BACKEND.steps(frames))
    torch.testing.assert_close(taken.colours, mean_colours(frames), rtol=0, atol=1e-4)
    torch.testing.assert_close(taken.sharpness, second_differences(frames))


def test_a_search_takes_the_same_in_its_pass(frames):
    alone = structural_steps(frames, STRUCTURAL_BACKEND)
    band, taken = structural_band(frames, 12, in_small_passes(frames))
    torch.testing.assert_close(band, STRUCTURAL_BACKEND.band(frames, 12))
    torch.testing.assert_close(taken.steps[:-1], alone.steps[:-1])
    torch.testing.assert_close(taken.colours, alone.colours, rtol=0, atol=1e-4)
    torch.testing.assert_close(taken.sharpness, alone.sharpness)


def test_frames_near_the_ends_are_compared_without_another_pass(frames):
    taken = structural_steps(frames, STRUCTURAL_BACKEND)
    expected = STRUCTURAL_BACKEND.between(frames[[23, 0]], frames[[29, 6]])
    between = taken.between_ends([23, 0], [29, 6])
    assert between is not None
    torch.testing.assert_close(between, expected)
    assert taken.between_ends([0], [15]) is None


class Coarse(FeatureDistance):
    """A distance of another kind: few features, and memory for so few that it works in blocks."""

    name, unit, still, least_side, pixels_at_once = "coarse", "grey", 0.0, 1, 3 * 96 * 130

    def features(self, frames, into=None):
        cells = area_mean(frames.movedim(-1, 1), (4, 5)).flatten(1)
        return cells if into is None else into.copy_(cells)

    def distances(self, squares):
        return squares.sqrt()


class CountedFrames:
    """Frames that count how often each of them is read."""

    def __init__(self, frames):
        self.frames, self.reads = frames, [0] * len(frames)
        self.shape, self.device = frames.shape, frames.device

    def __len__(self):
        return len(self.frames)

    def __getitem__(self, part):
        for frame in range(len(self))[part]:
            self.reads[frame] += 1
        return self.frames[part]


@pytest.mark.parametrize("memory", [10**9, 12 * 60 * 4], ids=["whole", "in blocks"])
def test_another_distance_takes_the_structural_steps_along(frames, memory):
    alone, backend = structural_steps(frames, STRUCTURAL_BACKEND), Coarse(memory=memory)
    band, from_band = band_in_one_pass(frames, 12, backend)
    steps, from_steps = steps_in_one_pass(frames, backend)
    torch.testing.assert_close(band, Coarse().band(frames, 12))
    torch.testing.assert_close(steps, Coarse().steps(frames))
    for taken in (from_band, from_steps):
        torch.testing.assert_close(taken.steps, alone.steps)
        torch.testing.assert_close(taken.colours, alone.colours, rtol=0, atol=1e-4)
        torch.testing.assert_close(taken.sharpness, alone.sharpness)
        assert taken.ends.keys() == alone.ends.keys()


@pytest.mark.parametrize("backend", [Coarse(), Structural()])
def test_each_frame_is_read_once(frames, backend):
    for measure in (
        lambda counted: steps_in_one_pass(counted, backend),
        lambda counted: band_in_one_pass(counted, 12, backend),
    ):
        counted = CountedFrames(frames)
        measure(counted)
        assert counted.reads[1:] == [1] * (len(frames) - 1)
