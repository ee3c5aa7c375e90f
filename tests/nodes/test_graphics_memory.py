"""ComfyUI unloads the pack's networks, and the next use brings them back."""

import gc
import weakref
from pathlib import Path

import pytest
import torch
from torchvision.models import alexnet

from anime_production.models import graphics_memory as models_memory
from anime_production.models.closable_network import NetworkCache
from anime_production.models.graphics_memory import CPU
from anime_production.models.onnx import open_session
from anime_production.models.perceptual import backend as backends
from anime_production.models.perceptual.backend import choose_backend
from anime_production.models.perceptual.lpips import LPIPS
from anime_production.models.report import Report
from anime_production.models.sample.sample_clip import draw_clip
from anime_production.models.weights import WEIGHTS
from anime_production.nodes import graphics_memory
from anime_production.tests.models.pretend_card import write_hungry_network


@pytest.fixture
def management():
    import comfy.model_management

    comfy.model_management.unload_all_models()  # those of other tests
    yield comfy.model_management
    comfy.model_management.unload_all_models()


@pytest.fixture(autouse=True)
def _managed(monkeypatch):
    monkeypatch.setattr(models_memory, "_manager", graphics_memory.ComfyMemory())
    backends._load_network.cache_clear()
    yield
    backends._load_network.cache_clear()


@pytest.fixture
def alex(tmp_path) -> dict[str, Path]:
    """Random weights of AlexNet, as a file in models/lpips."""
    torch.manual_seed(3)
    path = tmp_path / WEIGHTS["lpips-alex"].file
    torch.save({f"features.{k}": v for k, v in alexnet().features.state_dict().items()}, path)
    return {path.name: path}


def loaded(management) -> list[str]:
    return [type(each.model).__name__ for each in management.loaded_models()]


def frames() -> torch.Tensor:
    return torch.rand(4, 48, 64, 3, generator=torch.Generator().manual_seed(1))


def test_unload_models_closes_a_session_and_its_next_run_opens_it(tmp_path, management):
    session = open_session(write_hungry_network(tmp_path / "a.onnx"), "cpu", NetworkCache())
    pictures = torch.rand(2, 3, 8, 8)
    before = session.run(pictures)["answer"]
    assert loaded(management) == ["Network"]
    inner = weakref.ref(session.network.use())
    management.unload_all_models()
    gc.collect()
    assert not session.network.is_open
    assert inner() is None
    assert loaded(management) == []
    assert torch.equal(session.run(pictures)["answer"], before)
    assert loaded(management) == ["Network"]


def test_unload_models_frees_lpips_and_the_next_run_reads_it_again(management, alex):
    network, _ = choose_backend("lpips-alex", alex, CPU)
    before = network.steps(frames())
    assert loaded(management) == ["Sequential"]
    weights = [weakref.ref(each) for each in network._trunk.parameters()]
    del network
    management.unload_all_models()
    gc.collect()
    assert [each() for each in weights if each() is not None] == []
    again, _ = choose_backend("lpips-alex", alex, CPU)
    assert torch.equal(again.steps(frames()), before)


def test_a_network_in_use_when_it_is_unloaded_comes_back(management, alex):
    network, _ = choose_backend("lpips-alex", alex, CPU)
    before = network.steps(frames())
    management.unload_all_models()
    assert torch.equal(network.steps(frames()), before)
    assert loaded(management) == ["Sequential"]


def test_loading_again_does_not_close_a_session(tmp_path, management):
    session = open_session(write_hungry_network(tmp_path / "a.onnx"), "cpu", NetworkCache())
    inner = session.network.use()
    other = open_session(write_hungry_network(tmp_path / "b.onnx"), "cpu", NetworkCache())
    session.network._place.load(0)
    assert session.network.use() is inner
    assert other.network.is_open
    assert loaded(management) == ["Network", "Network"]


def test_a_session_that_nobody_keeps_leaves_comfyuis_list(tmp_path, management):
    cache = NetworkCache()
    session = open_session(write_hungry_network(tmp_path / "a.onnx"), "cpu", cache)
    cache.close()
    del session
    gc.collect()
    assert loaded(management) == []


def test_comfyui_is_asked_for_the_room_that_lpips_needs(management, alex, monkeypatch):
    asked = []
    load = management.load_models_gpu

    def recorded(patchers, memory_required=0, **options):
        asked.append(memory_required)
        return load(patchers, memory_required=memory_required, **options)

    monkeypatch.setattr(management, "load_models_gpu", recorded)
    network, _ = choose_backend("lpips-alex", alex, CPU)
    network.band(frames(), 2)
    (needed,) = asked  # once for the whole clip
    # Floats of AlexNet's five layers per pixel, and the features of four frames beside a pass.
    floats = 64 / 16 + 192 / 64 + (384 + 256 + 256) / 256
    assert needed == pytest.approx(4 * floats * 48 * 64 * (3 * 4 + 2 * 4 + 1 + 4), rel=0.01)
    network.steps(frames())
    assert len(asked) == 1


@pytest.mark.parametrize(("at_once", "expected"), [(1, 1), (3, 3), (9, 4)])
def test_room_is_asked_for_the_frames_that_are_on_the_card_at_a_time(
    management, monkeypatch, at_once, expected
):
    asked = []
    card = torch.device("cuda", 0)
    monkeypatch.setattr(graphics_memory.comfyui, "device", lambda: card)
    with monkeypatch.context() as patch:
        patch.setattr(management, "free_memory", lambda *asking: asked.append(asking))
        assert graphics_memory.device_with_room(frames(), 100, at_once) == card
    ((needed, device),) = asked
    assert needed == expected * 48 * 64 * 100 + management.extra_reserved_memory()
    assert device == card


def test_on_a_cpu_no_model_is_unloaded_for_room(management, monkeypatch):
    asked = []
    with monkeypatch.context() as patch:
        patch.setattr(management, "free_memory", lambda *asking: asked.append(asking))
        assert graphics_memory.device_with_room(frames(), 100, 1) == CPU
    assert asked == []


@pytest.mark.parametrize("node", ["AnimeLoopScore", "AnimeLoopFind", "AnimeLoopClose"])
def test_the_report_says_that_lpips_ran_on_the_cpu_for_lack_of_room(
    run_node, node_classes, management, alex, monkeypatch, node
):
    really = LPIPS._outputs

    def outputs(lpips, activations):
        if not lpips.had_no_room:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return really(lpips, activations)

    monkeypatch.setattr(LPIPS, "_outputs", outputs)
    monkeypatch.setattr(models_memory, "is_card", lambda device: True)
    monkeypatch.setattr(graphics_memory.comfyui, "weights", lambda folder: alex)
    clip = draw_clip(12, 96, 96, 6, 0, seed=1)
    answer = run_node(node_classes[node], images=clip, backend="lpips-alex")
    report = next(each for each in answer.args if isinstance(each, Report))
    backends_of_report = {each.backend for each in report.measurements}
    assert "lpips-alex, on the CPU: the card had no room" in backends_of_report
    assert "lpips-alex" not in backends_of_report
