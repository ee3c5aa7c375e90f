"""Threads for the blocking work of the pack's routes.

aiohttp reads files in asyncio's default executor, so work of the pack that hangs there would stop
ComfyUI's own pages. Python also waits for that executor's threads when it exits. The threads here
are daemons: Python exits without them.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from .refusals import Refusal

Result = TypeVar("Result")

THREAD = "anime-route"
MOST_THREADS = 8
MOST_WAITING = 64  # calls; an open panel asks for a list and about ten thumbnails at once
# Longest wait for a call. The database has shorter deadlines of its own; this one is for all that
# has none, such as a slow disk or the first start of the embedded server.
ANSWER_SECONDS = 30.0
FILES_SECONDS = 600.0  # for work that reads large files to compare their hashes

Call = tuple["Future[Any]", Callable[..., Any], tuple[Any, ...]]


class RouteThreads:
    """A fixed number of daemon threads with a bounded queue; they start when they are needed."""

    def __init__(self, most_threads: int = MOST_THREADS, most_waiting: int = MOST_WAITING) -> None:
        """Store the limits; no thread is started yet.

        Args:
            most_threads: number of calls that run at the same time.
            most_waiting: number of calls that wait for a thread.
        """
        self._most_threads = most_threads
        self._calls: queue.Queue[Call] = queue.Queue(most_waiting)
        self._mutex = threading.Lock()
        self._threads = 0
        self._unfinished = 0  # calls that wait or run

    async def run(
        self,
        function: Callable[..., Result],
        *arguments: Any,
        seconds: float | None = ANSWER_SECONDS,
    ) -> Result:
        """Call a function in one of the threads and return its result.

        Args:
            function: function that may block.
            arguments: arguments of the function.
            seconds: longest time to wait for the result; None for no limit. A call that has begun
                goes on afterwards, and its result is dropped.

        Raises:
            Refusal: too many calls wait already, or the result is not there in time.
        """
        future: Future[Result] = Future()
        self._accept((future, function, arguments))
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except asyncio.TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()  # the function itself raised a TimeoutError, or just ended
            raise Refusal("too_slow", seconds=seconds) from None

    def _accept(self, call: Call) -> None:
        """Put a call into the queue, and start another thread if all are busy."""
        with self._mutex:
            try:
                self._calls.put_nowait(call)
            except queue.Full:
                raise Refusal("busy") from None
            self._unfinished += 1
            if self._threads < min(self._unfinished, self._most_threads):
                self._threads += 1
                name = f"{THREAD}_{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()

    def _work(self) -> None:
        while True:
            future, function, arguments = self._calls.get()
            try:
                if future.set_running_or_notify_cancel():
                    future.set_result(function(*arguments))
            except BaseException as error:
                future.set_exception(error)
            finally:
                with self._mutex:
                    self._unfinished -= 1
                del future, function, arguments  # a waiting thread must not keep the last result
