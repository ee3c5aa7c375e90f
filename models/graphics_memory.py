"""Memory of the graphics card, which the networks of the pack share with ComfyUI's models.

`models` doesn't import ComfyUI. The nodes hand in an object that asks ComfyUI for room and lets it
unload the networks (`share_memory_with`). In scripts nothing manages the memory.
"""

import logging
from collections.abc import Callable, Hashable
from typing import Protocol, TypeVar

import torch

from .frames import InputError

logger = logging.getLogger(__name__)

CPU = torch.device("cpu")
# Added to a backend's name in reports if it ran on the CPU because the card's memory was full.
NO_ROOM = "on the CPU: the card had no room"
# Words in the messages of torch, CUDA and onnxruntime that mean a full memory, in small letters.
OUT_OF_MEMORY = (
    "out of memory",  # CUDA, ROCm, Apple's MPS, XPU
    "failed to allocate memory",  # onnxruntime's BFCArena
    "bfcarena::",  # the same with a limit: "Available memory of 0 is smaller than requested bytes"
    "cuda error 2:",
    "cuda failure 2:",
    "alloc_failed",  # CUBLAS_STATUS_ALLOC_FAILED, CUDNN_STATUS_ALLOC_FAILED
    "can't allocate memory",  # torch on a CPU
    "not enough memory",  # the same on Windows
    "bad allocation",  # C++ on Windows
    "bad_alloc",
)
OUT_OF_MEMORY_CODE = 2  # `error_code` of torch.AcceleratorError: cudaErrorMemoryAllocation
Result = TypeVar("Result")


class Place(Protocol):
    """Place of one network on its device."""

    def load(self, needed: int) -> None:
        """Bring the network to its device, with room for a pass.

        Args:
            needed: bytes that the pass takes on top of the network.
        """

    def leave(self) -> None:
        """Take the network off the device."""


class MemoryManager(Protocol):
    """Owner of a card's memory, which makes room and may take networks off the card."""

    def make_room(self, device: torch.device, needed: int) -> None:
        """Free memory of a device until `needed` bytes are free, as far as possible."""

    def place(
        self,
        network: torch.nn.Module | None,
        size: int,
        device: torch.device,
        when_unloaded: Callable[[], None],
    ) -> Place:
        """Return a place for a network, from which the manager may unload it at any time.

        Args:
            network: network whose tensors the manager moves; None for one of another library, which
                `when_unloaded` takes off the device.
            size: bytes of its weights on the device.
            device: device that it runs on.
            when_unloaded: called after the manager has taken it off the device. It must neither
                keep the network in memory nor remove its last reference: ComfyUI goes through its
                list of models then.
        """

    def run(self) -> Hashable:
        """Return a value that differs between two runs of a workflow.

        A network that fell back to the CPU tries the card again in the next run.
        """


class _Moved:
    """Place of a network that nothing manages; it moves with its inputs."""

    def __init__(self, network: torch.nn.Module | None, device: torch.device) -> None:
        self._network, self._device = network, device

    def load(self, needed: int) -> None:
        if self._network is not None:
            self._network.to(self._device)

    def leave(self) -> None:
        if self._network is not None:
            self._network.to(CPU)


class Unmanaged:
    """Manager for scripts: it frees nothing and unloads nothing."""

    def make_room(self, device: torch.device, needed: int) -> None:
        """Do nothing."""

    def place(
        self,
        network: torch.nn.Module | None,
        size: int,
        device: torch.device,
        when_unloaded: Callable[[], None],
    ) -> Place:
        """Return a place that is never unloaded."""
        return _Moved(network, device)

    def run(self) -> Hashable:
        """Return the same value always: a network stays on the CPU until it is closed."""
        return None


_manager: MemoryManager = Unmanaged()


def share_memory_with(manager: MemoryManager) -> None:
    """Set the manager of the card's memory; the nodes do so when ComfyUI loads the pack."""
    global _manager
    _manager = manager


def manager() -> MemoryManager:
    """Return the manager of the card's memory."""
    return _manager


def is_card(device: torch.device) -> bool:
    """Return True if a device has a memory of its own, or one that ComfyUI manages."""
    return device.type != "cpu"


def is_out_of_memory(error: BaseException) -> bool:
    """Return True if an error of torch or onnxruntime means that a memory is full."""
    if isinstance(error, (torch.cuda.OutOfMemoryError, MemoryError)):
        return True
    if isinstance(error, InputError):
        return isinstance(error, MemoryFull)
    if getattr(error, "error_code", None) == OUT_OF_MEMORY_CODE:
        return True
    message = str(error).lower()
    return any(words in message for words in OUT_OF_MEMORY)


class MemoryFull(InputError):
    """Error for a network that fits neither on the card nor into the computer's main memory."""

    def __init__(self, name: str) -> None:
        """Name the network."""
        super().__init__(
            name,
            "enough free memory for this network",
            "a full memory",
            "Close other programs, or give smaller images.",
        )


class Fallback:
    """Device of a network, or the CPU after the device had no room in this run.

    Attributes:
        name: name of the network, for the log.
    """

    def __init__(self, name: str, device: torch.device) -> None:
        """Start on the device.

        Args:
            name: name of the network, for the log.
            device: device that it should run on.
        """
        self.name, self._device = name, device
        self._full_in: tuple[Hashable] | None = None

    @property
    def had_no_room(self) -> bool:
        """True if the network runs on the CPU because its device had no room."""
        return self._full_in == (_manager.run(),)

    @property
    def device(self) -> torch.device:
        """Device to run on now."""
        return CPU if self.had_no_room else self._device

    def to_cpu(self) -> None:
        """Run on the CPU until the next run of a workflow."""
        logger.warning(
            "Anime Production: %s runs on the CPU: the memory of %s is full.",
            self.name,
            self._device,
        )
        self._full_in = (_manager.run(),)

    def settle(self, device: torch.device) -> None:
        """Set the device for good; a library may have no support for the first one."""
        self._device = device


def run_in_parts(
    count: int,
    work: Callable[[int, int], Result],
    fallback: Fallback,
    longest: int | None = None,
) -> list[Result]:
    """Run a network over a batch: whole, then in smaller parts, then on the CPU.

    Args:
        count: number of pictures in the batch.
        work: runs the network over the pictures from one index to another, on
            `fallback.device`.
        fallback: device of the network; it is set to the CPU if one picture doesn't fit.
        longest: most pictures of a part; None for the whole batch.

    Returns:
        Results of the parts, in order.

    Raises:
        MemoryFull: not even the CPU has room for one picture.
        Exception: another error of `work`.
    """
    results: list[Result] = []
    start, length = 0, longest or count
    while start < count:
        end = min(start + length, count)
        device = fallback.device
        try:
            results.append(work(start, end))
            start = end
            continue
        except Exception as error:
            if not is_out_of_memory(error):
                raise
            if end - start == 1 and not is_card(device):
                raise MemoryFull(fallback.name) from error
        # The error is gone here, and with its traceback the tensors of the failed pass.
        empty_cache(device)
        if end - start > 1:
            length = (end - start + 1) // 2
        else:
            fallback.to_cpu()
            length = longest or count
    return results


def reported_name(name: str, network: object) -> str:
    """Return a backend's name for reports, with a note if the card had no room for its network.

    Args:
        name: name of the backend.
        network: object that may have the attribute `had_no_room`.
    """
    return f"{name}, {NO_ROOM}" if getattr(network, "had_no_room", False) else name


def empty_cache(device: torch.device) -> None:
    """Give the memory that torch keeps for later back to the device."""
    module = getattr(torch, device.type, None)
    if module is not None and is_card(device) and hasattr(module, "empty_cache"):
        module.empty_cache()
