"""What remembering jobs adds to a prompt on the thread that runs it."""

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

PROMPTS = 400  # of each side and each state of the database
WARM_UP = 20
MOST_MEDIAN, MOST_P99 = 1.0, 5.0  # ms that tracking may add
DELAY = 0.2  # seconds that a slow database takes for a statement
MOMENTS = ("put", "removed", "refused", "message", "node_done", "done")  # of the listener
NOWHERE = "postgresql://nobody@127.0.0.1:1/away"


def run() -> None:
    """Run the same prompt in turns with tracking and without, the database up, down and slow."""
    if "COMFYUI_PATH" not in os.environ:
        raise SystemExit("COMFYUI_PATH is not set: run this by `python quickstart.py bench`.")
    comfyui = _comfyui(os.environ["COMFYUI_PATH"])
    rows, within = [], True
    with tempfile.TemporaryDirectory(prefix="anime-bench-") as folder, _database(folder) as server:
        os.chmod(folder, 0o755)  # PostgreSQL's own user has to pass it
        with _slow(server) as slow:
            for state, url in (("up", server), ("down", NOWHERE), ("slow", slow)):
                ours = Side(comfyui, Path(folder, state), {"database_url": url})
                other = Side(comfyui, Path(folder, f"{state} off"), {"tracking": "off"})
                for number in range(WARM_UP + PROMPTS):
                    for side in (ours, other) if number % 2 else (other, ours):
                        side.prompt()
                if ours.recorder.status().lost:
                    raise RuntimeError("Some events are not on the disk; nothing was measured.")
                with_it, without = ours.figures("prompt"), other.figures("prompt")
                added, thread, queueing = map(ours.figures, ("added", "thread", "put"))
                rows.append(
                    (state, *added, *thread, median(queueing.all), with_it.median, without.median)
                )
                within &= added.median < MOST_MEDIAN and added.p99 < MOST_P99
                Comparison(f"tracking/{state}", with_it.median, without.median, "ms").print()
                ours.recorder.close()
    print_table(
        ("database", "added", "p99", "CPU", "p99", "queueing", "prompt with", "without"),
        rows,
    )
    print(
        f"All in ms, medians unless p99. Added: inside the pack, on the thread that runs prompts."
        f" Limits: {MOST_MEDIAN:.0f} at the median, {MOST_P99:.0f} at the 99th percentile:"
        f" {'kept' if within else 'NOT KEPT'}."
    )


class Side:
    """ComfyUI's queue and executor, and a private folder of their own.

    Attributes:
        recorder: the folder's.
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
            name: [] for name in ("prompt", "added", "thread", "put")
        }
        self._wall = self._cpu = 0.0
        execution = comfyui.execution
        own: Any = SimpleNamespace(
            PromptQueue=type("Queue", (execution.PromptQueue,), {}),
            PromptExecutor=type("Executor", (execution.PromptExecutor,), {}),
            validate_prompt=execution.validate_prompt,
        )
        self._server = _Server()
        comfyui.watching.attach(own, self._server, lambda: self.recorder)
        for owner in (own.PromptQueue, own.PromptExecutor):
            if (listener := vars(owner).get(comfyui.listener)) is not None:
                setattr(owner, comfyui.listener, self._timed(listener))
        begin: Any = self.recorder.begin
        vars(self.recorder)["begin"] = lambda job: self._time(begin, job)
        self._queue = self._server.prompt_queue = own.PromptQueue(self._server)
        headroom = {"ram": 0.0, "ram_inactive": 0.0, "lru": 0}
        classic = execution.CacheType.CLASSIC
        self._executor = own.PromptExecutor(self._server, classic, headroom)

    def prompt(self) -> None:
        """Run a prompt as ComfyUI's own thread does, and note the times in ms."""
        self._comfyui.folder_paths.set_user_directory(str(self._base))
        self._wall = 0.0
        self._queue.put((0, str(uuid4()), _graph(), {}, ["1", "3"], {}))
        self._times["put"].append(self._wall * 1e3)
        self._wall = self._cpu = 0.0
        item, item_id = self._queue.get()
        began = time.perf_counter()
        self._executor.execute(item[2], item[1], item[3], item[4])
        messages = self._executor.status_messages
        status = self._queue.ExecutionStatus("success", True, messages)
        self._queue.task_done(item_id, self._executor.history_result, status)
        self._times["prompt"].append((time.perf_counter() - began) * 1e3)
        if not self._executor.success:
            raise RuntimeError(f"The prompt failed: {messages[-1]}")
        self._times["added"].append(self._wall * 1e3)
        self._times["thread"].append(self._cpu * 1e3)
        time.sleep(0.005)  # the shipper works meanwhile, as it does while a prompt renders

    def figures(self, name: str) -> "Figures":
        """The times of one kind, without those of the warm-up."""
        return Figures(self._times[name][WARM_UP:])

    def _timed(self, listener: Any) -> SimpleNamespace:
        return SimpleNamespace(
            **{name: partial(self._time, getattr(listener, name)) for name in MOMENTS}
        )

    def _time(self, function: Any, *arguments: Any) -> Any:
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            return function(*arguments)
        finally:
            self._cpu += time.thread_time() - cpu
            self._wall += time.perf_counter() - wall


class Figures:
    """Times, and what is told of them: the median and the 99th percentile."""

    def __init__(self, times: list[float]) -> None:
        self.all = times
        self.median, self.p99 = median(times), quantiles(times, n=100)[-1]

    def __iter__(self) -> Iterator[float]:
        return iter((self.median, self.p99))


class _Server(SimpleNamespace):
    """What ComfyUI's queue and executor want of their server."""

    def __init__(self) -> None:
        super().__init__(client_id=None, prompt_queue=None, last_node_id=None, sockets_metadata={})

    def send_sync(self, event: str, data: Any, client: str | None = None) -> None:
        pass

    def queue_updated(self) -> None:
        pass

    def add_on_prompt_handler(self, handler: Any) -> None:
        pass


def _graph() -> dict[str, Any]:
    """A job that scores a loop; the clip and its report come from the cache after the first."""
    return {
        "1": {"class_type": "AnimeJob", "inputs": {"project": "Winter", "shot": "012"}},
        "2": {"class_type": "AnimeSampleClip", "inputs": {"width": 64, "height": 64}},
        "3": {"class_type": "AnimeLoopScore", "inputs": {"images": ["2", 0], "fps": 12.0}},
    }


def _comfyui(root: str) -> SimpleNamespace:
    """ComfyUI's modules and ours, with our nodes among its own."""
    given, sys.argv = sys.argv, sys.argv[:1]  # ComfyUI reads the command line when it is imported
    sys.path.insert(0, root)
    try:
        if not torch.cuda.is_available():
            importlib.import_module("comfy.cli_args").args.cpu = True
        execution = importlib.import_module("execution")
        nodes = importlib.import_module("nodes")
        folder_paths = importlib.import_module("folder_paths")
    finally:
        sys.argv = given
    for module, name in (
        ("jobs", "AnimeJob"),
        ("sample", "AnimeSampleClip"),
        ("loop", "AnimeLoopScore"),
    ):
        ours = importlib.import_module(f"..nodes.{module}", __package__)
        nodes.NODE_CLASS_MAPPINGS[name] = getattr(ours, name)
    watching = importlib.import_module("..web.server.watching", __package__)
    return SimpleNamespace(
        execution=execution,
        folder_paths=folder_paths,
        watching=watching,
        listener=watching.hooks.LISTENER,
    )


@contextmanager
def _database(folder: str) -> Iterator[str]:
    """The connection string of an embedded server, which is stopped at the end."""
    private = Path(folder, "server")
    private.mkdir()
    database = Database(private)
    try:
        with database.connect() as connection:
            parameters = {**connection.info.get_parameters(), "password": connection.info.password}
        yield require("psycopg.conninfo").make_conninfo(**parameters)
    finally:
        database.close()


@contextmanager
def _slow(url: str) -> Iterator[str]:
    """The address of a proxy that hands each message on to the database after a while."""
    parameters = require("psycopg.conninfo").conninfo_to_dict(url)
    place = f"{parameters['host']}/.s.PGSQL.{parameters.get('port', 5432)}"
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_serve, args=(listener, place), daemon=True).start()
    slow = {**parameters, "host": "127.0.0.1", "port": listener.getsockname()[1]}
    try:
        yield require("psycopg.conninfo").make_conninfo(**slow)
    finally:
        listener.close()


def _serve(listener: socket.socket, place: str) -> None:
    with suppress(OSError):  # closed
        while True:
            client, _ = listener.accept()
            server = socket.socket(socket.AF_UNIX)
            server.connect(place)
            for source, to, pause in ((client, server, DELAY), (server, client, 0.0)):
                threading.Thread(target=_pump, args=(source, to, pause), daemon=True).start()


def _pump(source: socket.socket, to: socket.socket, pause: float) -> None:
    with suppress(OSError):
        while said := source.recv(1 << 16):
            time.sleep(pause)
            to.sendall(said)
        to.shutdown(socket.SHUT_WR)
