"""Taking of snapshots, and the memory in which they wait for the end of their prompt.

The thread that runs prompts only chooses the frames; another thread reduces and encodes them. The
memory has a limit: it holds the pictures of the latest reports, so that the result of a node that
ComfyUI takes from its cache still has its pictures in a later prompt.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from uuid import UUID, uuid4

import torch

from ..report import Report
from ..report_parts import SnapshotSet
from .frame_choice import ChosenFrame, chosen_frames
from .snapshot import Snapshot, encoded, reduced

log = logging.getLogger(__name__)

THREAD = "anime-snapshots"
MOST_BYTES = 48 * 2**20  # of all pictures in memory; about 250 reports with the largest sets
# Reports whose frames may wait for the thread. Each holds its clip in memory until then.
MOST_WAITING = 2
SAMPLES = 16  # rows and columns of a frame in a clip's fingerprint
LONGEST_WAIT = 5.0  # seconds that a report waits for room among those that wait

Use = Callable[[tuple[Snapshot, ...], str | None], None]
"""Function that receives the snapshots of a set, or none and the code of the reason."""

GONE, FAILED = "gone", "failed"  # reasons: no longer in memory; could not be made


class SnapshotStore:
    """Snapshots of the latest reports, by the ids of their sets."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Take the limit of the memory; the thread starts with the first snapshot.

        Args:
            most_bytes: most bytes of all pictures; beyond it the sets that were used least lately
                are forgotten.
        """
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._sets: OrderedDict[UUID, Future[tuple[Snapshot, ...]]] = OrderedDict()
        self._pool: ThreadPoolExecutor | None = None

    def take(self, report: Report, images: torch.Tensor | None) -> Report:
        """Take snapshots of the frames that a report is about. It never raises.

        Args:
            report: report on the images.
            images: frames as the node received them, float values in 0–1, shape (frames, height,
                width, channels); None or another value takes no snapshots.

        Returns:
            The report with the set of its snapshots in front of those that it has.
        """
        try:
            if not isinstance(images, torch.Tensor) or images.ndim != 4 or not images.numel():
                return report
            frames = chosen_frames(report, len(images))
            if not frames:
                return report
            taken = SnapshotSet(uuid4(), fingerprint(images))
            self._start(taken.id, frames, images)
        except Exception as error:  # a measured result must not be lost for the sake of a picture
            log.warning("Anime Production: no pictures of a report's frames (%r).", error)
            return report
        return replace(report, snapshots=(taken, *report.snapshots))

    def use(self, set_id: UUID, use: Use) -> None:
        """Call a function with a set's snapshots as soon as they are made, in their thread.

        Args:
            set_id: id of the set.
            use: function to call; an error in it is logged.
        """
        with self._lock:
            future = self._sets.get(set_id)
            if future is not None:
                self._sets.move_to_end(set_id)
        self._threads().submit(_use, future, use)

    def settle(self, seconds: float) -> bool:
        """Wait until all snapshots are made and used; return False if that takes longer."""
        if self._pool is None:
            return True
        return bool(wait([self._pool.submit(int)], seconds).done)  # the thread keeps the order

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, THREAD)
            return self._pool

    def _start(self, set_id: UUID, frames: tuple[ChosenFrame, ...], images: torch.Tensor) -> None:
        with self._lock:
            waiting = [each for each in self._sets.values() if not each.done()]
        if len(waiting) >= MOST_WAITING:
            wait(waiting[: 1 - MOST_WAITING], LONGEST_WAIT)
        numbers = [each.frame for each in frames]
        if images.device.type == "cpu":
            # Views: later nodes get the same tensors, and ComfyUI's nodes don't write into them.
            pictures = [images[number] for number in numbers]
        else:  # only what is chosen is copied from the card, all at once and reduced
            pictures = list(torch.stack([reduced(images[number]) for number in numbers]).cpu())
        future = self._threads().submit(encoded, frames, pictures)
        with self._lock:
            self._sets[set_id] = future
        future.add_done_callback(lambda _: self._forget_oldest())

    def _forget_oldest(self) -> None:
        with self._lock:
            total = sum(map(_bytes_of, self._sets.values()))
            for set_id, future in list(self._sets.items())[:-1]:
                if total <= self._most_bytes:
                    break
                if future.done():
                    total -= _bytes_of(future)
                    del self._sets[set_id]


def fingerprint(images: torch.Tensor) -> str:
    """Return a text that tells a clip from others: its shape, and some pixels of three frames.

    Args:
        images: float values, shape (frames, height, width, channels), at least one frame.

    Examples:
        >>> clip = torch.rand(3, 32, 32, 3)
        >>> fingerprint(clip) == fingerprint(clip.clone()), fingerprint(clip) == fingerprint(-clip)
        (True, False)
    """
    count, height, width, _ = images.shape
    rows, columns = max(1, height // SAMPLES), max(1, width // SAMPLES)
    samples = [images[number, ::rows, ::columns] for number in (0, count // 2, count - 1)]
    sample = torch.stack(samples).detach().float().cpu()
    digest = hashlib.sha256(repr(tuple(images.shape)).encode())
    digest.update(sample.contiguous().numpy().tobytes())
    return digest.hexdigest()


def _use(future: "Future[tuple[Snapshot, ...]] | None", use: Use) -> None:
    try:
        if future is None:
            use((), GONE)
        elif (error := future.exception()) is not None:
            log.warning("Anime Production: the pictures of a report can't be made (%r).", error)
            use((), FAILED)
        else:
            use(future.result(), None)
    except Exception as error:  # the thread must go on to the next set
        log.warning("Anime Production: the pictures of a report can't be recorded (%r).", error)


def _bytes_of(future: "Future[tuple[Snapshot, ...]]") -> int:
    if not future.done() or future.exception() is not None:
        return 0
    return sum(len(each.webp) + len(each.thumbnail or b"") for each in future.result())


SNAPSHOTS = SnapshotStore()
"""Snapshots of this process."""
