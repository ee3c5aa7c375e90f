"""LPIPS on a card that has no room: smaller passes, then the CPU; and how cuDNN computes."""

import pytest
import torch
from torchvision.models import alexnet

from anime_production.models import graphics_memory
from anime_production.models.graphics_memory import NO_ROOM, reported_name
from anime_production.models.image_ops.precision import full_precision
from anime_production.models.perceptual import lpips as module
from anime_production.models.perceptual import placed_network
from anime_production.models.perceptual.lpips import LPIPS

FULL = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 8.00 GiB"


@pytest.fixture
def frames() -> torch.Tensor:
    return torch.rand(6, 48, 64, 3, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def path(tmp_path):
    pytest.importorskip("lpips")
    torch.manual_seed(3)
    named = {f"features.{k}": v for k, v in alexnet().features.state_dict().items()}
    torch.save(named, tmp_path / "alex.pth")
    return tmp_path / "alex.pth"


class Card:
    """The computer's own memory as a card with room for passes of so many frames."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        """Let networks that have not fallen back have that much room.

        Args:
            monkeypatch: pytest's.
            room: most frames of a pass.
        """
        self.passes: list[tuple[str, int]] = []
        really = LPIPS._outputs

        def outputs(lpips: LPIPS, activations: torch.Tensor) -> list[torch.Tensor]:
            on_card = not lpips.had_no_room
            self.passes.append(("card" if on_card else "cpu", len(activations)))
            if on_card and len(activations) > room:
                raise torch.cuda.OutOfMemoryError(FULL)
            return really(lpips, activations)

        monkeypatch.setattr(LPIPS, "_outputs", outputs)
        for each in (graphics_memory, placed_network, module):
            if hasattr(each, "is_card"):
                monkeypatch.setattr(each, "is_card", lambda device: device.index is not None)


def pretended(path) -> LPIPS:
    lpips = LPIPS.load("alex", path)
    lpips.placed.fallback = graphics_memory.Fallback("lpips-alex", torch.device("cpu:0"))
    return lpips


def test_a_pass_that_does_not_fit_is_divided_and_gives_the_same(path, frames, monkeypatch):
    expected = LPIPS.load("alex", path).steps(frames)
    card = Card(monkeypatch, room=2)
    lpips = pretended(path)
    torch.testing.assert_close(lpips.steps(frames), expected, rtol=1e-5, atol=1e-9)
    assert card.passes == [("card", 6), ("card", 3), ("card", 2), ("card", 2), ("card", 2)]
    assert not lpips.had_no_room


@pytest.mark.parametrize("method", ["steps", "band", "between"])
def test_frames_that_do_not_fit_at_all_pass_on_the_cpu(path, frames, monkeypatch, method):
    further = {"steps": (), "band": (3,), "between": (frames.flip(0),)}[method]
    expected = getattr(LPIPS.load("alex", path), method)(frames, *further)
    card = Card(monkeypatch, room=0)
    lpips = pretended(path)
    result = getattr(lpips, method)(frames, *further)
    torch.testing.assert_close(result, expected, rtol=1e-5, atol=1e-9)
    assert card.passes[-1][0] == "cpu"
    assert reported_name(lpips.name, lpips) == f"lpips-alex, {NO_ROOM}"


def test_weighted_outputs_come_from_the_cpu_too(path, frames, monkeypatch):
    expected = list(LPIPS.load("alex", path).weighted_outputs(frames[:2]))
    Card(monkeypatch, room=0)
    monkeypatch.setattr(placed_network, "is_card", lambda device: True)
    lpips = pretended(path)
    for output, other in zip(lpips.weighted_outputs(frames[:2]), expected, strict=True):
        torch.testing.assert_close(output, other)
    assert lpips.had_no_room


def test_features_of_a_clip_that_do_not_fit_take_less_memory_then_the_cpu(
    path, frames, monkeypatch
):
    expected = LPIPS.load("alex", path).band(frames, 2)
    Card(monkeypatch, room=9)
    lpips = pretended(path)
    really, memories = module.FeatureDistance.band, []

    def band(self, *arguments):
        memories.append((self.device, self.memory))
        if self.device is None or self.device.index is not None:
            raise torch.cuda.OutOfMemoryError(FULL)
        return really(self, *arguments)

    monkeypatch.setattr(module.FeatureDistance, "band", band)
    lpips.device = torch.device("cpu:0")
    whole = lpips.memory
    torch.testing.assert_close(lpips.band(frames, 2), expected, rtol=1e-5, atol=1e-9)
    card, cpu = torch.device("cpu:0"), torch.device("cpu")
    assert memories == [(card, whole), (card, whole // 4), (cpu, whole)]
    assert lpips.had_no_room
    assert (lpips.device, lpips.memory) == (card, whole)


def test_another_error_is_raised_at_once(path, frames, monkeypatch):
    def outputs(lpips, activations):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(LPIPS, "_outputs", outputs)
    lpips = pretended(path)
    with pytest.raises(RuntimeError, match="mat1"):
        lpips.steps(frames)
    assert not lpips.had_no_room


def test_a_file_that_does_not_fit_into_memory_is_not_called_broken(path, monkeypatch):
    def full(*arguments, **options):
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:114] err == 0. DefaultCPUAllocator: can't allocate "
            "memory: you tried to allocate 99 bytes. Error code 12 (Cannot allocate memory)"
        )

    monkeypatch.setattr(torch, "load", full)
    with pytest.raises(graphics_memory.MemoryFull, match="free memory"):
        LPIPS.load("alex", path)


@pytest.mark.parametrize("enabled", [True, False])
def test_cudnn_stays_off_where_comfyui_turned_it_off(monkeypatch, enabled):
    monkeypatch.setattr(torch.backends.cudnn, "enabled", enabled)
    with full_precision():
        assert torch.backends.cudnn.enabled is enabled
        assert torch.backends.cudnn.deterministic
    assert torch.backends.cudnn.enabled is enabled
    assert not torch.backends.cudnn.deterministic


@pytest.mark.skipif(not hasattr(torch.backends.cudnn, "conv"), reason="torch before 2.9")
@pytest.mark.parametrize("precision", ["ieee", "tf32", "none"])
def test_another_packs_precision_of_convolutions_is_no_clash(precision):
    convolutions = torch.backends.cudnn.conv
    before = convolutions.fp32_precision
    try:
        convolutions.fp32_precision = precision
        with full_precision():
            assert convolutions.fp32_precision == "ieee"
        assert convolutions.fp32_precision == precision
    finally:
        convolutions.fp32_precision = before
