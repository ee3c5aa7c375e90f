"""Client of a running ComfyUI, for the quickstart, the tests and the benchmarks.

It sends JSON requests and prompts, listens to the websocket and reads the history. Only the
websocket needs more than the standard library.
"""

import http.client
import json
import math
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any


class ComfyFailed(RuntimeError):
    """Failure of a request or a prompt; its text says why."""


class RequestRefused(ComfyFailed):
    """Request that the server answered with an error status.

    Attributes:
        status: the HTTP status; 200 for a prompt some of whose output nodes ComfyUI left out.
        body: the answer's text.
    """

    def __init__(
        self, request: str, status: int, body: str, parse: Callable[[str], Any] = json.loads
    ) -> None:
        super().__init__(f"{request} answered {status}: {body}")
        self.status, self.body, self._parse = status, body, parse

    @property
    def answer(self) -> Any:
        """Parsed body of the answer."""
        return self._parse(self.body)

    @property
    def reason(self) -> str:
        """Message of the server: a line for the error, and one for each problem of a node."""
        try:
            answer = self.answer
        except ValueError:
            return self.body[:500]
        if not isinstance(answer, dict):
            return str(answer)
        error = answer.get("error") or answer
        lines = [str(error.get("message", "") if isinstance(error, dict) else error)]
        for node, refused in (answer.get("node_errors") or {}).items():
            lines += [
                f"  {refused.get('class_type')} (node {node}): {problem.get('message')}"
                f" ({problem.get('details')})"
                for problem in refused.get("errors", [])
            ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Run:
    """Prompt that has ended, successfully or not.

    Attributes:
        prompt_id: ComfyUI's id of the prompt.
        messages: messages of the websocket while it ran; empty for a prompt without a client.
        history: the prompt's entry in ComfyUI's history.
    """

    prompt_id: str
    messages: list[dict[str, Any]]
    history: dict[str, Any]

    @property
    def outputs(self) -> dict[str, dict[str, Any]]:
        """The `ui` of each output node, by the node's id."""
        outputs: dict[str, dict[str, Any]] = self.history["outputs"]
        return outputs

    @property
    def succeeded(self) -> bool:
        """True if the status in ComfyUI's history is `success`."""
        return bool(self.history["status"]["status_str"] == "success")

    @property
    def error(self) -> dict[str, Any] | None:
        """Data of the `execution_error` that ended it, such as its `exception_message`."""
        messages: list[tuple[str, dict[str, Any]]] = self.history["status"]["messages"]
        return next((data for event, data in messages if event == "execution_error"), None)

    @property
    def failure(self) -> str:
        """Reason why the prompt did not succeed: the node and its message."""
        if self.error is None:
            return "The prompt was interrupted."
        message = str(self.error.get("exception_message")).strip()
        return f"{self.error.get('node_type')} (node {self.error.get('node_id')}): {message}"


class ComfyClient:
    """Client of the ComfyUI at an address.

    Args:
        address: URL of ComfyUI, without a slash at the end.
        timeout: seconds to wait for an answer.
    """

    def __init__(self, address: str, timeout: float = 60.0) -> None:
        self.address, self.timeout = address, timeout

    def parse(self, text: str | bytes) -> Any:
        """Return the value of a JSON text."""
        return json.loads(text)

    def failed(self, reason: str) -> ComfyFailed:
        """Return the error to raise when ComfyUI is gone or too slow."""
        return ComfyFailed(reason)

    def get(self, path: str, **query: Any) -> Any:
        """Send a GET request and return the parsed JSON of its answer."""
        return self.parse(self.fetch(path, **query))

    def fetch(self, path: str, **query: Any) -> bytes:
        """Send a GET request and return the body of its answer."""
        return self.request(path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path: str, body: Any) -> Any:
        """Send JSON by POST and return the parsed answer, or None if the answer is empty."""
        answer = self.request(path, json.dumps(body).encode())
        return self.parse(answer) if answer else None

    def request(self, path: str, body: bytes | None = None, method: str | None = None) -> bytes:
        """Send a request and return the body of its answer.

        Args:
            path: path of the URL, with its leading slash.
            body: JSON to send.
            method: by default POST with a body, GET without one.

        Raises:
            RequestRefused: the answer has an error status.
            ComfyFailed: ComfyUI did not answer.
        """
        headers = {} if body is None else {"Content-Type": "application/json"}
        # The address begins with http, so it can't name a file.
        request = urllib.request.Request(  # noqa: S310
            self.address + path, body, headers, method=method
        )
        try:
            with urllib.request.urlopen(  # noqa: S310  # nosec B310
                request, timeout=self.timeout
            ) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            name = f"{request.get_method()} {path}"
            raise RequestRefused(name, error.code, text, self.parse) from error
        except (OSError, http.client.HTTPException) as error:
            raise self.failed(f"ComfyUI does not answer ({error}).") from error

    def listen(self) -> "closing[Channel]":
        """Open a websocket and return it for a `with` block, which closes it."""
        return closing(Channel(self))

    def submit(self, prompt: Mapping[str, Any], **fields: Any) -> str:
        """Queue a prompt and return its id.

        Args:
            prompt: the graph in API format.
            fields: further fields of the request, such as `extra_data`.

        Raises:
            RequestRefused: ComfyUI refused the prompt, or would leave out some of its output
                nodes, which it reports in an answer with status 200.
        """
        answer = self.post("/prompt", {"prompt": prompt, **fields})
        if answer.get("node_errors"):
            raise RequestRefused("POST /prompt", 200, json.dumps(answer), self.parse)
        return str(answer["prompt_id"])

    def history(self, prompt_id: str) -> dict[str, Any] | None:
        """Return a prompt's entry in the history, None before the prompt has ended."""
        entry: dict[str, Any] | None = self.get(f"/history/{prompt_id}").get(prompt_id)
        return entry

    def run(
        self,
        prompt: Mapping[str, Any],
        seconds: float = math.inf,
        *,
        watch: Callable[[dict[str, Any]], None] = lambda message: None,
        **fields: Any,
    ) -> Run:
        """Run a prompt until it ends, successfully or not.

        Args:
            prompt: the graph in API format.
            seconds: longest time that the prompt may take.
            watch: function that is called with each websocket message about this prompt.
            fields: further fields of the request.

        Raises:
            RequestRefused: ComfyUI refused the prompt.
            ComfyFailed: ComfyUI ended, or the prompt took longer.
        """
        with self.listen() as channel:
            prompt_id = self.submit(prompt, client_id=channel.client_id, **fields)

            def ended(message: dict[str, Any]) -> bool:
                data = message.get("data") or {}
                if data.get("prompt_id") != prompt_id:
                    return False
                watch(message)
                # The very last message, sent when the history has the prompt.
                return message["type"] == "executing" and data["node"] is None

            channel.until(ended, seconds)
        history = self.history(prompt_id)
        if history is None:
            raise self.failed("ComfyUI finished the prompt, but its history does not have it.")
        return Run(prompt_id, channel.messages, history)


class Channel:
    """Websocket connection with its own client id.

    Attributes:
        client_id: id that requests name to receive messages here.
        messages: every message received so far.
    """

    def __init__(self, client: ComfyClient) -> None:
        import websocket

        self.client_id = uuid.uuid4().hex
        self.messages: list[dict[str, Any]] = []
        self._client = client
        url = f"{client.address.replace('http', 'ws', 1)}/ws?clientId={self.client_id}"
        try:
            self._socket = websocket.create_connection(url, timeout=client.timeout)
        except (websocket.WebSocketException, OSError) as error:
            raise client.failed(f"ComfyUI does not answer ({error}).") from error

    def until(
        self, is_last: Callable[[dict[str, Any]], bool], seconds: float = math.inf
    ) -> dict[str, Any]:
        """Receive messages until `is_last` returns True for one, and return that one.

        A node may compute for a long time without a message; when ComfyUI ends, the websocket
        closes.

        Raises:
            ComfyFailed: ComfyUI ended, or did not send such a message in time.
        """
        from websocket import WebSocketException, WebSocketTimeoutException

        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._socket.settimeout(min(left, self._client.timeout))
            try:
                received = self._socket.recv()
            except WebSocketTimeoutException:
                continue
            except (WebSocketException, OSError) as error:
                raise self._gone(str(error)) from error
            if isinstance(received, bytes):
                continue  # preview pictures
            if not received:
                raise self._gone("it closed the connection")
            message: dict[str, Any] = self._client.parse(received)
            self.messages.append(message)
            if is_last(message):
                return message
        types = [message["type"] for message in self.messages][-20:]
        raise self._client.failed(f"Waited {seconds} s; received {types}.")

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def _gone(self, reason: str) -> ComfyFailed:
        return self._client.failed(f"ComfyUI stopped while the prompt ran ({reason}).")
