"""Measurement of how fast ComfyUI's own interface answers, and open panels that load it."""

import threading
import time
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy

from ..integration.client import ComfyFailed, RequestRefused
from .machine import Machine

PICTURE = "soak.png"  # in the output folder of each machine
PATHS = ("/", f"/view?filename={PICTURE}", "/queue")
PAUSE = 0.25  # seconds between two rounds of requests
PANEL_PAUSE = 3.0  # seconds between two refreshes of an open panel
PANELS = 2  # open panels of each machine
THUMBNAILS = 6  # of one refresh
EXPECTED = (200, 404, 503)  # statuses of a panel's requests; 404: a job without a picture


@dataclass
class Answers:
    """Seconds of ComfyUI's answers, and statuses of the panels' requests.

    Attributes:
        seconds: duration of each request to ComfyUI's own interface that counts.
        left_out: number of requests to a process that was stopped, down or booting.
        failed: requests to ComfyUI's own interface that count and got no answer.
        panel: number of the panels' requests by status; 0 for no answer.
        unexpected: panels' requests that were answered otherwise than expected.
        panel_seconds: duration of each of the panels' requests that counts.
    """

    seconds: list[float] = field(default_factory=list)
    left_out: int = 0
    failed: list[str] = field(default_factory=list)
    panel: Counter[int] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    panel_seconds: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """Return the milliseconds within which this share of the requests was answered."""
        return float(numpy.percentile(self.seconds, 100 * share)) * 1000 if self.seconds else 0.0


class Interface:
    """Threads that ask ComfyUI's own interface, and the panels' routes, until `stop`.

    Args:
        machines: the ComfyUI processes.
        panels: number of open panels of each; 0 for a ComfyUI without the pack.
    """

    def __init__(self, machines: Sequence[Machine], panels: int = PANELS) -> None:
        self.answers = Answers()
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(machine,), daemon=True) for machine in machines
        ] + [
            threading.Thread(target=self._look, args=(machine,), daemon=True)
            for machine in machines
            for _ in range(panels)
        ]

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> Answers:
        """End the threads, and return what they measured."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        return self.answers

    def _ask(self, machine: Machine) -> None:
        while not self._stopped.is_set():
            for path in PATHS:
                began = time.monotonic()
                try:
                    machine.client.request(path)
                    problem = None
                except ComfyFailed as error:
                    problem = f"{machine.name} {path}: {str(error).splitlines()[0]}"
                ended = time.monotonic()
                if machine.was_disturbed(began, ended):
                    self.answers.left_out += 1
                    continue
                self.answers.seconds.append(ended - began)
                if problem is not None:
                    self.answers.failed.append(problem)
            self._stopped.wait(PAUSE)

    def _look(self, machine: Machine) -> None:
        """Refresh a panel: the list of jobs and its pictures, the productions, the health."""
        while not self._stopped.is_set():
            jobs = self._get(machine, "/anime/jobs?limit=50")
            ids = [each["id"] for each in (jobs or {}).get("jobs", ())][:THUMBNAILS]
            paths = [f"/anime/jobs/{each}/thumbnail" for each in ids]
            paths += ["/anime/productions?limit=20", "/anime/health", "/anime/projects"]
            threads = [
                threading.Thread(target=self._get, args=(machine, path), daemon=True)
                for path in paths
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self._stopped.wait(PANEL_PAUSE)

    def _get(self, machine: Machine, path: str) -> Any:
        began, status, answer = time.monotonic(), 0, None
        try:
            body = machine.client.request(path)
            status = 200
            with suppress(ValueError):
                answer = machine.client.parse(body)
        except RequestRefused as error:
            status = error.status
        except ComfyFailed:
            pass
        if machine.was_disturbed(began, time.monotonic()):
            return answer
        self.answers.panel[status] += 1
        self.answers.panel_seconds.append(time.monotonic() - began)
        if status not in EXPECTED:
            path = urllib.parse.urlsplit(path).path
            self.answers.unexpected.append(f"{machine.name} {path}: {status or 'no answer'}")
        return answer
