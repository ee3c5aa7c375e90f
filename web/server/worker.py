"""The productions of this ComfyUI process: its host and its worker, started when needed."""

import atexit
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...models.dependency import MissingDependency
from ...models.jobs.database.address import external_address
from ...models.jobs.recording.recorder import Recorder
from ...models.jobs.recording.tracking import Tracking
from ...models.production.worker import Worker
from ...models.settings import SettingsError
from .comfy_host import ComfyHost

BOOT_PAUSE = 0.2  # seconds between two checks while ComfyUI's server starts


class Productions:
    """Host and worker of this ComfyUI process, with methods to start and stop the worker."""

    def __init__(self, server: Any, get_recorder: Callable[[], Recorder]) -> None:
        """Create the worker without starting it.

        Args:
            server: ComfyUI's `PromptServer`.
            get_recorder: function that returns the recorder of this process's jobs.
        """
        self._server, self._get_recorder = server, get_recorder
        self.host = ComfyHost(server, get_recorder)
        self._worker = Worker(self.host)
        self._registered = False

    @property
    def are_tracked(self) -> bool:
        """True if prompts are recorded as jobs, which productions need."""
        return self._get_recorder().tracking is not Tracking.OFF

    @property
    def runs(self) -> bool:
        """True if the worker was started and its thread is alive."""
        return self._worker.runs

    @property
    def problem(self) -> str | None:
        """Reason why a started worker takes no phases, or None if it takes them."""
        return self._worker.problem

    def start(self) -> None:
        """Start the worker and return at once; do nothing if it was started before."""
        if self.are_tracked and not self._registered:
            self._registered = True
            # `atexit` runs in reverse order. The recorder registered its own end earlier, so the
            # worker stops before the recorder is closed.
            atexit.register(self.stop)
            self.host.follow()
            self._worker.start()

    def stop(self) -> None:
        """Stop the worker as ComfyUI ends; its phase returns to the queue."""
        self.host.stop()
        self._worker.stop()

    def start_if_used(self, private: Path) -> None:
        """Start the worker after ComfyUI's start, if the database may hold productions.

        It may hold some if jobs were recorded before, or if the address of a database is set.

        Args:
            private: the pack's folder below ComfyUI's user folder.
        """
        if self._get_recorder().is_used or _has_database_address(private):
            threading.Thread(
                target=self._start_after_boot, name="anime-productions-boot", daemon=True
            ).start()

    def _start_after_boot(self) -> None:
        """Start the worker once ComfyUI's server listens, because all nodes are loaded by then."""
        while not hasattr(self._server, "address"):
            time.sleep(BOOT_PAUSE)
        self.start()


def _has_database_address(private: Path) -> bool:
    try:
        return external_address(private) is not None
    except (SettingsError, MissingDependency):
        return False  # The first use of the database reports the error.


_productions_by_server: dict[int, Productions] = {}


def get_productions(server: Any, get_recorder: Callable[[], Recorder]) -> Productions:
    """Return the productions of this process, always the same ones for a server."""
    key = id(server)
    if key not in _productions_by_server:  # many requests ask; two at once keep the same ones
        _productions_by_server.setdefault(key, Productions(server, get_recorder))
    return _productions_by_server[key]
