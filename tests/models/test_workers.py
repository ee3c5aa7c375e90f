"""The pool of workers: order, threads, interrupt, torch's modes, and the cores of a container."""

import os
import signal
import subprocess
import sys
import threading
import time

import pytest
import torch

from anime_production.models import workers
from anime_production.models.workers import (
    AHEAD,
    POLL,
    THREAD,
    WORKERS,
    Workers,
    cores,
    one_torch_thread,
)

# ComfyUI measures in such a thread, and Python lets it go on while the process ends.
MEASURE_AT_THE_END = """
import atexit, threading, time
from anime_production.models.workers import Workers

results = []

def compute():
    for result in Workers(2).in_order(lambda item: time.sleep(0.01) or item, range(10**6)):
        results.append(result)

def look():
    before = len(results)
    time.sleep(1)
    print(0 < before < len(results), results == list(range(len(results))))

atexit.register(look)
threading.Thread(target=compute, daemon=True).start()
time.sleep(0.5)
"""


@pytest.fixture(scope="module")
def pool():
    return Workers(2)


def test_results_come_in_order_however_long_each_takes(pool):
    def slow_if_even(number):
        time.sleep(0.02 if number % 2 == 0 else 0)
        return number

    assert list(pool.in_order(slow_if_even, range(20))) == list(range(20))


def test_items_are_computed_at_the_same_time_by_named_threads(pool):
    together = threading.Barrier(2)

    def work(_):
        together.wait(timeout=10)  # breaks unless two items are computed at the same time
        return threading.current_thread().name

    assert all(name.startswith(THREAD) for name in pool.in_order(work, range(4)))


@pytest.fixture
def three_torch_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("three_torch_threads")
def test_each_thread_computes_with_one_thread_of_torch():
    def work(_):
        torch.ones(8).sum()  # only an operation makes a thread take over the process's number
        return torch.get_num_threads()

    assert set(Workers(2).in_order(work, range(8))) == {1}


@pytest.mark.usefixtures("three_torch_threads")
def test_the_caller_computes_with_one_thread_of_torch_beside_the_workers():
    with one_torch_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3


@pytest.mark.usefixtures("three_torch_threads")
def test_torchs_threads_stay_as_they_were_everywhere_else():
    def threads_of_new_thread():
        counts = []
        thread = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
        thread.start()
        thread.join()
        return counts[0]

    assert list(Workers(2).in_order(abs, [-1])) == [1]
    assert (torch.get_num_threads(), threads_of_new_thread()) == (3, 3)


def test_an_interrupt_stops_while_an_item_is_computed(pool):
    interrupted, free = threading.Event(), threading.Event()

    def poll():
        if interrupted.is_set():
            raise KeyboardInterrupt

    computed = []

    def work(item):
        computed.append(item)
        interrupted.set()
        free.wait(timeout=30)

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(pool.in_order(work, range(1000), poll))
    assert time.monotonic() - started < 5 * 5 * POLL
    free.set()
    assert list(pool.in_order(abs, [-1])) == [1]
    assert len(computed) <= 2 * AHEAD  # those that had not begun were cancelled


def test_an_error_in_an_item_is_the_callers_and_the_pool_works_on(pool):
    with pytest.raises(ZeroDivisionError):
        list(pool.in_order(lambda number: 1 / number, [1, 0, 2]))
    assert list(pool.in_order(abs, [-1])) == [1]


@pytest.mark.parametrize("count", [1, 2])
def test_a_function_that_raises_stop_iteration_does_not_end_the_results(count):
    def stop(_):
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        list(Workers(count).in_order(stop, range(3)))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only Unix forks processes")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_starts_threads_of_its_own(monkeypatch):
    monkeypatch.setattr(WORKERS, "count", 2)
    assert list(WORKERS.in_order(abs, [-1])) == [1]
    child = os.fork()
    if child == 0:
        os._exit(0 if list(WORKERS.in_order(abs, [-2])) == [2] else 1)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert os.waitstatus_to_exitcode(status) == 0
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    pytest.fail("the forked process hangs")


def test_a_measurement_goes_on_without_an_error_while_python_ends():
    command = [sys.executable, "-c", MEASURE_AT_THE_END]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert (ended.stdout, ended.stderr) == ("True True\n", "")


def test_only_a_few_items_are_computed_ahead_of_the_caller(pool):
    computed = []
    results = pool.in_order(computed.append, range(100))
    next(results)
    time.sleep(0.1)
    assert len(computed) <= AHEAD * 2 + 1
    results.close()


def test_items_within_items_are_computed_by_the_same_thread(pool):
    def inner(_):
        return threading.get_ident()

    def outer(_):
        return {threading.get_ident(), *pool.in_order(inner, range(3))}

    assert [len(threads) for threads in pool.in_order(outer, range(8))] == [1] * 8


@pytest.mark.parametrize("mode", [torch.inference_mode, torch.no_grad, torch.enable_grad])
def test_torchs_modes_are_those_of_the_caller(pool, mode):
    def modes(_):
        return torch.is_inference_mode_enabled(), torch.is_grad_enabled()

    with mode():
        assert list(pool.in_order(modes, range(2))) == [modes(None)] * 2


@pytest.mark.parametrize(
    ("quota", "expected"), [("150000 100000", 2), ("50000 100000", 1), ("max 100000", 8), ("", 8)]
)
def test_the_cores_are_those_that_the_container_allows(monkeypatch, tmp_path, quota, expected):
    (tmp_path / "cpu.max").write_text(quota)
    monkeypatch.setattr(workers, "CPU_QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert cores() == expected
