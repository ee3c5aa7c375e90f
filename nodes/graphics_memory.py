"""ComfyUI's management of the card's memory, as the networks of `models` use it.

A network is a model of ComfyUI's list of loaded models. So ComfyUI unloads it where another model
needs the room, at "Unload models" in the editor, at `POST /free`, and after it ran out of memory.
Nothing of ComfyUI is replaced.
"""

import threading
from collections.abc import Callable, Hashable

import comfy.model_management as management
import torch
from comfy.model_patcher import ModelPatcher
from comfy.patcher_extension import CallbacksMP

from ..models.frames import Frames
from ..models.graphics_memory import CPU, Place, is_card, share_memory_with
from . import comfyui

# Bytes that the measures without a network hold at their peak for each pixel of the pictures that
# are on the card at a time. Counted on a CPU, for eight pictures of 448 × 256 px: 56 for Still
# Quality, 50 for Compare Images, 23 for the structural distance, 67 for a character; for a single
# picture up to twice as much. Rounded up; the colour differences of pairs take larger strips on a
# card.
STILL_BYTES, PAIR_BYTES, LOOP_BYTES, CHARACTER_BYTES = 100, 250, 130, 100
# Bytes of the structural features of a frame: 8,000 frames take `features.MEMORY`.
STRUCTURAL_FEATURES = 270_000


class Network(torch.nn.Module):
    """Stands for a network of onnxruntime, which has no tensors of torch; the log names it."""


class _ComfyPlace:
    """Place of one network among ComfyUI's loaded models; see `Place`."""

    # ComfyUI changes its list without a lock.
    _lock = threading.RLock()

    def __init__(
        self,
        network: torch.nn.Module | None,
        size: int,
        device: torch.device,
        when_unloaded: Callable[[], None],
    ) -> None:
        if network is None and not is_card(device):
            # ComfyUI unloads the models of its own device. A network of onnxruntime on the CPU is
            # one of them, so that "Unload models" closes it too, but it counts as nothing there.
            device, size = comfyui.device(), 1
        # The subclass for dynamic loading on NVIDIA's cards lets other models keep the memory that
        # passes of these networks need, so it isn't used. From the CPU's memory they come back in
        # milliseconds, so that is where they go also with --highvram.
        self._patcher = ModelPatcher(
            Network() if network is None else network,
            load_device=device,
            offload_device=CPU,
            size=size if network is None else 0,
        )

        def detached(patcher: ModelPatcher, unpatches: bool) -> None:
            # Without `unpatches`, ComfyUI only moves the model to the front of its list.
            if unpatches:
                when_unloaded()

        self._patcher.add_callback(CallbacksMP.ON_DETACH, detached)

    def load(self, needed: int) -> None:
        """Load the network whole, after ComfyUI has made room for it and for its pass."""
        with self._lock:
            management.load_models_gpu(
                [self._patcher], memory_required=needed, force_full_load=True
            )

    def leave(self) -> None:
        """Take the network off the device."""
        with self._lock:
            self._patcher.detach()


class ComfyMemory:
    """ComfyUI's part in `models.graphics_memory`; see `MemoryManager`."""

    def __init__(self) -> None:
        """Start before the first prompt."""
        self._prompt: str | None = None

    def make_room(self, device: torch.device, needed: int) -> None:
        """Let ComfyUI unload models until so many bytes are free; nothing on a CPU."""
        if is_card(device):
            management.free_memory(needed + management.extra_reserved_memory(), device)

    def place(
        self,
        network: torch.nn.Module | None,
        size: int,
        device: torch.device,
        when_unloaded: Callable[[], None],
    ) -> Place:
        """Return a place among ComfyUI's loaded models."""
        return _ComfyPlace(network, size, device, when_unloaded)

    def run(self) -> Hashable:
        """Return the id of the prompt; threads of the pack have that of the last one."""
        self._prompt = comfyui.prompt_id() or self._prompt
        return self._prompt


MEMORY = ComfyMemory()


def attach() -> None:
    """Let the networks of `models` share the card's memory with ComfyUI's models."""
    share_memory_with(MEMORY)


def device_with_room(
    frames: Frames,
    bytes_per_pixel: int,
    most_frames: int,
    most_pixels: int | None = None,
    further: int = 0,
) -> torch.device:
    """Return the device that ComfyUI renders on, after it has made room for a node's pass.

    Args:
        frames: frames that the node measures, shape (frames, height, width, channels). Of another
            shape, which the node refuses, they need no room.
        bytes_per_pixel: bytes at the peak for each pixel of the frames on the device.
        most_frames: most frames that are on the device at a time.
        most_pixels: most pixels of these frames, but at least one frame; None for no limit.
        further: bytes that the pass takes whatever the size of the frames.
    """
    device = comfyui.device()
    if len(frames.shape) == 4:
        count, height, width, _ = frames.shape
        pixels = max(1, height * width)
        limit = most_frames if most_pixels is None else most_pixels // pixels
        at_once = max(1, min(count, most_frames, limit))
        MEMORY.make_room(device, at_once * pixels * bytes_per_pixel + further)
    return device
