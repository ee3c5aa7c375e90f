"""The pool of threads that measures several pictures at the same time, one on each core.

torch divides an operation on one picture among all cores and lets them wait for each other at its
end. For the small operations of the measures this takes longer than one picture on each core.
"""

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TypeVar

import torch

THREAD = "anime-worker"  # beginning of the names of the threads
# More threads than these wait for Python's lock and for the memory.
MOST_THREADS = 16
AHEAD = 2  # items for each thread that may be computed before the caller asks for them
POLL = 0.1  # seconds between two calls of `poll`
# Most CPU time of a container as "quota period" in microseconds, or "max period"; in cgroup v2.
CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """Pool of threads, each of which computes with one thread of torch.

    Attributes:
        count: number of threads.
    """

    def __init__(self, count: int) -> None:
        """Take the number of threads; they start at the first use."""
        self.count = count
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._ids: set[int] = set()

    def in_order(
        self,
        function: Callable[[Item], Result],
        items: Iterable[Item],
        poll: Callable[[], object] | None = None,
    ) -> Iterator[Result]:
        """Yield the result of a function for each item, in the order of the items.

        The threads compute at most `AHEAD` items each before the caller asks for them. A pool of
        one thread, and a call from a thread of the pool, compute each item when it is asked for.

        Args:
            function: called in several threads at the same time; an exception is raised in the
                thread of the caller.
            items: read in the thread of the caller.
            poll: called about every tenth of a second while the caller waits; may raise to stop.

        Examples:
            >>> list(Workers(2).in_order(abs, [-3, 2, -1]))
            [3, 2, 1]
        """
        if self.count == 1 or threading.get_ident() in self._ids:
            for item in items:
                yield function(item)
            return
        pool, work, remaining = self._threads(), _in_modes_of_caller(function), iter(items)
        pending = deque(_submit(pool, work, item) for item in islice(remaining, AHEAD * self.count))
        try:
            while pending:
                result = _result(pending.popleft(), poll)
                pending.extend(_submit(pool, work, item) for item in islice(remaining, 1))
                yield result
        finally:
            for future in pending:
                future.cancel()

    def forget_threads(self) -> None:
        """Start new threads at the next use; a forked process calls it, as it has none of them."""
        self._pool, self._lock, self._ids = None, threading.Lock(), set()

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = self._started_threads()
            return self._pool

    def _started_threads(self) -> ThreadPoolExecutor:
        """Start all threads, so that the number of torch's threads can be set back afterwards.

        The number that a thread sets is its own, but threads that start later take it over.
        """
        threads, all_started = torch.get_num_threads(), threading.Barrier(self.count + 1)

        def begin() -> None:
            torch.get_num_threads()  # else the first operation would take over the process's number
            torch.set_num_threads(1)
            self._ids.add(threading.get_ident())
            all_started.wait()

        pool = ThreadPoolExecutor(self.count, THREAD, begin)
        for _ in range(self.count):
            pool.submit(int)
        all_started.wait()
        torch.set_num_threads(threads)
        return pool


def cores() -> int:
    """Return how many cores the process may use, by its affinity and the quota of its container."""
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    try:
        quota, period = CPU_QUOTA.read_text(encoding="ascii").split()
        return max(1, min(count, math.ceil(int(quota) / int(period))))
    except (OSError, ValueError):  # no container, or one without a limit
        return count


WORKERS = Workers(min(cores(), MOST_THREADS))
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=WORKERS.forget_threads)


def in_order(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    poll: Callable[[], object] | None = None,
) -> Iterator[Result]:
    """Yield the result of a function for each item, computed on all cores; see `Workers`."""
    return WORKERS.in_order(function, items, poll)


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let the calling thread compute with one thread of torch, as the workers have the cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _in_modes_of_caller(function: Callable[[Item], Result]) -> Callable[[Item], Result]:
    """Return the function with torch's modes of the calling thread, which are its own."""
    inference, gradients = torch.is_inference_mode_enabled(), torch.is_grad_enabled()

    def work(item: Item) -> Result:
        with torch.inference_mode(inference), torch.set_grad_enabled(gradients):
            return function(item)

    return work


def _submit(
    pool: ThreadPoolExecutor, work: Callable[[Item], Result], item: Item
) -> "Future[Result]":
    """Let a thread of a pool compute, or this one while Python ends and the pool takes no work.

    ComfyUI's thread that runs prompts goes on meanwhile. An error would be recorded as its job's.
    """
    try:
        return pool.submit(work, item)
    except RuntimeError:
        future: Future[Result] = Future()
        try:
            future.set_result(work(item))
        except Exception as error:
            future.set_exception(error)
        return future


def _result(future: "Future[Result]", poll: Callable[[], object] | None) -> Result:
    while not wait([future], timeout=POLL).done:
        if poll is not None:
            poll()
    return future.result()
