"""The work of every node on a pretend device: the values, and what a GPU would have to do."""

import importlib
import math
from typing import NamedTuple

import pytest
import torch
from torch.nn.functional import interpolate

from anime_production.models import graphics_memory
from anime_production.models.image_ops.area_mean import area_mean
from anime_production.models.perceptual.structural import Structural

from ..pretend_device import Counts, pretend_device
from .device_runs import RUNS, random_lpips

CLOSE = 1e-3  # a value on the device may differ from the CPU's by this share, or by this, below 1
MEGABYTE = 1_000_000


class Most(NamedTuple):
    """Most that a run may cost: operations and waits on CUDA and on MPS, megabytes sent."""

    cuda: tuple[int, int]
    mps: tuple[int, int]
    sent: float


# They are what was measured, rounded up. A change that lowers one sets it here.
MOST = {
    "still": Most(cuda=(1110, 15), mps=(1110, 15), sent=1.2),
    "clip_quality": Most(cuda=(8400, 484), mps=(8400, 484), sent=10.5),
    "compare": Most(cuda=(350, 1), mps=(350, 1), sent=2.3),
    "compare_lpips": Most(cuda=(95, 1), mps=(95, 1), sent=12.5),
    "difference_picture": Most(cuda=(200, 1), mps=(200, 1), sent=2.3),
    "loop_score": Most(cuda=(285, 5), mps=(285, 5), sent=9.4),
    "loop_score_alex": Most(cuda=(510, 6), mps=(510, 6), sent=24.6),
    "loop_find": Most(cuda=(540, 3), mps=(510, 3), sent=9.8),
    "loop_find_alex": Most(cuda=(680, 5), mps=(640, 11), sent=19.7),
    "loop_find_squeeze": Most(cuda=(1250, 5), mps=(1200, 23), sent=12.7),
    "loop_close": Most(cuda=(400, 19), mps=(370, 19), sent=9),
    "loop_find_there": Most(cuda=(730, 45), mps=(700, 46), sent=9.6),
    "loop_close_there": Most(cuda=(740, 88), mps=(710, 88), sent=9),
    "loop_preview": Most(cuda=(6, 1), mps=(6, 1), sent=9.2),
    "characters": Most(cuda=(2300, 14), mps=(820, 24), sent=3.2),
    "characters_masked": Most(cuda=(2160, 16), mps=(680, 26), sent=3.2),
    "characters_bust": Most(cuda=(1110, 4), mps=(810, 56), sent=3),
}


@pytest.fixture(autouse=True)
def no_manager_of_memory(monkeypatch):
    """As in a script: ComfyUI, which another test may have loaded, knows no pretend device."""
    monkeypatch.setattr(graphics_memory, "_manager", graphics_memory.Unmanaged())


@pytest.fixture(scope="module", params=RUNS)
def run(request):
    """The name of a run, and its values on the CPU."""
    return request.param, RUNS[request.param](torch.device("cpu"))


def is_close(value, expected):
    if isinstance(expected, float) and isinstance(value, float):
        return math.isclose(value, expected, rel_tol=CLOSE, abs_tol=CLOSE)
    return value == expected


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_the_values_are_those_of_the_cpu_and_the_counts_are_small(run, kind):
    name, expected = run
    # Weights that an earlier run sent would not be sent again.
    importlib.import_module(area_mean.__module__)._weights.cache_clear()
    with pretend_device(kind) as pretended:
        values = RUNS[name](pretended.device)
        if isinstance(values, torch.Tensor):
            values = values.cpu()
        counts = pretended.counts
    if isinstance(values, torch.Tensor):
        torch.testing.assert_close(values, expected, rtol=0, atol=CLOSE)
    else:
        assert values.keys() == expected.keys()
        assert not {key: each for key, each in values.items() if not is_close(each, expected[key])}
    most = MOST[name]
    operations, waits = getattr(most, kind)
    assert counts.operations <= operations, counts
    assert counts.waits <= waits, counts
    assert counts.sent <= most.sent * MEGABYTE, counts


@pytest.fixture
def near_frames():
    """Pictures of which some are held, and others differ by the noise of 8 bits."""
    torch.manual_seed(7)
    pictures = interpolate(torch.rand(8, 3, 5, 6), size=(72, 96), mode="bicubic").clamp(0, 1)
    frames = pictures.movedim(1, -1).contiguous()
    frames[5] = frames[2]
    frames[6] = (frames[2] + (torch.rand(72, 96, 3) - 0.5) / 255).clamp(0, 1)
    frames[7] = (frames[2] + 0.001).clamp(0, 1)
    return frames


@pytest.mark.parametrize("kind", ["cuda", "mps"])
@pytest.mark.parametrize("make", [Structural, lambda device: random_lpips("alex", device)])
def test_distances_of_near_frames_keep_their_digits(near_frames, make, kind):
    expected = make(torch.device("cpu")).band(near_frames, 7)
    with pretend_device(kind) as pretended:
        band = make(pretended.device).band(near_frames, 7)
        assert band.device.type == "cpu"
    # Of a held frame rounding leaves a trace, whose root the structural distance takes.
    trace = 1e-5 if make is Structural else 1e-9
    torch.testing.assert_close(band, expected, rtol=1e-4, atol=trace)
    assert band[2, 3] <= trace
    assert band[2, 4] > 10 * trace


def test_busts_are_cropped_without_a_compiler_when_all_must_be_deterministic(monkeypatch):
    """As with `--deterministic`, where torchvision's own function is compiled with Triton."""
    module = importlib.import_module("torchvision.ops.roi_align")
    monkeypatch.setattr(module, "is_compile_supported", lambda device: True)
    monkeypatch.setattr(torch, "compile", None)
    torch.use_deterministic_algorithms(True, warn_only=True)
    try:
        with pretend_device() as pretended:
            RUNS["characters_bust"](pretended.device)
    finally:
        torch.use_deterministic_algorithms(False)


def test_what_a_device_refuses_is_refused():
    with pretend_device("mps") as pretended:
        picture = torch.rand(1, 3, 10, 10).to(pretended.device)
        with pytest.raises(RuntimeError, match="mixes"):
            picture + torch.rand(1, 3, 10, 10)
        with pytest.raises(TypeError, match="double"):
            picture.double()
        with pytest.raises(RuntimeError, match="divide"):
            interpolate(picture, size=(4, 4), mode="area")


def test_what_makes_a_device_slow_is_counted():
    with pretend_device() as pretended:
        picture = torch.rand(4, 4).to(pretended.device)
        assert pretended.counts == Counts(sent=64, uploads=1)
        (picture[1:] * 2).sum().item()
        assert pretended.counts == Counts(operations=3, waits=1, sent=64, uploads=1)
        picture[picture > 0.5].cpu()
        assert pretended.counts.waits == 3
