import pytest
import torch
from torch.nn.functional import interpolate

from anime_production.models.perceptual import pieces
from anime_production.models.perceptual.lpips import LPIPS
from anime_production.models.perceptual.pieces import large_distance
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND

from ...thorough import first_of


@pytest.fixture(scope="module", params=first_of("squeeze", "alex", "vgg"))
def network(request, tmp_path_factory):
    lpips = pytest.importorskip("lpips")
    torch.manual_seed(5)
    package = lpips.LPIPS(net=request.param, pnet_rand=True, verbose=False)
    named = {
        f"features.{name.partition('.')[2]}": value
        for name, value in package.net.state_dict().items()
    }
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.pth"
    torch.save(named, path)
    return LPIPS.load(request.param, path)


@pytest.fixture
def pair():
    """Two pictures of odd sizes, which differ in some places more than in others."""
    torch.manual_seed(7)
    one, other = interpolate(torch.rand(2, 3, 40, 50), size=(437, 531), mode="bicubic").clamp(0, 1)
    other = torch.lerp(one, other, torch.linspace(0, 1, 531))
    return one.movedim(0, -1).contiguous(), other.movedim(0, -1).contiguous()


def test_in_pieces_it_is_the_distance_of_the_whole(network, pair, monkeypatch):
    whole = network.between(pair[0][None], pair[1][None]).item()
    passed = []
    monkeypatch.setattr(pieces, "MEMORY", memory_for(network, 176))
    assert large_distance(network, *pair, lambda: passed.append(1)).item() == pytest.approx(
        whole, rel=1e-5
    )
    assert len(passed) >= 4
    assert whole > 0.01


def memory_for(network, side):
    floats = sum(channels / stride**2 for stride, channels in network.layers)
    return (side + 2 * pieces.MARGIN + 1) ** 2 * 2 * pieces.COPIES * pieces.BYTES_PER_FLOAT * floats


def test_a_frame_that_fits_is_passed_whole_and_another_backend_sees_it_whole(network, pair):
    def refuse():
        raise AssertionError("in pieces")

    small = [each[:64, :64] for each in pair]
    whole = network.between(small[0][None], small[1][None]).item()
    assert large_distance(network, *small, refuse) == whole
    expected = STRUCTURAL_BACKEND.between(pair[0][None], pair[1][None]).item()
    assert large_distance(STRUCTURAL_BACKEND, *pair, refuse) == expected
