"""Networks of onnxruntime on a card whose memory is full; the errors are onnxruntime's own."""

import gc
from collections.abc import Callable
from types import SimpleNamespace

import onnxruntime
import pytest
import torch
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, RuntimeException

from anime_production.models import graphics_memory
from anime_production.models import onnx as module
from anime_production.models.closable_network import NetworkCache
from anime_production.models.frames import InputError
from anime_production.models.graphics_memory import (
    NO_ROOM,
    Fallback,
    MemoryFull,
    is_out_of_memory,
    reported_name,
    run_in_parts,
)
from anime_production.models.onnx import CPU, CUDA, open_session

from .pretend_card import CARD, pretend_a_card, write_hungry_network

CUDA_FULL = (
    "[ONNXRuntimeError] : 1 : FAIL : bool onnxruntime::CudaCall(ERRTYPE, const char*, const char*, "
    "SUCCTYPE, const char*, const char*, int) CUDA failure 2: out of memory ; GPU=0 ; hostname=a ; "
    "file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_allocator.cc ; line=38 ; "
    "expr=cudaMalloc((void**)&p, size);"
)
ARENA_FULL = (
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Exception during initialization: /onnxruntime_src"
    "/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal"
    "(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 5"
)


class Workflow:
    """A manager of memory that counts, and unloads when it is told to."""

    def __init__(self) -> None:
        self.number = 0
        self.rooms: list[int] = []
        self.unload: list[Callable[[], None]] = []
        self.devices: list[torch.device] = []

    def make_room(self, device: torch.device, needed: int) -> None:
        self.rooms.append(needed)

    def place(self, network, size, device, when_unloaded):
        self.unload.append(when_unloaded)
        self.devices.append(device)
        return SimpleNamespace(load=self.rooms.append, leave=lambda: None)

    def run(self) -> int:
        return self.number


@pytest.fixture
def workflow(monkeypatch) -> Workflow:
    workflow = Workflow()
    monkeypatch.setattr(graphics_memory, "_manager", workflow)
    return workflow


@pytest.fixture
def opened(monkeypatch) -> list[torch.device]:
    return pretend_a_card(monkeypatch)


def pictures(count: int) -> torch.Tensor:
    return torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(count))


def largest(batch: torch.Tensor) -> torch.Tensor:
    return batch.flatten(1).amax(dim=1)


def test_a_batch_that_does_not_fit_runs_in_smaller_ones_on_the_card(tmp_path, opened):
    path = write_hungry_network(tmp_path / "hungry.onnx")
    session = open_session(path, CARD, NetworkCache())
    with pytest.raises(RuntimeError, match=r"Available memory of .* is smaller than requested"):
        session._run(pictures(8))
    answer = session.run(pictures(8))["answer"]
    assert torch.equal(answer, largest(pictures(8)))
    assert opened == [CARD]
    assert not session.had_no_room
    assert session.runs_on == CPU


@pytest.mark.parametrize("batch", ["n", 1])
def test_a_picture_that_does_not_fit_runs_on_the_cpu_and_the_session_says_so(
    tmp_path, opened, batch
):
    path = write_hungry_network(tmp_path / "hungry.onnx", batch, side=4096)
    session = open_session(path, CARD, NetworkCache())
    answer = session.run(pictures(3))["answer"]
    assert torch.equal(answer, largest(pictures(3)))
    assert opened == [CARD, torch.device("cpu")]
    assert session.runs_on == f"{CPU} ({NO_ROOM})"
    assert reported_name("ccip", session) == "ccip, on the CPU: the card had no room"
    session.run(pictures(1))
    assert len(opened) == 2


def test_the_next_run_of_a_workflow_tries_the_card_again(tmp_path, opened, workflow):
    path = write_hungry_network(tmp_path / "hungry.onnx", side=4096)
    session = open_session(path, CARD, NetworkCache())
    session.run(pictures(1))
    workflow.number += 1
    assert not session.had_no_room
    session.run(pictures(1))
    assert opened == [CARD, torch.device("cpu")] * 2


@pytest.mark.parametrize("error", [Fail(CUDA_FULL), RuntimeException(ARENA_FULL)])
def test_a_network_that_cannot_be_opened_on_the_card_is_opened_on_the_cpu(
    tmp_path, opened, monkeypatch, error
):
    really_open = module._open

    def full(path, device):
        if device != CARD:
            return really_open(path, device)
        opened.append(device)
        raise error

    monkeypatch.setattr(module, "_open", full)
    path = write_hungry_network(tmp_path / "hungry.onnx")
    session = open_session(path, CARD, NetworkCache())
    assert torch.equal(session.run(pictures(2))["answer"], largest(pictures(2)))
    assert opened == [CARD, torch.device("cpu")]
    assert session.had_no_room


@pytest.mark.parametrize(
    "error", [Fail(CUDA_FULL), RuntimeException(ARENA_FULL), RuntimeError(CUDA_FULL)]
)
def test_a_full_memory_is_never_told_as_a_broken_file(tmp_path, monkeypatch, error):
    def full(*arguments, **options):
        raise error

    path = write_hungry_network(tmp_path / "hungry.onnx")
    monkeypatch.setattr(onnxruntime, "InferenceSession", full)
    with pytest.raises(MemoryFull) as refusal:
        open_session(path, "cpu", NetworkCache())
    assert "install" not in str(refusal.value).lower()
    assert "memory" in str(refusal.value)


def test_where_even_the_cpu_has_no_room_the_message_names_the_memory(tmp_path, opened, monkeypatch):
    path = write_hungry_network(tmp_path / "hungry.onnx", side=4096)
    session = open_session(path, "cpu", NetworkCache())
    limited = open_session(path, CARD, NetworkCache()).network.use()
    monkeypatch.setattr(session.network, "_network", limited)
    with pytest.raises(InputError, match=r"hungry\.onnx: expected enough free memory"):
        session.run(pictures(1))


def test_another_error_is_not_taken_for_a_full_memory(tmp_path):
    tried = []

    def work(start, end):
        tried.append((start, end))
        raise Fail("[ONNXRuntimeError] : 1 : FAIL : Non-zero status code in Conv node")

    with pytest.raises(Fail):
        run_in_parts(4, work, Fallback("a", CARD))
    assert tried == [(0, 4)]


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("MPS backend out of memory (MPS allocated: 9.00 GB, other allocations: 1 MB)"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory"
        ),
        RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9 bytes."),
        Fail(CUDA_FULL),
        RuntimeException(ARENA_FULL),
        MemoryError(),
    ],
)
def test_the_messages_of_a_full_memory_are_recognised(error):
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [
        InputError("memory.onnx", "an ONNX file", "out of memory", "Install it again."),
        RuntimeError("mat1 and mat2 shapes cannot be multiplied"),
        Fail("[ONNXRuntimeError] : 1 : FAIL : CUDA failure 700: an illegal memory access"),
    ],
)
def test_other_errors_are_not(error):
    assert not is_out_of_memory(error)


def test_a_session_is_closed_by_the_manager_and_opened_by_its_next_run(tmp_path, opened, workflow):
    session = open_session(write_hungry_network(tmp_path / "hungry.onnx"), CARD, NetworkCache())
    expected = session.run(pictures(2))["answer"]
    workflow.unload[-1]()
    gc.collect()
    assert not session.network.is_open
    assert torch.equal(session.run(pictures(2))["answer"], expected)
    assert opened == [CARD, CARD]


def test_closing_the_cache_closes_also_what_it_keeps_no_more(tmp_path):
    cache = NetworkCache(most_open=1)
    first, second = (
        open_session(write_hungry_network(tmp_path / f"{name}.onnx"), "cpu", cache)
        for name in ("first", "second")
    )
    cache.close()
    assert not first.network.is_open
    assert not second.network.is_open


def test_no_room_on_a_card_is_made_for_a_network_that_the_cpu_package_runs(tmp_path, workflow):
    if CUDA in onnxruntime.get_available_providers():
        pytest.skip("onnxruntime has CUDA here")
    open_session(write_hungry_network(tmp_path / "hungry.onnx"), "cuda:0", NetworkCache())
    assert workflow.devices == [torch.device("cpu")]


def test_room_is_asked_for_before_each_pass_by_its_batch(tmp_path, opened, workflow):
    session = open_session(write_hungry_network(tmp_path / "hungry.onnx"), CARD, NetworkCache())
    workflow.rooms.clear()
    session.run(pictures(1))
    session.run(pictures(2))
    one, two = workflow.rooms
    assert two - one == module.PASS_PER_INPUT * 3 * 8 * 8 * 4


def test_the_arena_on_the_card_takes_what_it_needs_and_no_more_than_is_free(monkeypatch):
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: [CUDA, CPU])
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: None, raising=False)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (5_000_000_000, 9_000_000_000))
    (name, options), last = module.providers_for(torch.device("cuda", 1))
    assert (name, last) == (CUDA, CPU)
    assert options["arena_extend_strategy"] == "kSameAsRequested"
    assert options["gpu_mem_limit"] == "5000000000"
    assert options["device_id"] == "1"
    assert options["cudnn_conv_algo_search"] == "HEURISTIC"
    assert options["use_tf32"] == "0"
