"""A ComfyUI server with the pack, started headless and always stopped."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Any

from .console import LiveLine, say, spoken
from .places import PACK_NAME, ComfyUI, Home, Refused
from .steps import TAIL, StepFailed

BOOT_LIMIT = 300.0  # seconds; two slow cores and cold caches take about 60
STOP_LIMIT = 20.0  # seconds for closing the database before it is stopped the hard way
PROBE_NODE = "AnimeSampleClip"  # ComfyUI starts without a pack that failed to load


class Server:
    """ComfyUI as a child process: `with Server(...) as server:` starts and stops it."""

    def __init__(self, home: Home, comfyui: ComfyUI, port: int | None) -> None:
        self._home, self._comfyui = home, comfyui
        self._port = _free_port(port or 0)
        self.address = f"http://127.0.0.1:{self._port}"
        self.log = home.logs / "comfyui-server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def tail(self) -> list[str]:
        """The last lines of its log."""
        return _plain_lines(self.log)[-TAIL:]

    def wait(self) -> None:
        """Return when the server has ended by itself."""
        while self.running:
            time.sleep(0.5)

    def _start(self) -> None:
        device = _accelerator(self._home.python)
        say(f"  ComfyUI ({self._comfyui.origin}), on {device or 'the CPU'} ...")
        command = server_command(self._home, self._comfyui, self._port, cpu=device is None)
        environment = dict(os.environ)
        if self._comfyui.existing:  # its folders stay as they are, bytecode included
            environment["PYTHONPYCACHEPREFIX"] = str(self._home.root / "bytecode")
        started = time.monotonic()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self._home.base,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C is this program's to pass on, once it has read its results.
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        self._wait_until_ready()
        say(f"  ComfyUI: answers at {self.address} after {spoken(time.monotonic() - started)}")

    def _wait_until_ready(self) -> None:
        with LiveLine() as live:
            while live.seconds < BOOT_LIMIT:
                if not self.running:
                    raise StepFailed("ComfyUI ended while starting", self.tail(), log=self.log)
                node = _get(f"{self.address}/object_info/{PROBE_NODE}")
                if node is not None:
                    break
                live.show((self.tail() or [""])[-1])
                time.sleep(0.3)
            else:
                message = f"ComfyUI did not answer within {BOOT_LIMIT:.0f} s"
                raise StepFailed(message, self.tail(), log=self.log)
        if PROBE_NODE not in node:
            raise StepFailed(
                f"ComfyUI started, but the pack did not load: it has no {PROBE_NODE}",
                _around_import_failure(self.log),
                log=self.log,
            )

    def stop(self) -> None:
        """Ask it to end, and make it end where it does not."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        try:
            process.send_signal(_stop_signal())
            process.wait(STOP_LIMIT)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            _kill_tree(process)
            process.wait()


def server_command(home: Home, comfyui: ComfyUI, port: int, cpu: bool) -> list[str]:
    """The command line that starts ComfyUI with nothing but the pack."""
    command = [str(home.python), str(comfyui.source / "main.py")]
    command += ["--listen", "127.0.0.1", "--port", str(port)]
    command += ["--base-directory", str(home.base), "--database-url", "sqlite:///:memory:"]
    command += ["--disable-api-nodes", "--disable-all-custom-nodes"]
    command += ["--whitelist-custom-nodes", PACK_NAME]
    if comfyui.existing:
        paths = home.base / "models-of-existing-comfyui.yaml"
        paths.write_text(model_paths(comfyui.source), encoding="utf-8")
        command += ["--extra-model-paths-config", str(paths)]
    if cpu:
        command.append("--cpu")
    return command


def model_paths(source: Path) -> str:
    """ComfyUI's file of extra model paths, naming every model folder of another ComfyUI.

    JSON is YAML too, and quotes any path rightly.
    """
    models = source / "models"
    folders = sorted(models.iterdir()) if models.is_dir() else []
    kinds = {folder.name: str(folder) for folder in folders if folder.is_dir()}
    return json.dumps({"existing_comfyui": kinds}, indent=1)


def _accelerator(python: Path) -> str | None:
    """What PyTorch can compute on besides the CPU; ComfyUI must be told where there is nothing."""
    question = (
        "import torch\n"
        "kinds = {'CUDA': torch.cuda, 'XPU': torch.xpu, 'MPS': torch.backends.mps}\n"
        "print(*[name for name, kind in kinds.items() if kind.is_available()][:1])"
    )
    answer = subprocess.run([python, "-c", question], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise StepFailed(
            "PyTorch cannot be imported",
            answer.stderr.splitlines()[-TAIL:],
            "Remove the environment with: quickstart.py clean, and run this again.",
        )
    return answer.stdout.strip() or None


def _free_port(wanted: int) -> int:
    """`wanted`, or any free port for 0."""
    with socket.socket() as probe:
        if os.name == "posix":  # elsewhere it would allow a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise Refused(
                f"Port {wanted} cannot be used ({error.strerror}). "
                "Give another --port, or leave it out for a free one."
            ) from error
        return int(probe.getsockname()[1])


def _get(url: str) -> Any:
    """The JSON that `url` answers with, or None where nobody answers yet."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)
    except (OSError, http.client.HTTPException, urllib.error.URLError, ValueError):
        return None


def _plain_lines(log: Path) -> list[str]:
    """A log's lines without colours, and without those that say nothing."""
    if not log.is_file():
        return []
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8", errors="replace"))
    return [line for line in text.splitlines() if not re.fullmatch(r"(\[[A-Z]+\])?\s*", line)]


def _around_import_failure(log: Path) -> list[str]:
    lines = _plain_lines(log)
    complaint = re.compile(f"(Cannot import|Error while calling).*{re.escape(PACK_NAME)}")
    failed = [number for number, line in enumerate(lines) if complaint.search(line)]
    if not failed:
        return lines[-TAIL:]
    return lines[max(0, failed[0] - TAIL) : failed[0] + 1]


def _stop_signal() -> int:
    if sys.platform == "win32":
        return signal.CTRL_BREAK_EVENT
    return signal.SIGINT


def _kill_tree(process: "subprocess.Popen[bytes]") -> None:
    if sys.platform == "win32":
        command = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(command, capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
