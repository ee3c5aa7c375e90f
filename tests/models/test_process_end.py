import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from anime_production.models import process_end
from anime_production.models.process_end import Step, signals_like_interrupt

from ..deadlines import within

IMPORTS = """
import os, signal, sys, threading, time
from anime_production.models.process_end import Step, at_end, end_like_interrupt
# A shell starts programs in the background with SIGINT ignored, nohup with SIGHUP ignored, and
# children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
"""
MAIN = """
def main():
    try:
        print("ready", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
"""
FORKS = """
end_like_interrupt()
for is_killed in (False, True):
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(there, b"up")
        if not is_killed:
            sys.exit()  # runs what is registered with atexit
        time.sleep(60)
    os.read(here, 2)
    if is_killed:
        os.kill(child, signal.SIGTERM)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""

POSIX = pytest.mark.skipif(os.name != "posix", reason="Windows has other signals")


def test_each_system_has_its_signals():
    assert signals_like_interrupt("linux") == ("SIGTERM", "SIGHUP")
    assert signals_like_interrupt("darwin") == ("SIGTERM", "SIGHUP")
    # Never SIGTERM: Python has the name on Windows, but there it ends a process without its will.
    assert signals_like_interrupt("win32") == ("SIGBREAK",)


def program(code: str) -> "subprocess.Popen[str]":
    """A Python that has said `ready`; its main thread waits as ComfyUI's does."""
    process = subprocess.Popen(
        [sys.executable, "-c", IMPORTS + MAIN + textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def say(step: Step) -> str:
    return f"at_end(Step.{step.name}, lambda seconds: print('{step.name}', flush=True))\n"


@pytest.mark.parametrize(
    "name", ["SIGINT", *(signals_like_interrupt(sys.platform) if os.name == "posix" else ())]
)
def test_the_steps_are_taken_in_their_order_after_each_signal(name):
    steps = "".join(map(say, [Step.RECORDER, Step.DOWNLOADS, Step.PRODUCTIONS]))
    process = program(f"{steps}end_like_interrupt()\nmain()")
    process.send_signal(getattr(signal, name))
    output, _ = process.communicate(timeout=30)
    assert output.split() == ["interrupted", "DOWNLOADS", "PRODUCTIONS", "RECORDER"]
    assert process.returncode == 0


@POSIX
@pytest.mark.parametrize(
    ("handler", "answer", "status"),
    [
        ("lambda number, frame: sys.exit(7)", "", 7),
        ("signal.SIG_IGN", "interrupted", 0),  # as nohup sets it for SIGHUP
    ],
)
def test_a_handler_of_somebody_else_stays(handler, answer, status):
    process = program(f"signal.signal(signal.SIGTERM, {handler})\nend_like_interrupt()\nmain()")
    process.terminate()
    time.sleep(0.3)
    if status == 0:
        process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=30)
    assert (output.strip(), process.returncode) == (answer, status)


@POSIX
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_second_signal_ends_at_once(name):
    code = """
        def slow(seconds):
            print("slow", flush=True)
            time.sleep(60)

        at_end(Step.RECORDER, slow)
        end_like_interrupt()
        main()
    """
    process = program(code)
    process.send_signal(getattr(signal, name))
    assert process.stdout.readline() == "interrupted\n"
    assert process.stdout.readline() == "slow\n"
    with within(1):
        process.send_signal(getattr(signal, name))
        assert process.wait(30) == -getattr(signal, name)


@POSIX
def test_a_forked_child_dies_of_sigterm_and_takes_no_steps():
    process = subprocess.run(
        [sys.executable, "-c", IMPORTS + say(Step.RECORDER) + FORKS],
        capture_output=True, text=True, timeout=30,
    )  # fmt: skip
    assert process.stdout.split() == ["0", str(-signal.SIGTERM), "RECORDER"]


@POSIX
def test_outside_the_main_thread_nothing_is_changed():
    code = """
        thread = threading.Thread(target=end_like_interrupt)
        thread.start()
        thread.join()
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
        main()
    """
    process = program(code)
    process.terminate()
    assert process.wait(30) == -signal.SIGTERM


def test_a_step_that_fails_or_takes_too_long_leaves_the_others_their_time(monkeypatch):
    monkeypatch.setattr(process_end, "_stops", [])
    monkeypatch.setattr("atexit.register", lambda function: function)
    given: list[float] = []

    def fail(seconds: float) -> None:
        given.append(seconds)
        raise RuntimeError("on purpose")

    def wait(seconds: float) -> None:
        given.append(seconds)
        time.sleep(seconds)

    process_end.at_end(Step.RECORDER, given.append)
    process_end.at_end(Step.PRODUCTIONS, wait)
    process_end.at_end(Step.DOWNLOADS, fail)
    process_end.end(1.0)
    failed, waited, last = given
    assert 0.4 < failed <= 0.5
    assert 0.0 < waited <= 0.5
    assert 0.0 < last <= 0.5
    process_end.end(1.0)  # each step is taken once
    assert len(given) == 3
