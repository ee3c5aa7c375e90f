"""A pretended card for networks of onnxruntime, whose memory is an arena of 20 MB.

The card is the device `cpu:0`, which torch and onnxruntime take for the CPU. Its sessions are real
ones that share an arena with a limit, so their errors are onnxruntime's own.
"""

from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper, save_model

from anime_production.models import closable_network, graphics_memory
from anime_production.models import onnx as module

CARD = torch.device("cpu:0")
ARENA = 20 * 1024**2
MEGABYTES_A_PICTURE = 8  # that a pass takes: two layers of 1024 × 1024 numbers


def write_hungry_network(path: Path, batch="n", side=1024) -> Path:
    """Write a network that returns the largest number of each picture, with much memory."""
    repeats = numpy_helper.from_array(np.array([1, 1, side, side], np.int64), "repeats")
    nodes = [
        helper.make_node("ReduceMax", ["picture"], ["largest"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Tile", ["largest", "repeats"], ["large"]),
        helper.make_node("Relu", ["large"], ["larger"]),
        helper.make_node("ReduceMax", ["larger"], ["answer"], axes=[1, 2, 3], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "hungry",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, [batch])],
        [repeats],
    )
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 17)])
    save_model(model, path)
    return path


@lru_cache(maxsize=1)
def _register_arena() -> None:
    kind = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    where = onnxruntime.OrtMemoryInfo("Cpu", kind, 0, onnxruntime.OrtMemType.DEFAULT)
    limit = onnxruntime.OrtArenaCfg({"max_mem": ARENA, "arena_extend_strategy": 1})
    onnxruntime.create_and_register_allocator(where, limit)


def pretend_a_card(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """Let networks run on `CARD`; return the list of devices on which one is opened from now on."""
    _register_arena()
    opened: list[torch.device] = []
    really_open = module._open

    def open_on(path: Path, device: torch.device):
        opened.append(device)
        if device != CARD:
            return really_open(path, device)
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.use_env_allocators", "1")
        options.log_severity_level = 4
        return onnxruntime.InferenceSession(path, options, providers=[module.CPU])

    def device_of(session, network, device: torch.device) -> torch.device:
        return device

    monkeypatch.setattr(module, "_open", open_on)
    monkeypatch.setattr(module.Session, "_device_of", device_of)
    for each in (graphics_memory, closable_network):
        monkeypatch.setattr(each, "is_card", lambda device: device.index is not None)
    return opened
