"""ComfyUI as a child process, for the quickstart, the tests and the benchmarks.

The module needs the standard library only, because a Python without any packages runs
quickstart.py.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from .comfyui_client import ComfyClient, ComfyFailed

HOST = "127.0.0.1"
STOP_SECONDS = 20.0  # for closing the embedded database, before the process is killed
# While ComfyUI starts: seconds to wait for an answer, and seconds between two requests.
PROBE, PAUSE = 10.0, 0.1
LINES = 40  # number of lines of the log that an error shows


class ServerFailed(RuntimeError):
    """Failure to start ComfyUI; its text ends with the last lines of the log.

    Attributes:
        reason: the failure in one line.
        lines: last lines of the log.
    """

    def __init__(self, reason: str, lines: Sequence[str]) -> None:
        super().__init__("\n".join([f"{reason}:", *lines]))
        self.reason, self.lines = reason, list(lines)


class ComfyUIProcess:
    """ComfyUI as a child process, which keeps its address when it is started again.

    Args:
        command: command that starts ComfyUI, see `command_line`; the address is appended to it.
        directory: the process's working directory.
        log: file to which the process's output is appended.
        environment: variables to add to this process's own; None removes a variable.
        port: port to listen on; 0 takes a free one.
    """

    boot_seconds = 300.0  # timeout of a start, which takes 60 s on two slow cores with cold caches

    def __init__(
        self,
        command: Sequence[str],
        directory: Path,
        log: Path,
        environment: Mapping[str, str | None] | None = None,
        port: int = 0,
    ) -> None:
        self.log, self.port = log, port
        self._command, self._directory = list(command), directory
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """URL of ComfyUI, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    @property
    def alive(self) -> bool:
        """True if the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """Id of the process; the process must have been started."""
        if self._process is None:
            raise RuntimeError("ComfyUI was not started.")
        return self._process.pid

    def tail(self, count: int = LINES) -> list[str]:
        """Return the last lines of the log."""
        return plain_lines(self.log)[-count:]

    def start(self, waiting: Callable[[], None] = lambda: None) -> None:
        """Start ComfyUI, and return when it accepts prompts.

        Args:
            waiting: function that is called repeatedly until ComfyUI answers.

        Raises:
            ServerFailed: ComfyUI ended, or did not answer in time.
        """
        self.port = self.port or free_port()
        variables = {**os.environ, "PYTHONUNBUFFERED": "1", **self._environment}
        try:
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    [*self._command, "--listen", HOST, "--port", str(self.port)],
                    cwd=self._directory,
                    env={name: value for name, value in variables.items() if value is not None},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A process group of its own: this program decides when Ctrl-C is passed on, and
                    # killing the group also ends what ComfyUI has started.
                    start_new_session=os.name == "posix",
                    creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
                    preexec_fn=_enable_interrupts if os.name == "posix" else None,
                )
            self._await_answer(waiting)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask ComfyUI to end, as Ctrl-C does; kill it after `STOP_SECONDS` or at Ctrl-C."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        try:
            process.send_signal(_stop_signal())
            process.wait(STOP_SECONDS)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            _kill_group(process)

    def kill(self) -> None:
        """Kill ComfyUI and everything that it started, as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            _kill_group(process)

    def _await_answer(self, waiting: Callable[[], None]) -> None:
        client, deadline = ComfyClient(self.address, PROBE), time.monotonic() + self.boot_seconds
        while time.monotonic() < deadline:
            if not self.alive:
                raise ServerFailed("ComfyUI ended while starting", self.tail())
            with suppress(ComfyFailed, ValueError):
                client.get("/prompt")
                return
            waiting()
            time.sleep(PAUSE)
        raise ServerFailed(f"ComfyUI did not answer within {self.boot_seconds:.0f} s", self.tail())


def command_line(
    python: Path | str,
    comfyui: Path,
    base: Path,
    packs: Sequence[str],
    arguments: Sequence[str] = (),
) -> list[str]:
    """Return the command that starts ComfyUI with these packs only and without API nodes.

    Args:
        python: path of the Python interpreter.
        comfyui: root of ComfyUI's source.
        base: directory of ComfyUI's models, input, output, user folder and packs.
        packs: directory names below `custom_nodes`.
        arguments: further options of ComfyUI.
    """
    command = [str(python), str(comfyui / "main.py"), "--base-directory", str(base)]
    command += ["--database-url", "sqlite:///:memory:", "--disable-api-nodes"]
    command += ["--disable-all-custom-nodes"]
    if packs:
        command += ["--whitelist-custom-nodes", *packs]  # takes all values up to the next option
    return [*command, *arguments]


def free_port(port: int = 0) -> int:
    """Return `port` if it can be used, or a free port for 0.

    Raises:
        OSError: the port cannot be used.
    """
    with socket.socket() as probe:
        if os.name == "posix":  # on Windows this option would allow a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))
        return int(probe.getsockname()[1])


def plain_lines(log: Path) -> list[str]:
    """Return the lines of a log without colour codes and without empty ones."""
    if not log.is_file():
        return []
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    return [line for line in text.splitlines() if not re.fullmatch(r"(\[[A-Z]+\])?\s*", line)]


def _enable_interrupts() -> None:
    # A shell starts background jobs with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _stop_signal() -> int:
    if sys.platform == "win32":
        return signal.CTRL_BREAK_EVENT
    return signal.SIGINT


def _kill_group(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError):  # all of it has ended already
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
