"""ComfyUI as a child process, with a small program in ComfyUI's place."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from anime_production.quickstart_steps import comfyui_process
from anime_production.quickstart_steps.comfyui_client import ComfyClient
from anime_production.quickstart_steps.comfyui_process import (
    ComfyUIProcess,
    ServerFailed,
    command_line,
    free_port,
)

SERVER = """
import http.server, json, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(dict(os.environ)).encode())

port = int(sys.argv[sys.argv.index("--port") + 1])
try:
    http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
except KeyboardInterrupt:
    print("ended in order")
"""
# It hears nothing, and neither does the process that it has started.
STUBBORN = f"""
import signal, subprocess
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("child", subprocess.Popen(["sleep", "600"]).pid)
{SERVER}
"""
BROKEN = r"""
print("\033[32m[INFO]\033[0m ")
print("\033[31mno disk\033[0m")
raise SystemExit(3)
"""


def process(tmp_path: Path, program: str, **options) -> ComfyUIProcess:
    command = [sys.executable, "-c", program]
    return ComfyUIProcess(command, tmp_path, tmp_path / "log.txt", **options)


@contextmanager
def running(server: ComfyUIProcess) -> Iterator[ComfyUIProcess]:
    try:
        server.start()
        yield server
    finally:
        server.kill()


def has_ended(process_id: int) -> bool:
    """True soon after a process has ended; one that nobody asked about is a zombie for a while."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_no_pack_is_loaded_but_those_that_are_named():
    command = command_line("python", Path("/comfyui"), Path("/base"), ["a", "b"], ["--cpu"])
    assert command[:4] == ["python", "/comfyui/main.py", "--base-directory", "/base"]
    assert "--disable-all-custom-nodes --whitelist-custom-nodes a b --cpu" in " ".join(command)
    assert "--whitelist-custom-nodes" not in command_line("python", Path("c"), Path("b"), [])


def test_a_start_ends_when_it_answers_and_a_stop_lets_it_end_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("REMOVED", "1")
    monkeypatch.setenv("KEPT", "1")
    with running(process(tmp_path, SERVER, environment={"REMOVED": None, "ADDED": "1"})) as server:
        assert server.alive
        environment = ComfyClient(server.address).get("/")
        assert {"KEPT", "ADDED"} <= set(environment)
        assert "REMOVED" not in environment
        process_id, address = server.process_id, server.address
        server.stop()
        assert not server.alive
        assert has_ended(process_id)
        assert server.tail()[-1] == "ended in order"
        server.start()  # it is found where it was
        assert server.address == address
        assert "ended in order" in server.tail(), "the log goes on"


@pytest.mark.skipif(os.name != "posix", reason="a shell's background job")
def test_it_hears_the_stop_although_this_process_is_deaf_to_ctrl_c(tmp_path: Path):
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with running(process(tmp_path, SERVER)) as server:
            server.stop()
            assert server.tail()[-1] == "ended in order"
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_does_not_end_is_killed_with_all_that_it_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
):
    monkeypatch.setattr(comfyui_process, "STOP_SECONDS", 0.2)
    with running(process(tmp_path, STUBBORN)) as server:
        process_id = server.process_id
        child = int(next(line for line in server.tail() if "child" in line).split()[-1])
        getattr(server, end)()
        assert has_ended(process_id)
        assert has_ended(child)


def test_one_that_ends_while_it_starts_says_why(tmp_path: Path):
    with pytest.raises(ServerFailed, match="ended while starting") as failure:
        process(tmp_path, BROKEN).start()
    assert failure.value.lines == ["no disk"], "without colours and empty lines"
    assert "no disk" in str(failure.value)


def test_one_that_never_answers_is_given_up_and_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    server = process(tmp_path, "import time; print('thinking', flush=True); time.sleep(600)")
    monkeypatch.setattr(server, "boot_seconds", 1.0)
    process_ids = []
    with pytest.raises(ServerFailed, match="did not answer within 1 s:\nthinking"):
        server.start(waiting=lambda: process_ids.append(server.process_id))
    assert has_ended(process_ids[0])


def test_ctrl_c_while_it_starts_leaves_nothing_behind(tmp_path: Path):
    server = process(tmp_path, "import time; time.sleep(600)")
    process_ids = []

    def interrupt() -> None:
        process_ids.append(server.process_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        server.start(waiting=interrupt)
    assert has_ended(process_ids[0])


def test_a_port_that_is_in_use_is_not_taken(tmp_path: Path):
    with running(process(tmp_path, SERVER)) as server, pytest.raises(OSError, match="in use"):
        free_port(server.port)
