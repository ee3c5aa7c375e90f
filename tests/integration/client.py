"""Talks to a ComfyUI server as a user of its API does: prompts in, messages and history out."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Any, NoReturn

import numpy
import websocket
from PIL import Image

from .server import ComfyServer

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


class RequestRefused(RuntimeError):
    """The server answered with an error status."""

    def __init__(self, what: str, status: int, body: str) -> None:
        super().__init__(f"{what} answered {status}: {body}")
        self.status, self.body = status, body

    @property
    def answer(self) -> Any:
        """The body, parsed."""
        return strict_json(self.body)


class PromptFailed(RuntimeError):
    """A prompt that was expected to succeed did not."""


@dataclass(frozen=True)
class Run:
    """What became of one prompt."""

    prompt_id: str
    messages: list[dict[str, Any]]  # of the websocket; empty for a prompt without a client
    history: dict[str, Any]

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """`ui` of each output node."""
        outputs: dict[str, dict[str, Any]] = self.history["outputs"]
        return outputs

    @property
    def succeeded(self) -> bool:
        """Whether ComfyUI calls it a success."""
        return bool(self.history["status"]["status_str"] == "success")

    @property
    def error(self) -> dict[str, Any] | None:
        """Data of the `execution_error` that ended it: node_id, exception_message, …"""
        messages: list[tuple[str, dict[str, Any]]] = self.history["status"]["messages"]
        return next((data for event, data in messages if event == "execution_error"), None)

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


class Channel:
    """One websocket with a client id of its own, as a `with` block."""

    def __init__(self, server: ComfyServer) -> None:
        self.client_id = uuid.uuid4().hex
        self.messages: list[dict[str, Any]] = []
        self._server = server
        self._socket = websocket.create_connection(
            f"ws://{server.address}/ws?clientId={self.client_id}", timeout=10
        )

    def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float) -> dict[str, Any]:
        """Collect messages up to the first one that is wanted, and return it."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                received = self._socket.recv()
            except websocket.WebSocketTimeoutException:
                break
            except (websocket.WebSocketException, ConnectionError) as error:
                raise PromptFailed(f"ComfyUI hung up:\n{self._server.last_lines()}") from error
            if not received:
                raise PromptFailed(f"ComfyUI said goodbye:\n{self._server.last_lines()}")
            if isinstance(received, bytes):
                continue  # preview pictures
            message: dict[str, Any] = strict_json(received)
            self.messages.append(message)
            if wanted(message):
                return message
        seen = [message["type"] for message in self.messages][-20:]
        raise PromptFailed(f"Waited {seconds} s; got {seen}.\n{self._server.last_lines()}")

    def __enter__(self) -> "Channel":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()


class ComfyClient:
    """Runs prompts on one server."""

    def __init__(self, server: ComfyServer) -> None:
        self.server = server

    def get(self, path: str, **query: Any) -> Any:
        """Parsed JSON answer of a GET."""
        return strict_json(self.fetch(path, **query))

    def fetch(self, path: str, **query: Any) -> bytes:
        """Body of a GET."""
        return self._request(path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path: str, body: Any) -> Any:
        """Parsed JSON answer of a POST, None where it is empty."""
        answer = self._request(path, json.dumps(body).encode())
        return strict_json(answer) if answer else None

    def listen(self) -> Channel:
        """A websocket, for tests that watch more than one prompt's own messages."""
        return Channel(self.server)

    def submit(self, prompt: dict[str, Any], **fields: Any) -> str:
        """Queue a prompt and return its id.

        ComfyUI drops output nodes that do not validate and says so only beside its 200: that is
        an error here.
        """
        answer = self.post("/prompt", {"prompt": prompt, **fields})
        if answer["node_errors"]:
            raise RequestRefused("POST /prompt", 200, json.dumps(answer["node_errors"]))
        return str(answer["prompt_id"])

    def run(
        self,
        prompt: dict[str, Any],
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
        with self.listen() as channel:
            prompt_id = self.submit(prompt, client_id=channel.client_id, **fields)

            def ended(message: dict[str, Any]) -> bool:
                data = message["data"]
                if message["type"] != "executing" or data["node"] is not None:
                    return False
                return bool(data["prompt_id"] == prompt_id)

            channel.until(ended, seconds)
        return self._finished(prompt_id, channel.messages, expect_success)

    def run_without_client(
        self,
        prompt: dict[str, Any],
        seconds: float = PROMPT_SECONDS,
        expect_success: bool = True,
        **fields: Any,
    ) -> Run:
        """Run a prompt as a script without a websocket does: queue it and poll the history."""
        prompt_id = self.submit(prompt, **fields)
        deadline = time.monotonic() + seconds
        while prompt_id not in self.get(f"/history/{prompt_id}"):
            if time.monotonic() > deadline:
                raise PromptFailed(f"Waited {seconds} s.\n{self.server.last_lines()}")
            time.sleep(0.05)
        return self._finished(prompt_id, [], expect_success)

    def pictures(self, run: Run, node: str) -> list[numpy.ndarray]:
        """The pictures that an output node wrote, 8-bit, shape (height, width, channels)."""
        bodies = (self.fetch("/view", **file) for file in run.outputs[node]["images"])
        return [numpy.asarray(Image.open(BytesIO(body))) for body in bodies]

    def _finished(
        self, prompt_id: str, messages: list[dict[str, Any]], expect_success: bool
    ) -> Run:
        run = Run(prompt_id, messages, self.get(f"/history/{prompt_id}")[prompt_id])
        if expect_success and not run.succeeded:
            error = run.error or {"exception_message": "interrupted"}
            trace = "".join(error.get("traceback", []))
            raise PromptFailed(
                f"Node {error.get('node_id')} ({error.get('node_type')}): "
                f"{error['exception_message']}\n{trace}"
            )
        return run

    def _request(self, path: str, body: bytes | None = None) -> bytes:
        request = urllib.request.Request(f"http://{self.server.address}{path}", data=body)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            method = request.get_method()
            raise RequestRefused(f"{method} {path}", error.code, error.read().decode()) from error
        except (urllib.error.URLError, ConnectionError) as error:
            raise PromptFailed(f"ComfyUI is gone:\n{self.server.last_lines()}") from error
