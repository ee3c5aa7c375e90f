"""A network of torch on a device whose memory it shares."""

import weakref
from collections.abc import Callable, Mapping
from typing import TypeVar

import torch

from ..graphics_memory import (
    CPU,
    Fallback,
    Place,
    empty_cache,
    is_card,
    is_out_of_memory,
    manager,
    run_in_parts,
)

Result = TypeVar("Result")


class PlacedNetwork:
    """Network that is brought to the device of its input before a pass, with room for the pass.

    ComfyUI may take it off the device between two passes.

    Attributes:
        fallback: the device, or the CPU after the device had no room in this run.
        read: returns the tensors of the network by name, from its file. With it, an unloaded
            network takes no main memory either; the next pass reads the file again. None for a
            network without a file, which stays in main memory.
    """

    def __init__(self, name: str, network: torch.nn.Module, device: torch.device | None) -> None:
        """Take the network, wherever it lies.

        Args:
            name: name for the log.
            network: the network.
            device: device that it runs on; None for that of its input.
        """
        self._network, self._device = network, device
        self.fallback = Fallback(name, device or CPU)
        self.read: Callable[[], Mapping[str, torch.Tensor]] | None = None
        self._places: dict[torch.device, Place] = {}
        # Last request for room: the run, and the bytes.
        self._room: tuple[object, int] = (None, -1)

    def ready(self, device: torch.device, needed: int) -> None:
        """Bring the network to a device; room is asked for once a run, unless a pass needs more.

        Args:
            device: device of the input.
            needed: bytes that the pass takes on top of the network.
        """
        if device.index is None and is_card(device):
            device = torch.empty(0, device=device).device  # the same one with its index
        run, room = self._room
        if self._is_on(device) and run == manager().run() and needed <= room:
            return
        for other, place in list(self._places.items()):
            if other != device:
                del self._places[other]
                place.leave()
        if device not in self._places:
            self._places[device] = self._place_on(device)
        if self._is_empty():
            assert self.read is not None
            self._network.load_state_dict(self.read(), assign=True)
        self._places[device].load(needed)
        if not self._is_on(device):  # ComfyUI leaves a network behind if no model may be loaded
            self._network.to(device)
        self._room = (manager().run(), needed)

    def in_parts(self, count: int, work: Callable[[int, int], Result]) -> list[Result]:
        """Run over a batch: whole, then in smaller parts, then on the CPU; see `run_in_parts`."""
        return run_in_parts(count, work, self.fallback)

    def pass_device(self, device: torch.device) -> torch.device:
        """Return the device for a pass whose input lies on `device`."""
        return CPU if self.fallback.had_no_room else device

    def or_on_cpu(self, device: torch.device, work: Callable[[torch.device], Result]) -> Result:
        """Return the result of work on a device, or on the CPU if the device has no room."""
        try:
            return work(self.pass_device(device))
        except Exception as error:
            if not is_out_of_memory(error) or not is_card(self.pass_device(device)):
                raise
        self.give_up(device)
        return work(CPU)

    def give_up(self, device: torch.device) -> None:
        """Run on the CPU from now on, until the next run of a workflow."""
        empty_cache(device)
        self.fallback.to_cpu()

    def _is_on(self, device: torch.device) -> bool:
        return next(self._network.parameters()).device == device

    def _place_on(self, device: torch.device) -> Place:
        reference = weakref.ref(self)

        def when_unloaded() -> None:
            placed = reference()
            if placed is not None:
                placed._empty()

        size = sum(each.nbytes for each in self._network.parameters())
        return manager().place(self._network, size, device, when_unloaded)

    def _empty(self) -> None:
        """Free the memory of the tensors; the network itself stays, as ComfyUI lists it."""
        self._room = (None, -1)
        if self.read is not None:
            self._network.to("meta")

    def _is_empty(self) -> bool:
        return next(self._network.parameters()).is_meta
