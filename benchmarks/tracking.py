"""Time that recording jobs adds to a prompt, on the thread that runs prompts."""

import importlib
import json
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import torch

from ..models.dependency import require
from ..models.jobs.database.database import Database
from ..models.jobs.recording.recorder import PRIVATE_FOLDER, Recorder, open_recorder
from .timing import Comparison, print_table

PROMPTS = 400  # prompts of each side for each state of the database
WARM_UP = 20
MOST_MEDIAN, MOST_P99 = 1.0, 5.0  # limits, in ms, of the median and the 99th percentile added
DELAY = 0.2  # seconds that a slow database takes for a statement
LISTENER_METHODS = ("put", "removed", "refused", "message", "node_done", "done")
UNREACHABLE = "postgresql://nobody@127.0.0.1:1/away"


def run() -> None:
    """Run a prompt with and without recording in turns, with the database up, down and slow."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    comfyui = _comfyui(os.environ["COMFYUI_PATH"])
    rows, within = [], True
    with tempfile.TemporaryDirectory(prefix="anime-bench-") as folder, _database(folder) as server:
        os.chmod(folder, 0o755)  # PostgreSQL's own user must be able to enter it
        with _slow(server) as slow:
            for state, url in (("up", server), ("down", UNREACHABLE), ("slow", slow)):
                ours = Side(comfyui, Path(folder, state), {"database_url": url})
                other = Side(comfyui, Path(folder, f"{state} off"), {"tracking": "off"})
                for number in range(WARM_UP + PROMPTS):
                    for side in (ours, other) if number % 2 else (other, ours):
                        side.prompt()
                if ours.recorder.status().lost:
                    raise RuntimeError(
                        "Some events were not recorded, so the times would mean nothing."
                    )
                recorded, unrecorded = ours.figures("prompt"), other.figures("prompt")
                added, cpu, queueing = map(ours.figures, ("added", "cpu", "put"))
                prompts = recorded.median, unrecorded.median
                rows.append((state, *added, *cpu, queueing.median, *prompts))
                within &= added.median < MOST_MEDIAN and added.p99 < MOST_P99
                Comparison(f"tracking/{state}", *prompts, "ms").print()
                ours.recorder.close()
    print_table(
        ("database", "added", "p99", "CPU", "p99", "queueing", "prompt with", "without"),
        rows,
    )
    print(
        "All times are medians in ms; p99 is the 99th percentile of the column before it. Added is"
        " the time in the pack's code on the thread that runs prompts; CPU is its processor time.\n"
        f"Limits of the added time: median {MOST_MEDIAN:.0f} ms, 99th percentile {MOST_P99:.0f} ms:"
        f" {'met' if within else 'NOT MET'}."
    )


class Side:
    """ComfyUI's queue and executor, with or without recording, in a private folder of their own.

    Attributes:
        recorder: recorder of jobs that uses the private folder.
    """

    def __init__(self, comfyui: SimpleNamespace, base: Path, config: dict[str, str]) -> None:
        self._comfyui, self._base = comfyui, base
        private = base / f"__{PRIVATE_FOLDER}"
        private.mkdir(parents=True, mode=0o700)
        base.chmod(0o755)
        (private / "config.json").write_text(json.dumps(config))
        (private / "config.json").chmod(0o600)
        self.recorder: Recorder = open_recorder(private)
        self._times: dict[str, list[float]] = {
            name: [] for name in ("prompt", "added", "cpu", "put")
        }
        self._wall = self._cpu = 0.0
        execution = comfyui.execution
        comfyui_classes: Any = SimpleNamespace(
            PromptQueue=type("Queue", (execution.PromptQueue,), {}),
            PromptExecutor=type("Executor", (execution.PromptExecutor,), {}),
            validate_prompt=execution.validate_prompt,
        )
        self._server = _Server()
        comfyui.watching.attach(comfyui_classes, self._server, lambda: self.recorder)
        for owner in (comfyui_classes.PromptQueue, comfyui_classes.PromptExecutor):
            if (listener := vars(owner).get(comfyui.listener)) is not None:
                setattr(owner, comfyui.listener, self._timed(listener))
        begin: Any = self.recorder.begin
        vars(self.recorder)["begin"] = lambda job: self._time(begin, job)
        self._queue = comfyui_classes.PromptQueue(self._server)
        self._server.prompt_queue = self._queue
        headroom = {"ram": 0.0, "ram_inactive": 0.0, "lru": 0}
        classic = execution.CacheType.CLASSIC
        self._executor = comfyui_classes.PromptExecutor(self._server, classic, headroom)

    def prompt(self) -> None:
        """Run a prompt as ComfyUI's own thread does, and store its times in ms."""
        self._comfyui.folder_paths.set_user_directory(str(self._base))
        self._wall = 0.0
        self._queue.put((0, str(uuid4()), _graph(), {}, ["1", "3"], {}))
        self._times["put"].append(self._wall * 1e3)
        self._wall = self._cpu = 0.0
        item, item_id = self._queue.get()
        started = time.perf_counter()
        self._executor.execute(item[2], item[1], item[3], item[4])
        messages = self._executor.status_messages
        status = self._queue.ExecutionStatus("success", True, messages)
        self._queue.task_done(item_id, self._executor.history_result, status)
        self._times["prompt"].append((time.perf_counter() - started) * 1e3)
        if not self._executor.success:
            raise RuntimeError(f"The prompt failed: {messages[-1]}")
        self._times["added"].append(self._wall * 1e3)
        self._times["cpu"].append(self._cpu * 1e3)
        # Events are sent to the database in this time, as while a real prompt runs.
        time.sleep(0.005)

    def figures(self, name: str) -> "Figures":
        """Return the times of one kind, without the warm-up."""
        return Figures(self._times[name][WARM_UP:])

    def _timed(self, listener: Any) -> SimpleNamespace:
        return SimpleNamespace(
            **{name: partial(self._time, getattr(listener, name)) for name in LISTENER_METHODS}
        )

    def _time(self, function: Any, *arguments: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return function(*arguments)
        finally:
            self._cpu += time.thread_time() - cpu
            self._wall += time.perf_counter() - wall


class Figures:
    """Median and 99th percentile of times in ms."""

    def __init__(self, times: list[float]) -> None:
        self.median, self.p99 = median(times), quantiles(times, n=100)[-1]

    def __iter__(self) -> Iterator[float]:
        return iter((self.median, self.p99))


class _Server(SimpleNamespace):
    """Stand-in for ComfyUI's server, with the parts that its queue and executor use."""

    def __init__(self) -> None:
        super().__init__(client_id=None, prompt_queue=None, last_node_id=None, sockets_metadata={})

    def send_sync(self, event: str, data: Any, client: str | None = None) -> None:
        pass

    def queue_updated(self) -> None:
        pass

    def add_on_prompt_handler(self, handler: Any) -> None:
        pass


def _graph() -> dict[str, Any]:
    """Return a job that scores a loop; after the first run the results come from the cache."""
    return {
        "1": {"class_type": "AnimeJob", "inputs": {"project": "Winter", "shot": "012"}},
        "2": {"class_type": "AnimeSampleClip", "inputs": {"width": 64, "height": 64}},
        "3": {"class_type": "AnimeLoopScore", "inputs": {"images": ["2", 0], "fps": 12.0}},
    }


def _comfyui(root: str) -> SimpleNamespace:
    """Return modules of ComfyUI and of the pack, with the pack's nodes registered in ComfyUI."""
    # ComfyUI reads the command line when it is imported.
    own_arguments, sys.argv = sys.argv, sys.argv[:1]
    sys.path.insert(0, root)
    try:
        if not torch.cuda.is_available():
            importlib.import_module("comfy.cli_args").args.cpu = True
        execution = importlib.import_module("execution")
        nodes = importlib.import_module("nodes")
        folder_paths = importlib.import_module("folder_paths")
    finally:
        sys.argv = own_arguments
    for module, name in (
        ("jobs", "AnimeJob"),
        ("sample", "AnimeSampleClip"),
        ("loop", "AnimeLoopScore"),
    ):
        pack_module = importlib.import_module(f"..nodes.{module}", __package__)
        nodes.NODE_CLASS_MAPPINGS[name] = getattr(pack_module, name)
    watching = importlib.import_module("..web.server.watching", __package__)
    return SimpleNamespace(
        execution=execution,
        folder_paths=folder_paths,
        watching=watching,
        listener=watching.hooks.LISTENER,
    )


@contextmanager
def _database(folder: str) -> Iterator[str]:
    """Start an embedded server and yield its connection string, as a `with` block."""
    private = Path(folder, "server")
    private.mkdir()
    database = Database(private)
    try:
        with database.connect(None) as connection:
            parameters = {**connection.info.get_parameters(), "password": connection.info.password}
        yield require("psycopg.conninfo").make_conninfo(**parameters)
    finally:
        database.close()


@contextmanager
def _slow(url: str) -> Iterator[str]:
    """Start a proxy that delays messages to a database, and yield its connection string."""
    parameters = require("psycopg.conninfo").conninfo_to_dict(url)
    socket_path = f"{parameters['host']}/.s.PGSQL.{parameters.get('port', 5432)}"
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, socket_path), daemon=True).start()
    proxy = {**parameters, "host": "127.0.0.1", "port": listener.getsockname()[1]}
    try:
        yield require("psycopg.conninfo").make_conninfo(**proxy)
    finally:
        listener.close()


def _serve(listener: socket.socket, socket_path: str) -> None:
    with suppress(OSError):  # raised when the listener is closed
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(socket_path)
            for source, target, delay in ((client, server, DELAY), (server, client, 0.0)):
                threading.Thread(target=_forward, args=(source, target, delay), daemon=True).start()


def _forward(source: socket.socket, target: socket.socket, delay: float) -> None:
    with suppress(OSError):
        while message := source.recv(1 << 16):
            time.sleep(delay)
            target.sendall(message)
        target.shutdown(socket.SHUT_WR)
