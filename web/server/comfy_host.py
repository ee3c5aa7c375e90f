"""This ComfyUI as productions need it: its queue, its folders and its browsers."""

import asyncio
import concurrent.futures
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

from ...models.jobs.database.database import Database
from ...models.jobs.job import JobSource
from ...models.jobs.recording.events import Event, JobFinished, JobProgressed
from ...models.jobs.recording.recorder import Recorder
from ...models.production.definition import PhaseDefinition
from ...models.production.host import Stopped, WorkflowRefused
from ...models.production.installed import FOLDERS, missing
from ...models.production.records import ProductionRecord
from ...models.settings import LEAST_FREE
from . import folders
from .submission import GraphRefused, submit
from .watching.prompts import MARK, SOURCE
from .workflows import installed

EVENT = "anime.production"
PRODUCTION_MARK = "anime_production"  # in a prompt's `extra_data`: production, phase, attempt
SUBMIT_SECONDS = 120.0
FREE_SECONDS = 10.0


class ComfyHost:
    """This ComfyUI, as `models.production.host.Host` names what is needed of it."""

    def __init__(self, server: Any, get_recorder: Callable[[], Recorder]) -> None:
        """Touch nothing yet.

        Args:
            server: ComfyUI's `PromptServer`.
            get_recorder: gives the recorder.
        """
        self._server, self._get_recorder = server, get_recorder
        self._stopping = False
        self._moved = threading.Condition()
        self._nudges = 0
        self._ended: set[str] = set()  # prompts of ours that ended and nobody asked for yet
        self._shown: ProductionRecord | None = None
        self._models: frozenset[Any] = frozenset()

    @property
    def process_id(self) -> UUID:
        """By which its jobs are known."""
        return self._get_recorder().process_id

    @property
    def least_free(self) -> float:
        """Bytes that must be free for an attempt."""
        return LEAST_FREE.read(folders.private())

    @property
    def database(self) -> Database:
        """The recorder's."""
        return self._get_recorder().database

    def settle(self) -> None:
        """Ship what waits in the outbox."""
        self._get_recorder().settle()

    def follow(self) -> None:
        """Hear from now on what is recorded of jobs."""
        self._get_recorder().follow(self._hear)

    def stopping(self) -> bool:
        """Whether this ComfyUI ends."""
        return self._stopping

    def stop(self) -> None:
        """Have nothing begin any more."""
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        """Have the phase that runs looked at now."""
        with self._moved:
            self._nudges += 1
            self._moved.notify_all()

    def pause(self, seconds: float) -> None:
        """Wait; less where it ends, or somebody wants the phase to be looked at."""
        with self._moved:
            before = self._nudges
            self._moved.wait_for(lambda: self._nudges != before or self._stopping, seconds)

    def count_other_prompts(self) -> int:
        """How many prompts that are no production's run or wait here."""
        running, waiting = self._server.prompt_queue.get_current_queue_volatile()
        return sum(PRODUCTION_MARK not in item[3] for item in (*running, *waiting))

    def has_prompt(self, prompt_id: str) -> bool:
        """Whether a prompt runs or waits here."""
        running, waiting = self._server.prompt_queue.get_current_queue_volatile()
        return any(item[1] == prompt_id for item in (*running, *waiting))

    def missing(self, definition: PhaseDefinition, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What a phase needs and this ComfyUI lacks."""
        return missing(definition, installed(), values)

    def make_room(self, graph: Mapping[str, Any]) -> None:
        """Free the memory of the models that ran before, where this graph has others."""
        models = frozenset(
            value
            for node in graph.values()
            for name, value in node["inputs"].items()
            if (node["class_type"], name) in FOLDERS and isinstance(value, str)
        )
        before, self._models = self._models, models
        if not before or before == models:
            return
        queue = self._server.prompt_queue
        queue.set_flag("unload_models", True)
        queue.set_flag("free_memory", True)
        end = time.monotonic() + FREE_SECONDS
        # The thread that runs prompts takes the flags before its next prompt only if it sees them
        # before that.
        while queue.flags and time.monotonic() < end and not self._stopping:
            time.sleep(0.01)

    def submit(self, graph: dict[str, Any], prompt_id: str, mark: Mapping[str, Any]) -> None:
        """Queue a prompt."""
        extra = {MARK: {SOURCE: JobSource.PRODUCTION.value}, PRODUCTION_MARK: dict(mark)}
        queued = asyncio.run_coroutine_threadsafe(
            submit(self._server, graph, prompt_id, extra), self._server.loop
        )
        end = time.monotonic() + SUBMIT_SECONDS
        while True:
            try:
                queued.result(1.0)
                return
            except GraphRefused as refused:
                raise WorkflowRefused(str(refused)) from None
            except concurrent.futures.TimeoutError:
                if self._stopping or time.monotonic() > end:
                    queued.cancel()
                    raise Stopped from None

    def wait(self, prompt_id: str, seconds: float) -> bool:
        """Whether a prompt of this ComfyUI ended; at most so long is waited for it."""
        with self._moved:
            before = self._nudges
            self._moved.wait_for(
                lambda: prompt_id in self._ended or self._nudges != before or self._stopping,
                seconds,
            )
            ended = prompt_id in self._ended
            self._ended.discard(prompt_id)
        return ended or not self.has_prompt(prompt_id)

    def interrupt(self, prompt_id: str) -> None:
        """Have a prompt end soon, or never begin."""
        queue = self._server.prompt_queue
        if not queue.delete_queue_item(lambda item: item[1] == prompt_id):
            queue.interrupt_if_running(prompt_id)

    def free_bytes(self) -> int:
        """Room on the disk of the output folder."""
        return shutil.disk_usage(folders.output()).free

    def output(self) -> Path:
        """The output folder."""
        return folders.output()

    def announce(self, production: ProductionRecord) -> None:
        """Tell browsers of a change."""
        said = production.brief()
        if self._shown is None or self._shown.brief() != said:
            self._say(said)
        self._shown = production

    def _say(self, said: dict[str, Any]) -> None:
        with suppress(RuntimeError):  # ComfyUI's loop is closed while it ends
            self._server.send_sync(EVENT, said)

    def _hear(self, event: Event) -> None:
        """What is recorded of jobs, told in the thread that runs prompts."""
        if isinstance(event, JobFinished) and event.job.source is JobSource.PRODUCTION:
            with self._moved:
                self._ended.add(str(event.job.prompt_id))
                self._moved.notify_all()
        elif isinstance(event, JobProgressed) and (shown := self._shown) is not None:
            running = shown.current.running
            if running is not None and running.prompt_id == event.job.prompt_id:
                before = shown.progress - (running.progress or 0.0) / len(shown.phases)
                progress = before + event.progress / len(shown.phases)
                self._say({**shown.brief(), "progress": round(progress, 4)})
