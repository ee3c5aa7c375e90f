"""A ComfyUI of the soak test: it can be suspended, killed and started, and knows when it was."""

import os
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from ..integration.client import ComfyClient, Prompt
from ..integration.server import ComfyServer
from .clock import Clock
from .usage import Usage, usage_of

CLOCK = Path(
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
)  # Debian: apt install faketime
REQUEST_SECONDS = 20.0  # timeout of a request
QUEUE_SECONDS = 60.0  # timeout of a prompt that is alone in the queue


class Machine:
    """ComfyUI with a base directory of its own.

    Args:
        comfyui: root of ComfyUI's source.
        base: directory for everything that it reads and writes.
        packs: path of each pack, by the name of its link.
        environment: variables of its own; None removes a variable.
        port: port of the database's proxy; 0 for a ComfyUI without the pack.

    Attributes:
        name: name of the machine in the table.
        clock: its clock, which can be put back.
        starts: number of times that the process was started.
    """

    def __init__(
        self,
        comfyui: Path,
        base: Path,
        packs: Mapping[str, Path],
        environment: Mapping[str, str | None],
        port: int = 0,
    ) -> None:
        self.name, self.starts = base.name, 0
        base.mkdir(parents=True, exist_ok=True)
        self.clock = Clock(base)
        variables = {"ANIME_TRACKING": None, **self.clock.environment, **environment}
        self.server = ComfyServer(comfyui, base, packs, environment=variables)
        self._port = port
        self._mutex = threading.Lock()
        self._disturbed: list[list[float]] = []  # [begin, end] of each time it was stopped or down

    @property
    def base(self) -> Path:
        """Directory of everything that it reads and writes."""
        return self.server.base

    @property
    def client(self) -> ComfyClient:
        """Client with a short timeout; a suspended process doesn't answer."""
        client = ComfyClient(self.server)
        client.timeout = REQUEST_SECONDS
        return client

    def start(self) -> None:
        """Start the process and wait until it answers."""
        with self.disturbed():
            self.starts += 1
            self.server.start()

    def restart_after_kill(self, seconds: float) -> None:
        """Kill the process, and start it again after some seconds."""
        with self.disturbed():
            self.server.kill()
            time.sleep(seconds)
            self.start()

    def suspend(self, seconds: float) -> None:
        """Suspend the process for some seconds."""
        with self.disturbed():
            os.kill(self.server.process_id, signal.SIGSTOP)
            try:
                time.sleep(seconds)
            finally:
                os.kill(self.server.process_id, signal.SIGCONT)

    @contextmanager
    def disturbed(self) -> Iterator[None]:
        """Count the time of the `with` block as time in which the process can't answer."""
        interval = [time.monotonic(), float("inf")]
        with self._mutex:
            self._disturbed.append(interval)
        try:
            yield
        finally:
            interval[1] = time.monotonic()

    def was_disturbed(self, begin: float, end: float) -> bool:
        """Return True if the process was stopped, down or booting at some time between these."""
        with self._mutex:
            return any(begin <= last and end >= first for first, last in self._disturbed)

    def usage(self) -> Usage:
        """Return what the process uses now."""
        return usage_of(psutil.Process(self.server.process_id), self._port)

    def settle(self, seconds: float) -> None:
        """Free what ComfyUI keeps of earlier prompts, and wait some seconds without any request."""
        self.client.post("/free", {"unload_models": True, "free_memory": True})
        trim = Prompt()
        trim.add("TestTrim", seed=time.time_ns() % 2**31)
        self.client.submit(trim)
        await_empty_queue(self.client, QUEUE_SECONDS)
        self.client.post("/history", {"clear": True})
        time.sleep(seconds)


def await_empty_queue(client: ComfyClient, seconds: float) -> None:
    """Wait until a ComfyUI has no prompt in its queue."""
    end = time.monotonic() + seconds
    while client.get("/prompt")["exec_info"]["queue_remaining"]:
        assert time.monotonic() < end, "There are still prompts in the queue."
        time.sleep(0.5)
