"""The context of the routes: the recorder, and the parts of ComfyUI that their handlers use."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...models.jobs.recording.recorder import Recorder
from ...models.production.installed import Installed
from . import folders, workflows
from .fetches import Fetches
from .route_threads import RouteThreads
from .worker import Productions, get_productions


@dataclass(frozen=True)
class RouteContext:
    """Recorder and ComfyUI of the routes, as functions that a handler calls when it needs them.

    Attributes:
        get_recorder: function that returns the recorder of this process's jobs.
        output: function that returns ComfyUI's output folder.
        private: function that returns the pack's folder below ComfyUI's user folder.
        profiles: function that returns the folder of the user's own profiles.
        device: function that returns the name of the rendering device, and raises if the device
            can't compute.
        server: function that returns ComfyUI's `PromptServer`.
        installed: function that returns the nodes and model files that ComfyUI has now.
        graph_errors: function that returns ComfyUI's errors on a graph, except for missing files.
        fetches: downloads of weights.
        productions: function that returns the productions of this process and their worker.
        threads: threads for the handlers' blocking work.
        is_recording: False if the recording of jobs could not be attached to this ComfyUI.
    """

    get_recorder: Callable[[], Recorder]
    output: Callable[[], Path]
    private: Callable[[], Path]
    profiles: Callable[[], Path]
    device: Callable[[], str]
    server: Callable[[], Any]
    installed: Callable[[], Installed]
    graph_errors: Callable[[Mapping[str, Any]], Awaitable[list[str]]]
    fetches: Fetches
    productions: Callable[[], Productions]
    threads: RouteThreads = field(default_factory=RouteThreads)
    is_recording: bool = True

    @property
    def recorder(self) -> Recorder:
        """Recorder of this process's jobs."""
        return self.get_recorder()


def make_context(
    server: Any, get_recorder: Callable[[], Recorder], fetches: Fetches, is_recording: bool
) -> RouteContext:
    """Return the context of the routes of this process.

    Args:
        server: ComfyUI's `PromptServer`.
        get_recorder: function that returns the recorder of this process's jobs.
        fetches: downloads of weights.
        is_recording: False if the recording of jobs could not be attached to this ComfyUI.
    """
    return RouteContext(
        get_recorder=get_recorder,
        output=folders.output,
        private=folders.private,
        profiles=folders.profiles,
        device=_device,
        server=lambda: server,
        installed=workflows.installed,
        graph_errors=workflows.graph_errors,
        fetches=fetches,
        productions=lambda: get_productions(server, get_recorder),
        is_recording=is_recording,
    )


def _device() -> str:
    import comfy.model_management
    import torch

    device = comfy.model_management.get_torch_device()
    torch.ones(1, device=device).sum().item()  # A device that has failed raises here.
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
