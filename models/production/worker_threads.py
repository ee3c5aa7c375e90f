"""Threads in which the worker of productions makes its blocking calls."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Answer = TypeVar("Answer")


async def in_thread(function: Callable[..., Answer], *arguments: Any) -> Answer:
    """Run a function in a daemon thread of its own and return its result.

    asyncio's own threads aren't used: Python waits for them when it exits, before the functions
    registered with `atexit` can tell them to stop.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def complete(setter: Callable[[Any], None], value: Any) -> None:
        if not future.done():
            setter(value)

    def run() -> None:
        try:
            completion: tuple[Any, Any] = future.set_result, function(*arguments)
        except BaseException as error:
            completion = future.set_exception, error
        with suppress(RuntimeError):  # the loop has been closed, so nothing awaits the result
            loop.call_soon_threadsafe(complete, *completion)

    threading.Thread(target=run, name="anime-productions-work", daemon=True).start()
    return await future
