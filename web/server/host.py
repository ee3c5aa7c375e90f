"""What the routes ask of the ComfyUI that they are part of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.jobs.recording.recorder import PRIVATE_FOLDER, Recorder
from ...models.production.installed import Installed
from . import workflows
from .worker import Productions, productions


@dataclass(frozen=True)
class Host:
    """A ComfyUI; each is asked when a request needs it.

    Attributes:
        output: its output folder.
        private: the pack's folder below its user folder.
        device: the name of the device that it computes on; raises where that doesn't work.
        weights: whether each of the pack's weights is installed, by name.
        server: its `PromptServer`.
        installed: which nodes and model files it has now.
        productions: what works at them here.
    """

    output: Callable[[], Path]
    private: Callable[[], Path]
    device: Callable[[], str]
    weights: Callable[[], Mapping[str, bool]]
    server: Callable[[], Any]
    installed: Callable[[], Installed]
    productions: Callable[[], Productions]


def host_of(
    server: Any, recorder_of: Callable[[], Recorder], standing: Callable[[], list[dict[str, Any]]]
) -> Host:
    """This process's ComfyUI.

    Args:
        server: its `PromptServer`.
        recorder_of: gives the recorder.
        standing: tells how it stands with each weight.
    """
    return Host(
        output=_output,
        private=private,
        device=_device,
        weights=lambda: {each["name"]: each["installed"] for each in standing()},
        server=lambda: server,
        installed=workflows.installed,
        productions=lambda: productions(server, recorder_of),
    )


def _output() -> Path:
    import folder_paths

    return Path(folder_paths.get_output_directory())


def private() -> Path:
    """The pack's folder below ComfyUI's user folder."""
    import folder_paths

    return Path(folder_paths.get_system_user_directory(PRIVATE_FOLDER))


def _device() -> str:
    import comfy.model_management
    import torch

    device = comfy.model_management.get_torch_device()
    torch.ones(1, device=device).sum().item()  # one that has failed says so here
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
