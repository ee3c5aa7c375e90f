"""The implementation of `models.production.host.Host` for this ComfyUI process."""

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
from .watching.prompts import PRODUCTION_MARK, OwnPrompt
from .workflows import installed

EVENT = "anime.production"
SUBMIT_SECONDS = 120.0  # wait for ComfyUI's event loop to queue a prompt
FREE_SECONDS = 10.0  # wait for ComfyUI to read the flags that tell it to free memory


class ComfyHost:
    """This ComfyUI process with its queue, folders and browsers, as a `Host` of productions."""

    def __init__(self, server: Any, get_recorder: Callable[[], Recorder]) -> None:
        """Store the arguments; the recorder is opened when it is needed.

        Args:
            server: ComfyUI's `PromptServer`.
            get_recorder: function that returns the recorder of this process's jobs.
        """
        self._server, self._get_recorder = server, get_recorder
        self._stopping = False
        self._condition = threading.Condition()
        self._wake_count = 0
        self._ended: set[str] = set()  # ids of prompts that ended; `wait` removes its prompt's id
        self._announced: ProductionRecord | None = None  # the last one that was announced
        self._models: frozenset[Any] = frozenset()  # model files of the last graph

    @property
    def process_id(self) -> UUID:
        """Id of this process in its jobs and heartbeats."""
        return self._get_recorder().process_id

    @property
    def least_free(self) -> float:
        """Bytes that must be free on the output folder's disk before an attempt is made."""
        return LEAST_FREE.read(folders.private())

    @property
    def database(self) -> Database:
        """Database of the recorder, which holds the productions."""
        return self._get_recorder().database

    def settle(self) -> None:
        """Send the events in the outbox to the database."""
        self._get_recorder().settle()

    def follow(self) -> None:
        """Subscribe to the recorder's events on jobs."""
        self._get_recorder().follow(self._on_event)

    def stopping(self) -> bool:
        """Return True if this process is stopping."""
        return self._stopping

    def stop(self) -> None:
        """Mark this process as stopping and end all waits."""
        self._stopping = True
        self.wake()

    def wake(self) -> None:
        """End a `pause` or `wait` now, so that the runner reads the phase's state again."""
        with self._condition:
            self._wake_count += 1
            self._condition.notify_all()

    def pause(self, seconds: float) -> None:
        """Wait for some seconds, or until this process stops or `wake` is called."""
        with self._condition:
            count_before = self._wake_count
            self._condition.wait_for(
                lambda: self._wake_count != count_before or self._stopping, seconds
            )

    def count_other_prompts(self) -> int:
        """Return how many prompts run or wait here that belong to no production."""
        running, waiting = self._server.prompt_queue.get_current_queue_volatile()
        return sum(PRODUCTION_MARK not in item[3] for item in (*running, *waiting))

    def has_prompt(self, prompt_id: str) -> bool:
        """Return True if a prompt runs or waits here."""
        running, waiting = self._server.prompt_queue.get_current_queue_volatile()
        return any(item[1] == prompt_id for item in (*running, *waiting))

    def missing(self, definition: PhaseDefinition, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the node classes, files and options that a phase needs and this process lacks."""
        return missing(definition, installed(), values)

    def make_room(self, graph: Mapping[str, Any]) -> None:
        """Free the memory of the last graph's models if this graph uses other model files."""
        models = frozenset(
            value
            for node in graph.values()
            for name, value in node["inputs"].items()
            if (node["class_type"], name) in FOLDERS and isinstance(value, str)
        )
        last_models, self._models = self._models, models
        if not last_models or last_models == models:
            return
        queue = self._server.prompt_queue
        queue.set_flag("unload_models", True)
        queue.set_flag("free_memory", True)
        deadline = time.monotonic() + FREE_SECONDS
        # ComfyUI reads the flags only between two prompts. Without this wait, it could start the
        # next prompt before it reads them.
        while queue.flags and time.monotonic() < deadline and not self._stopping:
            time.sleep(0.01)

    def submit(self, graph: dict[str, Any], prompt_id: str, mark: Mapping[str, Any]) -> None:
        """Queue a prompt.

        Args:
            graph: graph in API format.
            prompt_id: id of the new prompt.
            mark: ids of the production, the phase and the attempt.

        Raises:
            WorkflowRefused: ComfyUI refuses the graph.
            Stopped: this process stops, or ComfyUI's event loop did not run the request in time.
        """
        own = OwnPrompt(prompt_id, JobSource.PRODUCTION, production=mark)
        submission = asyncio.run_coroutine_threadsafe(
            submit(self._server, graph, own, {}), self._server.loop
        )
        deadline = time.monotonic() + SUBMIT_SECONDS
        while True:
            try:
                submission.result(1.0)
                return
            except GraphRefused as refused:
                raise WorkflowRefused(str(refused)) from None
            except concurrent.futures.TimeoutError:
                if self._stopping or time.monotonic() > deadline:
                    submission.cancel()
                    raise Stopped from None

    def wait(self, prompt_id: str, seconds: float) -> bool:
        """Wait until a prompt ends, at most some seconds; return True if it has ended.

        The wait also ends if this process stops or `wake` is called.
        """
        with self._condition:
            count_before = self._wake_count
            self._condition.wait_for(
                lambda: (
                    prompt_id in self._ended or self._wake_count != count_before or self._stopping
                ),
                seconds,
            )
            has_ended = prompt_id in self._ended
            self._ended.discard(prompt_id)
        return has_ended or not self.has_prompt(prompt_id)

    def interrupt(self, prompt_id: str) -> None:
        """Interrupt a prompt, or remove it from the queue if it hasn't begun."""
        queue = self._server.prompt_queue
        if not queue.delete_queue_item(lambda item: item[1] == prompt_id):
            queue.interrupt_if_running(prompt_id)

    def free_bytes(self) -> int:
        """Return the free bytes on the disk of the output folder."""
        return shutil.disk_usage(folders.output()).free

    def output(self) -> Path:
        """Return the output folder."""
        return folders.output()

    def announce(self, production: ProductionRecord) -> None:
        """Send a production's state to the browsers, unless it is the same as the last one sent."""
        message = production.brief()
        if self._announced is None or self._announced.brief() != message:
            self._send(message)
        self._announced = production

    def _send(self, message: dict[str, Any]) -> None:
        with suppress(RuntimeError):  # ComfyUI closes its event loop as it ends.
            self._server.send_sync(EVENT, message)

    def _on_event(self, event: Event) -> None:
        """Handle a recorded event on a job, in the thread that runs prompts."""
        if isinstance(event, JobFinished) and event.job.source is JobSource.PRODUCTION:
            with self._condition:
                self._ended.add(str(event.job.prompt_id))
                self._condition.notify_all()
        elif isinstance(event, JobProgressed) and (production := self._announced) is not None:
            attempt = production.current.running
            if attempt is not None and attempt.prompt_id == event.job.prompt_id:
                phase_count = len(production.phases)
                # `production.progress` contains an older progress of this attempt. The newest one
                # replaces it.
                without_attempt = production.progress - (attempt.progress or 0.0) / phase_count
                progress = without_attempt + event.progress / phase_count
                self._send({**production.brief(), "progress": round(progress, 4)})
