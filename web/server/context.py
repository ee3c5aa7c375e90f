"""What the routes work with: the recorder and parts of the ComfyUI that they belong to."""

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
class RouteContext:
    """Recorder and ComfyUI of the routes; a function is called when a request needs its result.

    Attributes:
        get_recorder: returns the recorder of this process's jobs.
        output: returns ComfyUI's output folder.
        private: returns the pack's folder below ComfyUI's user folder.
        profiles: returns the folder of the user's own profiles.
        device: returns the name of the device that computes; raises where that doesn't work.
        server: returns ComfyUI's `PromptServer`.
        installed: returns the nodes and model files that ComfyUI has now.
        complaints: returns what ComfyUI has against a graph, beside files that are missing.
        fetches: downloads of weights.
        productions: returns the worker of productions.
    """

    get_recorder: Callable[[], Recorder]
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
        """The recorder of this process's jobs."""
        return self.get_recorder()


def context_of(server: Any, get_recorder: Callable[[], Recorder], fetches: Fetches) -> RouteContext:
    """Return what the routes of this process work with.

    Args:
        server: its `PromptServer`.
        get_recorder: gives the recorder.
        fetches: downloads of weights.
    """
    return RouteContext(
        get_recorder=get_recorder,
        output=folders.output,
        private=folders.private,
        profiles=folders.profiles,
        device=_device,
        server=lambda: server,
        installed=workflows.installed,
        complaints=workflows.complaints,
        fetches=fetches,
        productions=lambda: productions(server, get_recorder),
    )


def _device() -> str:
    import comfy.model_management
    import torch

    device = comfy.model_management.get_torch_device()
    torch.ones(1, device=device).sum().item()  # one that has failed says so here
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
