"""The work of the soak test: prompts of several kinds, and productions."""

import json
import random
import threading
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..integration.client import ComfyFailed, Prompt, RequestRefused
from ..integration.production_bench import ORDER, SHORT
from .machine import Machine

WAIT, CLIP, FAILS, CANCELLED, PLAIN = "wait", "clip", "fails", "cancelled", "plain"
WEIGHTS = {WAIT: 10, CLIP: 2, FAILS: 1, CANCELLED: 1, PLAIN: 2}
QUEUED = 4  # most prompts that wait in a machine's queue
PRODUCTION_PAUSE = 30.0  # seconds between two productions
HISTORY_PAUSE = 5.0  # seconds between two looks at a machine's history


@dataclass
class Sent:
    """A prompt that was sent to a machine.

    Attributes:
        kind: kind of the prompt.
        machine: the machine.
        starts: number of starts of the machine's process when the prompt was sent.
        note: file that its node leaves when it's done; None if it leaves none.
        accepted: True if ComfyUI answered that the prompt is in its queue.
        cancelled: True if ComfyUI accepted its cancellation.
        ended: status in ComfyUI's history; "" if it was never seen there.
    """

    kind: str
    machine: Machine
    starts: int
    note: Path | None
    accepted: bool = False
    cancelled: bool = False
    ended: str = ""

    @property
    def was_killed(self) -> bool:
        """True if the process that had the prompt may have been killed while it was there."""
        return self.machine.starts != self.starts


class Load:
    """Threads that send prompts and productions to machines until `stop`.

    Args:
        machines: the ComfyUI processes.
        notes: folder for the notes of the prompts.
        seed: seed of the choices.
        with_pack: False for the same work without the pack's nodes and productions.

    Attributes:
        sent: prompts by their id.
        productions: ids of the productions that were accepted.
        refused: answers other than 200 to prompts and, but for 503, to productions.
    """

    def __init__(
        self, machines: Sequence[Machine], notes: Path, seed: int, with_pack: bool = True
    ) -> None:
        self.sent: dict[str, Sent] = {}
        self.productions: list[str] = []
        self.refused: list[str] = []
        self._machines, self._notes, self._with_pack = machines, notes, with_pack
        self._stopped = threading.Event()
        self._mutex = threading.Lock()
        self._threads = [
            threading.Thread(target=self._send_all, args=(machine, random.Random(seed + number)))
            for number, machine in enumerate(machines)
        ] + [threading.Thread(target=self._read_history, args=(machine,)) for machine in machines]
        if with_pack:
            self._threads.append(
                threading.Thread(target=self._order_all, args=(random.Random(seed - 1),))
            )

    def start(self) -> None:
        """Start the threads."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads; prompts that are queued still run."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def send(self, machine: Machine, chance: random.Random) -> None:
        """Send one prompt of a random kind."""
        kind = chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        prompt_id, starts = str(uuid.uuid4()), machine.starts
        note = self._notes / prompt_id if kind in (WAIT, FAILS) else None
        sent = Sent(kind, machine, starts, note)
        with self._mutex:
            self.sent[prompt_id] = sent
        prompt = self._prompt(kind, note, chance)
        try:
            machine.client.submit(prompt, prompt_id=prompt_id)
            sent.accepted = True
        except RequestRefused as error:
            self.refused.append(f"POST /prompt: {error}")
        except ComfyFailed:
            return  # whether it was accepted isn't known
        if kind == CANCELLED:
            self._stopped.wait(chance.uniform(0.0, 2.0))
            self._cancel(machine, prompt_id, sent)

    def order_production(self, machine: Machine, chance: random.Random) -> None:
        """Order a production of stills and a loop."""
        phases = ["sample_stills", "sample_loop"]
        body = {**ORDER, **SHORT, "phases": phases, "seed": chance.randrange(1000)}
        try:
            self.productions.append(machine.client.post("/anime/orchestrate", body)["id"])
        except RequestRefused as error:
            if error.status not in (429, 503):
                self.refused.append(str(error))
        except ComfyFailed:
            pass  # whether it was accepted isn't known

    def read_history(self, machine: Machine) -> None:
        """Note the ends of prompts that a machine's history has, and delete them from it.

        ComfyUI keeps 10,000 prompts there, which would hide what the pack itself keeps.
        """
        try:
            history = machine.client.get("/history", max_items=200)
        except ComfyFailed:
            return
        for prompt_id, entry in history.items():
            if prompt_id in self.sent:
                self.sent[prompt_id].ended = entry["status"]["status_str"]
        with suppress(ComfyFailed):
            machine.client.request("/history", json.dumps({"delete": list(history)}).encode())

    def _send_all(self, machine: Machine, chance: random.Random) -> None:
        while not self._stopped.is_set():
            try:
                waiting = machine.client.get("/prompt")["exec_info"]["queue_remaining"]
            except ComfyFailed:
                waiting = QUEUED
            if waiting < QUEUED:
                self.send(machine, chance)
            self._stopped.wait(chance.uniform(0.05, 0.4))

    def _cancel(self, machine: Machine, prompt_id: str, sent: Sent) -> None:
        try:
            machine.client.request("/queue", b'{"delete": ["%s"]}' % prompt_id.encode())
            machine.client.request("/interrupt", b'{"prompt_id": "%s"}' % prompt_id.encode())
            sent.cancelled = True
        except ComfyFailed:
            pass

    def _order_all(self, chance: random.Random) -> None:
        while not self._stopped.wait(PRODUCTION_PAUSE):
            self.order_production(chance.choice(list(self._machines)), chance)

    def _read_history(self, machine: Machine) -> None:
        while not self._stopped.wait(HISTORY_PAUSE):
            self.read_history(machine)

    def _prompt(self, kind: str, note: Path | None, chance: random.Random) -> Prompt:
        graph = Prompt()
        seed = chance.randrange(2**31)
        job = None
        if kind != PLAIN and self._with_pack:
            job = graph.add("AnimeJob", project="soak", shot=kind)
        if kind == CLIP:
            self._add_clip(graph, job, seed)
            return graph
        seconds = 60.0 if kind == CANCELLED else chance.uniform(0.0, 0.5)
        inputs: dict[str, Any] = {"seconds": seconds, "seed": seed, "fails": kind == FAILS}
        wait = graph.add("TestWait", **inputs, note=str(note or ""))
        graph.add("TestConsumer", value=wait.out())
        return graph

    @staticmethod
    def _add_clip(graph: Prompt, job: Any, seed: int) -> None:
        if job is None:  # without the pack: work of about the same kind by ComfyUI's own nodes
            images = graph.add("EmptyImage", width=192, height=192, batch_size=16, color=seed % 999)
            blurred = graph.add("ImageBlur", image=images.out(), blur_radius=15, sigma=4.0)
            graph.add("SaveImage", images=blurred.out(), filename_prefix="soak/clip")
            return
        clip = graph.add(
            "AnimeSampleClip", frames=16, width=192, height=192, period=16, character=seed % 4
        )
        report = graph.add("AnimeLoopScore", images=clip.out(), fps=12.0)
        graph.add(
            "AnimeJobSave",
            **{"job": job.out(), "images": clip.out(), "report": report.out(), "fps": 12.0},
            **{"filename": "soak/clip", "format": "webp"},
        )
