"""Tests of the threads for the blocking work of routes."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator

import pytest

from anime_production.web.server.refusals import Refusal
from anime_production.web.server.route_threads import RouteThreads

from ...deadlines import within


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Give an event for which the blocking functions wait; it is set at the end."""
    event = threading.Event()
    yield event
    event.set()


def run(test: Callable[[], Awaitable[None]]) -> None:
    async def begin() -> None:
        await test()

    asyncio.run(begin())


def test_a_call_returns_its_result_or_raises_its_error():
    async def test() -> None:
        threads = RouteThreads()
        assert await threads.run(divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await threads.run(divmod, 1, 0)
        with pytest.raises(TimeoutError, match="own"):
            await threads.run(_raise, TimeoutError("own"))
        assert await threads.run(threading.current_thread) is not threading.main_thread()

    run(test)


def _raise(error: Exception) -> None:
    raise error


def test_a_call_beyond_the_bound_is_refused_at_once_and_the_next_ones_run_again(gate):
    async def test() -> None:
        threads = RouteThreads(most_threads=2, most_waiting=3)
        running = [asyncio.ensure_future(threads.run(gate.wait)) for _ in range(2)]
        await asyncio.sleep(0.1)
        waiting = [asyncio.ensure_future(threads.run(time.monotonic)) for _ in range(3)]
        await asyncio.sleep(0.1)
        for _ in range(10):
            with within(0.1), pytest.raises(Refusal) as refusal:
                await threads.run(time.monotonic)
            assert (refusal.value.status, refusal.value.code) == (503, "busy")
        gate.set()
        await asyncio.gather(*running, *waiting)
        assert await threads.run(divmod, 7, 2) == (3, 1)

    run(test)


def test_as_many_calls_run_at_once_as_there_are_threads_and_no_more():
    async def test() -> None:
        threads, names = RouteThreads(most_threads=3), set()
        barrier = threading.Barrier(3)

        def meet() -> str:
            barrier.wait(10)
            return threading.current_thread().name

        for _ in range(3):
            names |= set(await asyncio.gather(*(threads.run(meet) for _ in range(3))))
        assert names == {"anime-route_1", "anime-route_2", "anime-route_3"}

    run(test)


def test_a_call_that_takes_too_long_is_refused_and_one_that_waited_never_begins(gate):
    async def test() -> None:
        threads = RouteThreads(most_threads=1)
        begun: list[int] = []
        with pytest.raises(Refusal) as refusal:
            await threads.run(gate.wait, seconds=0.1)
        assert (refusal.value.status, refusal.value.code) == (503, "too_slow")
        assert str(refusal.value).startswith("There was no answer within 0.1 s.")
        with pytest.raises(Refusal):
            await threads.run(begun.append, 1, seconds=0.1)
        gate.set()
        await threads.run(begun.append, 2)
        assert begun == [2]

    run(test)


def test_neither_asyncio_nor_python_waits_for_a_call_that_hangs():
    import subprocess
    import sys

    program = """
import asyncio, threading
from anime_production.web.server.route_threads import RouteThreads

async def serve():
    hung = asyncio.ensure_future(RouteThreads().run(threading.Event().wait))
    await asyncio.sleep(0.2)
    hung.cancel()

asyncio.run(serve())
print("ended")
"""
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert result.stdout == "ended\n"


def test_files_are_served_while_all_threads_hang(gate, tmp_path):
    """aiohttp reads files in asyncio's own executor, which the pack must not fill."""

    async def test() -> None:
        threads = RouteThreads()
        hung = [asyncio.ensure_future(threads.run(gate.wait)) for _ in range(60)]
        await asyncio.sleep(0.1)
        with within(0.2):
            assert await asyncio.to_thread(tmp_path.is_dir)
        gate.set()
        await asyncio.gather(*hung)

    run(test)
