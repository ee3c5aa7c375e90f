"""What the routes need of the ComfyUI that they are part of."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...models.jobs.recording.recorder import Recorder
from ...models.production.installed import Installed
from . import folders, workflows
from .fetches import Fetches
from .worker import Productions, productions


@dataclass(frozen=True)
class ComfyHost:
    """A ComfyUI; each function is called when a request needs its result.

    Attributes:
        recorder_of: gives the recorder of its jobs.
        output: its output folder.
        private: the pack's folder below its user folder.
        profiles: folder of the user's own profiles.
        device: name of the device that it computes on; raises where that doesn't work.
        server: its `PromptServer`.
        installed: nodes and model files that it has now.
        complaints: what it has against a graph, beside files that are missing.
        fetches: downloads of weights.
        productions: the worker of productions.
    """

    recorder_of: Callable[[], Recorder]
    output: Callable[[], Path]
    private: Callable[[], Path]
    profiles: Callable[[], Path]
    device: Callable[[], str]
    server: Callable[[], Any]
    installed: Callable[[], Installed]
    complaints: Callable[[Mapping[str, Any]], Awaitable[list[str]]]
    fetches: Fetches
    productions: Callable[[], Productions]

    @property
    def recorder(self) -> Recorder:
        """The recorder of its jobs."""
        return self.recorder_of()


def host_of(server: Any, recorder_of: Callable[[], Recorder], fetches: Fetches) -> ComfyHost:
    """Return this process's ComfyUI.

    Args:
        server: its `PromptServer`.
        recorder_of: gives the recorder.
        fetches: downloads of weights.
    """
    return ComfyHost(
        recorder_of=recorder_of,
        output=folders.output,
        private=folders.private,
        profiles=folders.profiles,
        device=_device,
        server=lambda: server,
        installed=workflows.installed,
        complaints=workflows.complaints,
        fetches=fetches,
        productions=lambda: productions(server, recorder_of),
    )


def _device() -> str:
    import comfy.model_management
    import torch

    device = comfy.model_management.get_torch_device()
    torch.ones(1, device=device).sum().item()  # one that has failed says so here
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
