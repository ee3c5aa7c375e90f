"""Networks of onnxruntime that are closed when memory is needed, and the cache that keeps them.

A closed network costs no memory. Its next use opens it again, so nodes can keep it.
"""

import threading
import weakref
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import torch

from .graphics_memory import Fallback, Place, is_card, is_out_of_memory, manager, run_in_parts

# Networks that the cache keeps: detector and embedder of two identity models.
MOST_OPEN = 4

N = TypeVar("N")
R = TypeVar("R")
K = TypeVar("K", bound="Closable")


class ClosableNetwork(Generic[N]):
    """Network that is opened at its use, and closed by ComfyUI's manager of memory or `close`.

    Attributes:
        fallback: device that it should run on, or the CPU after that one had no room.
        device: device that it really runs on; the last one while it is closed.
    """

    def __init__(
        self,
        name: str,
        size: int,
        device: torch.device,
        open_on: Callable[[torch.device], N],
        device_of: Callable[[N, torch.device], torch.device],
    ) -> None:
        """Take what is needed to open the network; the first use opens it.

        Args:
            name: name for the log.
            size: bytes of its weights.
            device: device that it should run on.
            open_on: opens it on a device.
            device_of: returns the device that an opened network really runs on, from the network
                and the device that it was opened for.
        """
        self.fallback = Fallback(name, device)
        self.device = device
        self._size = size
        self._open_on, self._device_of = open_on, device_of
        self._network: N | None = None
        self._opened_for = device
        self._place: Place | None = None
        self._lock = threading.RLock()

    @property
    def is_open(self) -> bool:
        """True if it is in memory."""
        return self._network is not None

    def use(self, needed: int = 0) -> N:
        """Return the network, opened if it is closed, with room on its device for a pass.

        Args:
            needed: bytes that the pass takes on top of the weights.

        Raises:
            InputError: its file is broken, or no memory has room for it.
        """
        with self._lock:
            network = self._network
            if network is not None and self._opened_for != self.fallback.device:
                self.close()  # the card was full, or it was in the last run and may have room now
                network = None
            if network is None:
                network = self._open(needed)
            elif self._place is not None and is_card(self.device):
                self._place.load(needed)  # may close another network, never this one
                self._network = network
            return network

    def close(self) -> None:
        """Free its memory; a pass that runs in another thread keeps it until its end."""
        place, self._place = self._place, None
        self._network = None
        if place is not None:
            place.leave()

    def _open(self, needed: int) -> N:
        device = self.fallback.device
        self._place = self._place_on(device, needed)
        try:
            network = self._open_on(device)
        except Exception as error:
            self.close()
            if not is_card(device) or not is_out_of_memory(error):
                raise
            network = None
        if network is None:
            self.fallback.to_cpu()
            return self._open(needed)
        self.device = self._device_of(network, device)
        if self.device != device:
            self.fallback.settle(self.device)
            self.close()
            self._place = self._place_on(self.device, 0)
        self._network, self._opened_for = network, self.device
        return network

    def _place_on(self, device: torch.device, needed: int) -> Place:
        reference = weakref.ref(self)

        def when_unloaded() -> None:
            # No lock is taken: the thread that unloads may hold that of another network.
            network = reference()
            if network is not None:
                network._network = None

        place = manager().place(None, self._size, device, when_unloaded)
        place.load(needed)
        return place


class Closable:
    """Owner of networks that can be closed; a base class for what `NetworkCache` keeps.

    Attributes:
        network: the network.
    """

    network: ClosableNetwork[Any]

    @property
    def had_no_room(self) -> bool:
        """True if it runs on the CPU because the card had no room."""
        return self.network.fallback.had_no_room

    def in_parts(
        self, count: int, work: Callable[[int, int], R], longest: int | None = None
    ) -> list[R]:
        """Run over a batch: whole, then in smaller parts, then on the CPU; see `run_in_parts`."""
        return run_in_parts(count, work, self.network.fallback, longest)


class NetworkCache:
    """Cache of networks, one for each file and device.

    If there are too many, the one that was asked for the longest time ago is removed.
    """

    def __init__(self, most_open: int = MOST_OPEN) -> None:
        """Make an empty cache for at most `most_open` networks."""
        self._most_open = most_open
        self._kept: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()
        # Nodes keep networks that the cache has removed already.
        self._all: weakref.WeakSet[Closable] = weakref.WeakSet()
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Hashable, make: Callable[[], K]) -> K:
        """Return the network of a key, made now if it is absent or of another version.

        Args:
            key: file and device.
            version: value that changes with the file.
            make: opens the network.
        """
        with self._lock:  # so that two threads that open the same file read it only once
            entry = self._kept.pop(key, None)
            kept: K = entry[1] if entry is not None and entry[0] == version else make()
            self._kept[key] = (version, kept)
            self._all.add(kept)
            while len(self._kept) > self._most_open:
                self._kept.popitem(last=False)
        return kept

    def close(self) -> None:
        """Close all networks, also those that the cache has removed; the next use opens them."""
        with self._lock:
            self._kept.clear()
            networks = list(self._all)
        for owner in networks:
            owner.network.close()
