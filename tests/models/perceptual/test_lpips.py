import pickle

import pytest
import torch
from torch.nn.functional import interpolate

from anime_production.models.frames import InputError
from anime_production.models.holds import hold_pattern
from anime_production.models.perceptual import lpips_files as module
from anime_production.models.perceptual.lpips import LPIPS
from anime_production.models.perceptual.products import COLUMNS
from anime_production.models.perceptual.structural import STRUCTURAL_BACKEND

SMALLEST = {"squeeze": 17, "alex": 31, "vgg": 16}


@pytest.fixture(scope="module", params=SMALLEST)
def package_and_file(request, tmp_path_factory):
    """The lpips package with a random trunk and its own linear weights; that trunk in a file."""
    lpips = pytest.importorskip("lpips")
    torch.manual_seed(5)
    package = lpips.LPIPS(net=request.param, pnet_rand=True, verbose=False)
    # "slice2.3.weight" is torchvision's "features.3.weight"
    named = {
        f"features.{name.partition('.')[2]}": value
        for name, value in package.net.state_dict().items()
    }
    path = tmp_path_factory.mktemp("weights") / f"{request.param}.pth"
    torch.save(named | {"classifier.1.weight": torch.zeros(3)}, path)
    return request.param, package, path


@pytest.fixture(scope="module")
def squeeze(shared_assets):
    return LPIPS.load("squeeze", shared_assets / "weights" / "squeezenet1_1_features.pth")


@pytest.fixture
def frames():
    """Ten pictures; the last ones nearly the third."""
    torch.manual_seed(7)
    pictures = interpolate(torch.rand(10, 3, 5, 6), size=(40, 48), mode="bicubic").clamp(0, 1)
    frames = pictures.movedim(1, -1).contiguous()
    frames[7] = frames[2]
    frames[8] = (frames[2] + (torch.rand(40, 48, 3) - 0.5) / 255).clamp(0, 1)
    frames[9] = (frames[2] + 0.001).clamp(0, 1)
    return frames


def pair_by_pair(package, first, second):
    with torch.no_grad():
        one, other = (each.movedim(-1, 1) * 2 - 1 for each in (first, second))
        return package(one, other).flatten()


def test_it_is_what_the_lpips_package_computes(package_and_file, frames):
    net, package, path = package_and_file
    backend = LPIPS.load(net, path)
    assert backend.name == f"lpips-{net}"
    steps = pair_by_pair(package, frames, frames.roll(-1, dims=0))
    torch.testing.assert_close(backend.steps(frames), steps, rtol=0, atol=1e-6)
    assert steps[:6].min() > 0.01  # pictures that differ, so that the test can tell
    pairs = pair_by_pair(package, frames[:5], frames[5:])
    torch.testing.assert_close(backend.between(frames[:5], frames[5:]), pairs, rtol=0, atol=1e-6)
    band = backend.band(frames, 9)
    for gap in range(10):
        expected = pair_by_pair(package, frames[: 10 - gap], frames[gap:])
        torch.testing.assert_close(band[: 10 - gap, gap], expected, rtol=0, atol=1e-6)


def test_nearly_identical_frames_keep_their_difference(package_and_file, frames):
    net, package, path = package_and_file
    band = LPIPS.load(net, path).band(frames, 9)
    same, noisy, lighter = band[2, 5:8].tolist()
    expected = pair_by_pair(package, frames[[2, 2]], frames[[8, 9]]).tolist()
    assert same == pytest.approx(0, abs=1e-9)
    assert [noisy, lighter] == pytest.approx(expected, rel=0.02, abs=1e-9)


def test_the_smallest_frames_are_measured_and_smaller_ones_refused(package_and_file):
    net, package, path = package_and_file
    backend = LPIPS.load(net, path)
    side = SMALLEST[net]
    frames = torch.rand(2, side, side, 3)
    expected = pair_by_pair(package, frames[:1], frames[1:])
    torch.testing.assert_close(backend.between(frames[:1], frames[1:]), expected, rtol=0, atol=1e-6)
    with pytest.raises(InputError, match=f"at least {side} px.*lpips-{net}"):
        backend.steps(frames[:, 1:])


def test_frames_are_the_same_one_by_one_and_in_a_batch(squeeze, frames):
    together = squeeze.features(frames)
    single = torch.cat([squeeze.features(frame[None]) for frame in frames])
    torch.testing.assert_close(single, together, rtol=0, atol=1e-6)


def test_a_clip_that_does_not_fit_in_memory_has_the_same_distances(squeeze, frames):
    whole = squeeze.band(frames, 9)
    size = squeeze.features(frames[:1]).nbytes
    squeeze.memory, before = 4 * size, squeeze.memory
    try:
        parts = squeeze.band(frames, 9)
    finally:
        squeeze.memory = before
    torch.testing.assert_close(parts, whole, rtol=0, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("loops/mobius_vc2_case_1.gif", 0.6, 1.4),
        ("loops/mobius_vc2_case_2.gif", 0.6, 1.4),
        ("loops/mobius_vc2_case_3.gif", 0.6, 1.4),
        ("clips/animatediff_model_01_01.gif", 2.5, 4.7),
        ("clips/animatediff_model_01_02.gif", 2.5, 4.7),
        ("clips/animatediff_model_03_01.gif", 2.5, 4.7),
    ],
)
def test_real_loops_close_and_other_clips_do_not(squeeze, shared_clip, name, least, most):
    frames, _ = shared_clip(name)
    held = hold_pattern(STRUCTURAL_BACKEND.steps(frames)[:-1])
    steps = squeeze.steps(frames[list(held.drawings)])
    assert least < steps[-1] / steps[:-1].mean() < most


def test_rounding_to_8_bits_is_still_and_slow_motion_is_not(squeeze, shared_clip):
    frames, _ = shared_clip("loops/mobius_vc2_case_2.gif")
    darker = frames[:2] * 0.97
    assert squeeze.between(darker, (darker * 255).round() / 255).max() < squeeze.still
    assert squeeze.between(frames[:1], frames[1:2]).item() > 10 * squeeze.still


def test_an_interrupt_stops_the_products_too(squeeze, frames):
    told = []

    def interrupt_in_the_products(done, total):
        told.append((done, total))
        if len(told) == 3:  # the one pass that takes all these frames, and two parts of a product
            raise KeyboardInterrupt

    assert squeeze.features(frames[:1]).shape[1] > 3 * COLUMNS
    with pytest.raises(KeyboardInterrupt):
        squeeze.band(frames, 9, interrupt_in_the_products)
    assert told[-1][0] < told[-1][1]


def test_another_networks_file_is_refused_with_what_it_lacks(shared_assets):
    path = shared_assets / "weights" / "squeezenet1_1_features.pth"
    with pytest.raises(InputError) as caught:
        LPIPS.load("alex", path)
    message = str(caught.value)
    assert str(path) in message
    assert "torchvision's alexnet" in message
    assert "features.3.weight" in message


@pytest.mark.parametrize("content", [b"", b"<html>404 not found</html>", b"PK\x03\x04broken"])
def test_a_file_that_holds_no_weights_is_refused_by_name(tmp_path, content):
    path = tmp_path / "squeezenet1_1-b8a52dc0.pth"
    path.write_bytes(content)
    with pytest.raises(
        InputError, match=r"squeezenet1_1-b8a52dc0\.pth: expected a file of tensors"
    ):
        LPIPS.load("squeeze", path)


class Trap:
    """Pickled code that leaves a trace when it is run."""

    def __init__(self, trace):
        self.trace = trace

    def __reduce__(self):
        return (open, (str(self.trace), "w"))


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_a_file_that_is_damaged_anywhere_is_refused(shared_assets, tmp_path, at):
    """One byte among the weights would load, and give distances that nobody measured."""
    content = bytearray((shared_assets / "weights" / "squeezenet1_1_features.pth").read_bytes())
    content[int(at * len(content))] ^= 0x40
    path = tmp_path / "damaged.pth"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"damaged\.pth"):
        LPIPS.load("squeeze", path)


@pytest.mark.parametrize("write", [pickle.dump, torch.save])
def test_code_in_a_file_is_not_run(tmp_path, write):
    path, trace = tmp_path / "alexnet-owt-7be5be79.pth", tmp_path / "trace"
    with path.open("wb") as file:
        write({"features.0.weight": Trap(trace)}, file)
    with pytest.raises(InputError, match=r"alexnet-owt-7be5be79\.pth: expected a file of tensors"):
        LPIPS.load("alex", path)
    assert not trace.exists()


def test_the_channels_weights_are_found_without_importing_their_package(monkeypatch):
    imported = []
    monkeypatch.setattr(module, "require", imported.append)
    weights = module.linear_weights("alex")
    assert [each.numel() for each in weights] == [64, 192, 384, 256, 256]
    assert not imported
