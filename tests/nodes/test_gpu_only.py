"""A workflow with `--gpu-only`: ComfyUI's executor and the nodes, with all values on a device.

ComfyUI refuses `--gpu-only` beside `--cpu`, so that a server for this needs a GPU. Here the device
is the pretend one.
"""

from collections.abc import Iterator
from typing import Any

import comfy.model_management
import pytest
import torch

import nodes
from anime_production.models.node_types import BEST_OF, GATE, RETRY_END

from ..integration.client import Prompt
from ..pretend_device import PretendDevice, pretend_device

FRAMES, SIDE = 12, 64


@pytest.fixture
def gpu_only(executor, monkeypatch, tmp_path) -> Iterator[tuple[Any, PretendDevice]]:
    """The executor as with `--gpu-only`, with folders of its own, and the device."""
    import folder_paths

    for kind in ("output", "temp"):
        monkeypatch.setattr(folder_paths, f"{kind}_directory", str(tmp_path / kind))
    # A pretend tensor can't be made in inference mode, and its memory can't be counted.
    monkeypatch.setattr(torch, "inference_mode", lambda mode=True: torch.no_grad())
    monkeypatch.setattr(comfy.model_management, "free_memory", lambda *_, **__: [])
    with pretend_device() as pretended:
        for function in ("get_torch_device", "intermediate_device"):
            monkeypatch.setattr(comfy.model_management, function, lambda: pretended.device)
        yield executor, pretended


def devices_of_previews(monkeypatch: pytest.MonkeyPatch) -> list[torch.device]:
    """Return a list that receives the device of the pictures of each Preview Image."""
    devices: list[torch.device] = []
    save = nodes.SaveImage.save_images

    def save_images(self: Any, images: torch.Tensor, **more: Any) -> Any:
        devices.append(images.device)
        return save(self, images, **more)

    monkeypatch.setattr(nodes.SaveImage, "save_images", save_images)
    return devices


def test_a_retry_with_scores_a_merge_a_gate_and_pictures_runs(gpu_only, monkeypatch):
    executor, device = gpu_only
    previewed = devices_of_previews(monkeypatch)
    prompt = Prompt()
    start = prompt.add("AnimeRetryStart", seed=10)
    fault = prompt.add("TestFault", seed=start.out(0), passes_from=11)
    size = {"frames": FRAMES, "period": FRAMES, "width": SIDE, "height": SIDE}
    clip = prompt.add("AnimeSampleClip", **size, seed=5, seam_jump=fault.out())
    loop = prompt.add("AnimeLoopScore", images=clip.out(), fps=12.0)
    end = prompt.add("AnimeRetryEnd", report=loop.out(), slot_1=clip.out(), attempts=3)
    kept = end.out(RETRY_END.number("slot_1"))
    still = prompt.add("AnimeStillQuality", images=kept)
    looped = end.out(RETRY_END.number("report"))
    reports = {"reports.report0": looped, "reports.report1": still.out()}
    merged = prompt.add("AnimeReportMerge", **reports)
    gate = prompt.add("AnimeGate", report=merged.out(), images=kept, on_fail="pass_through")
    best = prompt.add("AnimeBestOf", images=kept, report=still.out(), k=2)
    plot = prompt.add("AnimeReportPlot", report=merged.out())
    pictures = {
        "gate": gate.out(GATE.number("accepted")),
        "best": best.out(BEST_OF.number("best")),
        "plot": plot.out(),
    }
    saved = {name: prompt.add("PreviewImage", images=link) for name, link in pictures.items()}
    ended = executor.run(prompt, seconds=280.0)
    assert ended.error == ""
    assert ended.report(end)["verdict"] == "PASS"
    counts = {name: len(ended.outputs[node]["images"]) for name, node in saved.items()}
    assert counts == {"gate": FRAMES, "best": 2, "plot": 1}
    assert previewed == [device.device] * len(pictures)
