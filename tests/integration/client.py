"""Client of a ComfyUI server for tests, which accepts only strict JSON."""

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

PROMPT_SECONDS = 90  # timeout of a prompt


def strict_json(text: str | bytes) -> Any:
    """Parse JSON as a browser does: NaN and infinity are syntax errors."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not valid JSON, in {text[:2000]!r}")

    return json.loads(text, parse_constant=refuse)


class Prompt(dict[str, Any]):
    """Graph in API format that a test builds node by node."""

    def add(self, class_type: str, **inputs: Any) -> "Node":
        """Append a node and return its id; an input can be a link: another node's `out(index)`."""
        node = Node(len(self) + 1)
        self[node] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": class_type}}
        return node


class Node(str):
    """Id of a node in a prompt."""

    def out(self, index: int = 0) -> list[Any]:
        """Return a link to an output of the node."""
        return [str(self), index]


class PromptFailed(ComfyFailed):
    """Failure of a prompt that a test expects to succeed."""


class Run(comfyui_client.Run):
    """Prompt that has ended, with the checks that tests need."""

    def message_data(self, kind: str) -> list[dict[str, Any]]:
        """Return the data of all messages of one type."""
        return [message["data"] for message in self.messages if message["type"] == kind]

    def ran(self, node: str) -> bool:
        """Return True if the node was started, and was neither cached nor skipped.

        ComfyUI also starts a node whose input is blocked; such a node has no `outputs`.
        """
        if not self.messages:
            raise ValueError("ran() needs messages: run the prompt with `ComfyClient.run`.")
        started = any(data.get("node") == node for data in self.message_data("executing"))
        return started and not self.cached(node)

    def cached(self, node: str) -> bool:
        """Return True if the result of the node was read from the cache."""
        return any(
            event == "execution_cached" and node in data["nodes"]
            for event, data in self.history["status"]["messages"]
        )

    def report(self, node: str) -> dict[str, Any]:
        """Return the report of a scoring node."""
        report: dict[str, Any] = self.outputs[node]["anime_report"][0][0]
        return report


class ComfyClient(comfyui_client.ComfyClient):
    """Client of a `ComfyServer` that runs prompts on it.

    Attributes:
        server: server that is running.
    """

    def __init__(self, server: ComfyServer) -> None:
        super().__init__(server.address)
        self.server = server

    def parse(self, text: str | bytes) -> Any:
        """Return the value of strict JSON."""
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
        """Run a prompt to its end and collect its messages.

        Args:
            prompt: graph in API format.
            seconds: timeout.
            expect_success: True raises `PromptFailed` if the prompt does not succeed.
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
        """Run a prompt as a script without a websocket does: queue it and poll the history.

        The arguments are those of `run`. The result has no messages.
        """
        prompt_id = self.submit(prompt, **fields)
        deadline = time.monotonic() + seconds
        while (history := self.history(prompt_id)) is None:
            if time.monotonic() > deadline:
                raise self.failed(f"The prompt did not end within {seconds} s.")
            time.sleep(0.05)
        return _checked(Run(prompt_id, [], history), expect_success)

    def pictures(self, run: Run, node: str) -> list[numpy.ndarray]:
        """Return the pictures of an output node, 8-bit, shape (height, width, channels)."""
        bodies = (self.fetch("/view", **file) for file in run.outputs[node]["images"])
        return [numpy.asarray(Image.open(BytesIO(body))) for body in bodies]


def _checked(run: Run, expect_success: bool) -> Run:
    if expect_success and not run.succeeded:
        trace = "".join((run.error or {}).get("traceback", []))
        raise PromptFailed(f"{run.failure}\n{trace}")
    return run
