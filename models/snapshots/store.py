"""Taking of snapshots and flipbooks, and the memory in which they wait for the prompt's end.

The thread that runs prompts only chooses the frames; another thread reduces and encodes them. The
memory has a limit: it holds the pictures of the latest reports, so that the result of a node that
ComfyUI takes from its cache still has its pictures in a later prompt.
"""

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

import torch

from ..report import Report
from ..report_parts import FlipbookLayout, SnapshotSet
from .flipbook import Flipbook, flipbook_layout, frame_size, make_flipbook
from .frame_choice import LOOP, ChosenFrame, chosen_frames
from .snapshot import Snapshot, encoded, reduced

log = logging.getLogger(__name__)

T = TypeVar("T")

THREAD = "anime-snapshots"
MOST_BYTES = 48 * 2**20  # of all pictures in memory; about 250 reports with the largest sets
MOST_FLIPBOOK_BYTES = 48 * 2**20  # of all flipbooks in memory; about 48 of the largest
# Reports whose frames may wait for the thread. Each holds its clip in memory until then.
MOST_WAITING = 2
SAMPLES = 16  # rows and columns of a frame in a clip's fingerprint
LONGEST_WAIT = 5.0  # seconds that a report waits for room among those that wait

Use = Callable[[tuple[Snapshot, ...], str | None], None]
"""Function that receives the snapshots of a set, or none and the code of the reason."""

GONE, FAILED = "gone", "failed"  # reasons: no longer in memory; could not be made


class SnapshotStore:
    """Snapshots and flipbooks of the latest reports, by the ids of their sets."""

    def __init__(
        self, most_bytes: int = MOST_BYTES, most_flipbook_bytes: int = MOST_FLIPBOOK_BYTES
    ) -> None:
        """Take the limits of the memory; the thread starts with the first snapshot.

        Args:
            most_bytes: most bytes of all pictures; beyond it the sets that were used least lately
                are forgotten.
            most_flipbook_bytes: the same for flipbooks.
        """
        self._most_bytes, self._most_flipbook_bytes = most_bytes, most_flipbook_bytes
        self._lock = threading.Lock()
        self._sets: OrderedDict[UUID, Future[tuple[Snapshot, ...]]] = OrderedDict()
        self._flipbooks: OrderedDict[UUID, Future[Flipbook]] = OrderedDict()
        self._holding: list[Future[Any]] = []  # work that holds a clip until it is done
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
            is_loop = report.subject == LOOP and len(images) > 1
            layout = flipbook_layout(len(images)) if is_loop else None
            taken = SnapshotSet(uuid4(), fingerprint(images), layout)
            self._start(taken, frames, images)
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

    def flipbook(self, set_id: UUID, seconds: float) -> tuple[Flipbook | None, str | None]:
        """Return the flipbook of a set as soon as it is made, or None and the code of the reason.

        Args:
            set_id: id of the set.
            seconds: longest wait.

        Raises:
            TimeoutError: the flipbook is not made after this time.
        """
        with self._lock:
            future = self._flipbooks.get(set_id)
            if future is not None:
                self._flipbooks.move_to_end(set_id)
        if future is None:
            return None, GONE
        try:
            return future.result(seconds), None
        except FutureTimeout:
            raise TimeoutError from None  # up to Python 3.10 it is another class
        except Exception as error:
            log.warning("Anime Production: the frames of a loop can't be made small (%r).", error)
            return None, FAILED

    def settle(self, seconds: float) -> bool:
        """Wait until all snapshots are made and used; return False if that takes longer."""
        if self._pool is None:
            return True
        try:
            future = self._pool.submit(int)  # the thread keeps the order
        except RuntimeError:  # Python is ending, and has waited for the thread
            return True
        return bool(wait([future], seconds).done)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, THREAD)
            return self._pool

    def _start(
        self, taken: SnapshotSet, frames: tuple[ChosenFrame, ...], images: torch.Tensor
    ) -> None:
        with self._lock:
            self._holding = [each for each in self._holding if not each.done()]
            waiting = list(self._holding)
        if len(waiting) >= MOST_WAITING:
            wait(waiting[: 1 - MOST_WAITING], LONGEST_WAIT)
        numbers = [each.frame for each in frames]
        loop_numbers = () if taken.flipbook is None else taken.flipbook.numbers
        pictures, loop = _taken_frames(images, numbers, loop_numbers)
        future = self._threads().submit(encoded, frames, pictures)
        with self._lock:
            self._sets[taken.id] = future
        future.add_done_callback(lambda _: self._forget_oldest())
        last: Future[Any] = future
        if taken.flipbook is not None:
            last = Future()
            made = self._threads().submit(_flipbook_of, taken.flipbook, loop, last)
            with self._lock:
                self._flipbooks[taken.id] = made
            made.add_done_callback(lambda _: self._forget_oldest())
        with self._lock:
            self._holding.append(last)

    def _forget_oldest(self) -> None:
        with self._lock:
            _forget(self._sets, self._most_bytes, _bytes_of)
            _forget(self._flipbooks, self._most_flipbook_bytes, lambda book: len(book.webp))


def _taken_frames(
    images: torch.Tensor, numbers: Sequence[int], loop_numbers: Sequence[int]
) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Return the chosen frames and those of a flipbook, on the CPU.

    Args:
        images: frames of the clip, shape (frames, height, width, channels).
        numbers: indices of the chosen frames.
        loop_numbers: indices of the frames of the flipbook.
    """
    if images.device.type == "cpu":
        # Views: later nodes get the same tensors, and ComfyUI's nodes don't write into them.
        return [images[number] for number in numbers], [images[number] for number in loop_numbers]
    # Only what is chosen is copied from the card, all at once and reduced.
    chosen = [reduced(images[number]) for number in numbers]
    if loop_numbers:
        size = frame_size(len(loop_numbers), *images.shape[1:3])
        chosen += [reduced(images[number], size) for number in loop_numbers]
    values = torch.cat([each.flatten() for each in chosen]).cpu()
    parts = values.split([each.numel() for each in chosen])
    copies = [part.view(each.shape) for part, each in zip(parts, chosen, strict=True)]
    return copies[: len(numbers)], copies[len(numbers) :]


def _flipbook_of(
    layout: FlipbookLayout, pictures: list[torch.Tensor], let_go: "Future[None]"
) -> Flipbook:
    """Return a flipbook; `let_go` is done as soon as nothing of the clip is needed any more."""
    try:
        return make_flipbook(layout, pictures, lambda: let_go.set_result(None))
    finally:
        pictures.clear()
        if not let_go.done():
            let_go.set_result(None)


def _forget(
    futures: "OrderedDict[UUID, Future[T]]", most_bytes: int, size_of: Callable[[T], int]
) -> None:
    """Remove the results that were used least lately, until the others have at most so many bytes.

    Args:
        futures: results by the ids of their sets; the latest one stays.
        most_bytes: most bytes of all results.
        size_of: function that returns the bytes of a result.
    """

    def bytes_of(future: "Future[T]") -> int:
        is_made = future.done() and future.exception() is None
        return size_of(future.result()) if is_made else 0

    total = sum(map(bytes_of, futures.values()))
    for set_id, future in list(futures.items())[:-1]:
        if total <= most_bytes:
            break
        if future.done():
            total -= bytes_of(future)
            del futures[set_id]


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


def _bytes_of(snapshots: tuple[Snapshot, ...]) -> int:
    return sum(len(each.webp) + len(each.thumbnail or b"") for each in snapshots)


SNAPSHOTS = SnapshotStore()
"""Snapshots of this process."""
