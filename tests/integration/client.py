"""A client of a ComfyUI server for tests: strict about JSON, and with what a prompt's end shows."""

import json
import time
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NoReturn

import numpy
from PIL import Image

from ...quickstart_steps import comfyui_client
from ...quickstart_steps.comfyui_client import ComfyFailed, RequestRefused
from .server import ComfyServer

__all__ = ["ComfyClient", "Node", "Prompt", "PromptFailed", "RequestRefused", "Run"]

PROMPT_SECONDS = 90


def strict_json(text: str | bytes) -> Any:
    """Parse as a browser does, to which NaN and infinity are syntax errors."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"not JSON: {constant} in {text[:2000]!r}")

    return json.loads(text, parse_constant=refuse)


class Prompt(dict[str, Any]):
    """A graph in API format, built node by node."""

    def add(self, class_type: str, **inputs: Any) -> "Node":
        """Append a node; links are other nodes' `out(index)`."""
        node = Node(len(self) + 1)
        self[node] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}
        return node


class Node(str):
    """A node's id in a prompt."""

    def out(self, index: int = 0) -> list[Any]:
        """A link to one of its outputs."""
        return [str(self), index]


class PromptFailed(ComfyFailed):
    """A prompt that was expected to succeed did not."""


class Run(comfyui_client.Run):
    """A prompt that has ended, as tests look at it."""

    def of_type(self, kind: str) -> list[dict[str, Any]]:
        """Data of all messages of one type."""
        return [message["data"] for message in self.messages if message["type"] == kind]

    def ran(self, node: str) -> bool:
        """Whether the node was started rather than cached or not needed.

        ComfyUI starts a node with a blocked input too; such a one just has no `outputs`.
        """
        if not self.messages:
            raise ValueError("ran() needs a prompt that was sent with a client.")
        started = any(data.get("node") == node for data in self.of_type("executing"))
        return started and not self.cached(node)

    def cached(self, node: str) -> bool:
        """Whether the node's result came from the cache."""
        return any(
            event == "execution_cached" and node in data["nodes"]
            for event, data in self.history["status"]["messages"]
        )

    def report(self, node: str) -> dict[str, Any]:
        """The report that a scoring node published."""
        report: dict[str, Any] = self.outputs[node]["anime_report"][0]
        return report


class ComfyClient(comfyui_client.ComfyClient):
    """Runs prompts on one server that was started."""

    def __init__(self, server: ComfyServer) -> None:
        super().__init__(server.address)
        self.server = server

    def parse(self, text: str | bytes) -> Any:
        """Return what strict JSON says."""
        return strict_json(text)

    def failed(self, reason: str) -> ComfyFailed:
        """Return an error with the end of the server's log."""
        return PromptFailed(f"{reason}\n{self.server.last_lines()}")

    def run(
        self,
        prompt: Mapping[str, Any],
        seconds: float = PROMPT_SECONDS,
        expect_success: bool = True,
        **fields: Any,
    ) -> Run:
        """Run a prompt to its end, collecting its messages.

        Args:
            prompt: the graph in API format.
            seconds: how long it may take.
            expect_success: raise `PromptFailed` when it ends otherwise.
            fields: further fields of the request, such as `extra_data`.
        """
        ended = super().run(prompt, seconds, **fields)
        return _checked(Run(ended.prompt_id, ended.messages, ended.history), expect_success)

    def run_without_client(
        self,
        prompt: Mapping[str, Any],
        seconds: float = PROMPT_SECONDS,
        expect_success: bool = True,
        **fields: Any,
    ) -> Run:
        """Run a prompt as a script without a websocket does: queue it and poll the history."""
        prompt_id = self.submit(prompt, **fields)
        deadline = time.monotonic() + seconds
        while (history := self.history(prompt_id)) is None:
            if time.monotonic() > deadline:
                raise self.failed(f"Waited {seconds} s.")
            time.sleep(0.05)
        return _checked(Run(prompt_id, [], history), expect_success)

    def pictures(self, run: Run, node: str) -> list[numpy.ndarray]:
        """The pictures that an output node wrote, 8-bit, shape (height, width, channels)."""
        bodies = (self.fetch("/view", **file) for file in run.outputs[node]["images"])
        return [numpy.asarray(Image.open(BytesIO(body))) for body in bodies]


def _checked(run: Run, expect_success: bool) -> Run:
    if expect_success and not run.succeeded:
        trace = "".join((run.error or {}).get("traceback", []))
        raise PromptFailed(f"{run.failure}\n{trace}")
    return run
