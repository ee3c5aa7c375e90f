"""A running ComfyUI unloads LPIPS and the networks of onnxruntime, and a run brings them back."""

import time
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, load, numpy_helper, save_model
from torchvision.models import alexnet

from ..models.character.detectors.test_yolo import finder_of_green
from ..models.character.embedders.test_ccip import write_network
from .client import ComfyClient, Prompt
from .server import ComfyServer

CCIP, HEADS = "ccip-caformer-5_fp32", "head_detect_v2.0_s"
ALEX = "alexnet-owt-7be5be79.pth"
WIDE = 40_000  # numbers of a layer that makes CCIP's network heavy: two products of 123 MB
SECONDS = 30.0
# Seconds for garbage to go, and between two requests: ComfyUI's loop doesn't see a request that
# comes while it collects garbage after a prompt.
PAUSE = 2.0
# As ComfyUI's log names them: detector and CCIP of onnxruntime, and LPIPS.
NETWORKS = ["Network", "Network", "Sequential"]
FALL = 0.6  # least share of the weights by which the memory falls; other parts may grow meanwhile


def write_heavy_network(path: Path) -> float:
    """Write a network of CCIP's shapes whose weights take much memory; return their MB."""
    model = load(write_network(path))
    graph = model.graph
    graph.node[-1].output[0] = "narrow"
    weights = {"widen": (768, WIDE), "narrow_again": (WIDE, 768)}
    for name, shape in weights.items():
        values = np.full(shape, 1e-4, np.float32)
        values[:768, :768] += np.eye(*values[:768, :768].shape, dtype=np.float32)
        graph.initializer.append(numpy_helper.from_array(values, name))
    graph.node.append(helper.make_node("MatMul", ["narrow", "widen"], ["wide"]))
    graph.node.append(helper.make_node("MatMul", ["wide", "narrow_again"], ["output"]))
    assert graph.output[0].type.tensor_type.elem_type == TensorProto.FLOAT
    save_model(model, path)
    return path.stat().st_size / 1e6


@pytest.fixture
def megabytes(server: ComfyServer):
    """LPIPS with random weights, a finder of green things and a heavy CCIP; MB of the last."""
    pytest.importorskip("lpips")
    models = server.base / "models"
    folders = [models / "lpips", models / "ccip" / CCIP, models / "anime_detection" / HEADS]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    named = {f"features.{k}": v for k, v in alexnet().features.state_dict().items()}
    torch.save(named, models / "lpips" / ALEX)
    finder_of_green(folders[2] / "model.onnx")
    yield write_heavy_network(folders[1] / "model_feat.onnx")
    # ComfyUI remembers the folders that it has listed, and fails where one is gone.
    for file in (each for folder in folders for each in folder.iterdir()):
        file.unlink()


def resident(server: ComfyServer) -> float:
    """Return the MB of main memory that ComfyUI's process takes."""
    assert server._process is not None
    lines = Path(f"/proc/{server._process.pid}/status").read_text().splitlines()
    return next(int(each.split()[1]) for each in lines if each.startswith("VmRSS")) / 1000


def loads(server: ComfyServer) -> list[str]:
    """Return the models that ComfyUI was asked to load so far."""
    lines = (server.base / "server.log").read_text(errors="replace").splitlines()
    return [each.split()[-1] for each in lines if "Requested to load" in each]


def workflow(seed: int) -> tuple[Prompt, list[str]]:
    prompt = Prompt()
    clip = prompt.add("AnimeSampleClip", frames=12, width=160, height=160, period=6, seed=seed)
    loop = prompt.add("AnimeLoopFind", images=clip.out(), backend="lpips-alex", min_frames=4)
    scores = []
    # The finder sees few of these characters, so that CCIP may have nothing to do there.
    for detector in ("anime_head", "whole_image"):
        chosen = prompt.add("AnimeIdentityModel", backend="ccip", detector=detector)
        model = {"model": chosen.out()}
        sheet = prompt.add("AnimeCharacterSheet", references=clip.out(), **model)
        scores.append(
            prompt.add("AnimeCharacterScore", images=clip.out(), character=sheet.out(), **model)
        )
    prompt.add("PreviewImage", images=loop.out())
    return prompt, [loop, *scores]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
@pytest.mark.parametrize(
    ("flags", "seed"), [(("unload_models",), 1), (("unload_models", "free_memory"), 11)]
)
def test_free_closes_the_networks_and_the_next_run_opens_them(
    server: ComfyServer, client: ComfyClient, megabytes: float, flags: tuple[str, ...], seed: int
):
    prompt, reporting = workflow(seed)
    before = len(loads(server))
    first = client.run(prompt)
    assert sorted(loads(server)[before:]) == NETWORKS
    time.sleep(PAUSE)
    loaded, memory = len(loads(server)), resident(server)

    deadline = time.monotonic() + SECONDS
    while memory - resident(server) < FALL * megabytes and time.monotonic() < deadline:
        client.post("/free", dict.fromkeys(flags, True))
        time.sleep(PAUSE)
    assert memory - resident(server) > FALL * megabytes

    prompt["1"]["inputs"]["seed"] = seed + 1  # another clip, so that nothing comes from the cache
    client.run(prompt)
    assert sorted(loads(server)[loaded:]) == NETWORKS
    prompt["1"]["inputs"]["seed"] = seed
    again = client.run(prompt)
    for node in reporting:
        assert again.report(node)["measurements"] == first.report(node)["measurements"]
