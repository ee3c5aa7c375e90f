import pytest
import torch

from anime_production.models.image_ops.colour import mean_colours
from anime_production.models.loop.sharpness import second_differences
from anime_production.models.loop.structural_pass import structural_band, structural_steps
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
