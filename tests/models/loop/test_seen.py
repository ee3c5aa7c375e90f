import pytest
import torch

from anime_production.models.image_ops.colour import mean_colours
from anime_production.models.loop.seen import Seen
from anime_production.models.loop.sharpness import bends
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND


@pytest.fixture(params=[(96, 130), (192, 200), (270, 144), (480, 160)])
def frames(request):
    """A clip that takes several passes, of heights that the scales divide and don't."""
    return torch.rand(30, *request.param, 3, generator=torch.Generator().manual_seed(0))


def test_one_pass_tells_what_passes_of_their_own_would(frames):
    seen = Seen(len(frames))
    seen.pixels_at_once = 7 * frames.shape[1] * frames.shape[2]
    torch.testing.assert_close(seen.steps(frames), STRUCTURAL_BACKEND.steps(frames))
    torch.testing.assert_close(seen.colours, mean_colours(frames), rtol=0, atol=1e-4)
    torch.testing.assert_close(seen.bends, bends(frames))


def test_frames_near_the_ends_are_compared_without_another_pass(frames):
    seen = Seen(len(frames))
    seen.steps(frames)
    expected = STRUCTURAL_BACKEND.between(frames[[23, 0]], frames[[29, 6]])
    found = seen.between_ends([23, 0], [29, 6])
    assert found is not None
    torch.testing.assert_close(found, expected)
    assert seen.between_ends([0], [15]) is None
