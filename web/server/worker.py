"""The worker of this ComfyUI's productions, started when it is needed."""

import atexit
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...models.jobs.database.address import external_address
from ...models.jobs.recording.recorder import Recorder
from ...models.jobs.recording.tracking import Tracking
from ...models.production.worker import Worker
from ...models.settings import SettingsError
from .comfy_host import ComfyHost

BOOT_PAUSE = 0.2


class Productions:
    """The worker of this ComfyUI, started when it is needed."""

    def __init__(self, server: Any, get_recorder: Callable[[], Recorder]) -> None:
        """Start nothing yet.

        Args:
            server: ComfyUI's `PromptServer`.
            get_recorder: gives the recorder.
        """
        self._server, self._get_recorder = server, get_recorder
        self.host = ComfyHost(server, get_recorder)
        self._worker = Worker(self.host)
        self._registered = False

    @property
    def are_tracked(self) -> bool:
        """Return True if prompts are remembered, without which there are no productions."""
        return self._get_recorder().tracking is not Tracking.OFF

    @property
    def runs(self) -> bool:
        """Whether the worker was needed yet, and is there."""
        return self._worker.runs

    @property
    def problem(self) -> str | None:
        """Why no phases are taken, though they should be; None where they are."""
        return self._worker.problem

    def start(self) -> None:
        """Take phases from now on; returns at once, and does nothing the second time."""
        if self.are_tracked and not self._registered:
            self._registered = True
            # Before the recorder is closed, which registered itself earlier.
            atexit.register(self.stop)
            self.host.follow()
            self._worker.start()

    def stop(self) -> None:
        """Give back what runs; ComfyUI is on its way out."""
        self.host.stop()
        self._worker.stop()

    def start_where_used(self, private: Path) -> None:
        """Start where there may be productions: jobs were recorded, or a database was named."""
        if self._get_recorder().is_used or _is_named(private):
            threading.Thread(
                target=self._start_after_boot, name="anime-productions-boot", daemon=True
            ).start()

    def _start_after_boot(self) -> None:
        """Until ComfyUI answers, its nodes aren't all there, and its start comes first."""
        while not hasattr(self._server, "address"):
            time.sleep(BOOT_PAUSE)
        self.start()


def _is_named(private: Path) -> bool:
    try:
        return external_address(private) is not None
    except SettingsError:
        return False  # said where the database is used


_by_server: dict[int, Productions] = {}


def productions(server: Any, get_recorder: Callable[[], Recorder]) -> Productions:
    """The productions of this ComfyUI: one for its server."""
    return _by_server.setdefault(id(server), Productions(server, get_recorder))
