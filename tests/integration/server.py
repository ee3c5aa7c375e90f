"""A real ComfyUI server for tests: its own folders, its own port, ended with nothing left over."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

BOOT_SECONDS = 180  # about 12 s on two idle cores; the rest is for a busy machine
STOP_SECONDS = 20  # the embedded database is shut down in this time too


class ServerFailed(RuntimeError):
    """The server did not start, or died; the message ends in its last log lines."""


class ComfyServer:
    """One ComfyUI process, as a `with` block.

    Its base directory holds models, input, output, user and the packs, which are linked into
    `custom_nodes` under the names that are given.

    Args:
        comfyui: root of ComfyUI's source.
        base: an empty directory for everything that it reads and writes.
        packs: directory name in `custom_nodes` -> the pack's real place.
        arguments: further command-line arguments.
        environment: variables that are added to this process's own; None removes one.
    """

    def __init__(
        self,
        comfyui: Path,
        base: Path,
        packs: Mapping[str, Path],
        arguments: Sequence[str] = ("--cpu",),
        environment: Mapping[str, str | None] | None = None,
    ) -> None:
        self.comfyui, self.base, self.packs = comfyui, base, dict(packs)
        self.arguments, self.environment = list(arguments), dict(environment or {})
        self.log = base / "server.log"
        self.port = 0
        self.boot_seconds = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def process_id(self) -> int:
        """The process's id, for tests that look at its memory or kill it."""
        if self._process is None:
            raise ServerFailed("ComfyUI was not started.")
        return self._process.pid

    def last_lines(self, count: int = 40) -> str:
        """The end of the log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])

    def start(self) -> "ComfyServer":
        """Start and wait until prompts are taken."""
        self._lay_out_base()
        self.port = self.port or free_port()  # started again, it is found where it was
        command = [sys.executable, "main.py", "--listen", "127.0.0.1", "--port", str(self.port)]
        command += ["--base-directory", str(self.base), "--database-url", "sqlite:///:memory:"]
        command += ["--disable-auto-launch", "--disable-api-nodes", *self.arguments]
        command += ["--disable-all-custom-nodes"]
        if self.packs:
            command += ["--whitelist-custom-nodes", *self.packs]  # takes all values that follow
        variables = {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}
        started = time.monotonic()
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command,
                cwd=self.comfyui,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={name: value for name, value in variables.items() if value is not None},
                start_new_session=True,
                preexec_fn=_hear_interrupts if os.name == "posix" else None,
            )
        try:
            self._await_answer(started + BOOT_SECONDS)
        except BaseException:
            self.stop()
            raise
        self.boot_seconds = time.monotonic() - started
        return self

    def stop(self) -> None:
        """Ask it to end as Ctrl-C does; after `STOP_SECONDS`, kill its process group."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill(process)

    def kill(self) -> None:
        """End it as a power cut would."""
        process, self._process = self._process, None
        if process is not None:
            self._kill(process)

    def databases(self) -> list[int]:
        """Process ids of the embedded database servers below the base directory that run."""
        found = []
        for file in self.base.rglob("postmaster.pid"):
            process_id = int(file.read_text().split()[0])
            if _runs(process_id):
                found.append(process_id)
        return found

    def end_databases(self) -> list[int]:
        """End the embedded database servers that still run; none should after a clean stop."""
        left = self.databases()
        for process_id in left:
            os.kill(process_id, signal.SIGQUIT if os.name == "posix" else signal.SIGTERM)
        return left

    def __enter__(self) -> "ComfyServer":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _lay_out_base(self) -> None:
        for name in ("custom_nodes", "models/diffusion_models", "models/vae", "input", "output"):
            (self.base / name).mkdir(parents=True, exist_ok=True)
        for name, place in self.packs.items():
            link = self.base / "custom_nodes" / name
            if not link.exists():
                link.symlink_to(place, target_is_directory=True)

    def _await_answer(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            if not self.alive:
                raise ServerFailed(f"ComfyUI ended while it started:\n{self.last_lines()}")
            try:
                with urllib.request.urlopen(f"http://{self.address}/prompt", timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise ServerFailed(f"ComfyUI gave no answer in {BOOT_SECONDS} s:\n{self.last_lines()}")

    @staticmethod
    def _kill(process: subprocess.Popen[bytes]) -> None:
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _hear_interrupts() -> None:
    # A shell starts background jobs with SIGINT ignored, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    status = Path(f"/proc/{process_id}/stat")
    # A zombie has ended; only its parent has not asked yet.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
