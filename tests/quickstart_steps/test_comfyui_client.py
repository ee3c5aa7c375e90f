"""Requests that are answered or refused, and servers that are gone."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from anime_production.quickstart_steps.comfyui_client import (
    ComfyClient,
    ComfyFailed,
    RequestRefused,
    Run,
)
from anime_production.quickstart_steps.comfyui_process import free_port

MESSAGES = [{"type": "status", "data": {}}, {"type": "executing", "data": {"node": "1"}}]


class Echo(BaseHTTPRequestHandler):
    """Answers with the request; below a number, with that status; has a websocket too."""

    def answer(self) -> None:
        if self.path.startswith("/ws?clientId="):
            return self.send_messages()
        length = self.headers.get("Content-Length")
        received = {
            "method": self.command,
            "path": self.path,
            "type": self.headers.get("Content-Type"),
            "body": json.loads(self.rfile.read(int(length))) if length else None,
        }
        first = self.path.split("/")[1]
        self.send_response(int(first) if first.isdecimal() else 200)
        self.end_headers()
        if self.path != "/empty":
            self.wfile.write(json.dumps(received).encode())

    def send_messages(self) -> None:
        """Send a picture and the messages, and hang up when the client has said something."""
        magic = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        accept = base64.b64encode(hashlib.sha1(magic.encode()).digest()).decode()
        self.send_header("Sec-WebSocket-Accept", accept)
        self.end_headers()
        self.wfile.write(b"\x82\x03png")
        for message in MESSAGES:
            text = json.dumps(message).encode()
            self.wfile.write(bytes([0x81, len(text)]) + text)
        self.rfile.read(1)

    do_GET = do_POST = do_DELETE = answer

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


@pytest.fixture(scope="module")
def client() -> Iterator[ComfyClient]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield ComfyClient(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()


def test_requests_carry_their_method_query_and_json(client: ComfyClient):
    received = client.get("/jobs", project="Winter", limit=2)
    assert (received["method"], received["path"]) == ("GET", "/jobs?project=Winter&limit=2")
    received = client.post("/jobs", {"a": [1]})
    assert (received["method"], received["body"]) == ("POST", {"a": [1]})
    assert received["type"] == "application/json"
    assert json.loads(client.request("/jobs/1", method="DELETE"))["method"] == "DELETE"
    assert client.post("/empty", {}) is None


def test_an_error_of_the_server_is_a_refusal_with_its_status(client: ComfyClient):
    with pytest.raises(RequestRefused, match="GET /409/x answered 409") as refusal:
        client.get("/409/x")
    assert refusal.value.status == 409
    assert refusal.value.answer["path"] == "/409/x"


def test_a_server_that_is_gone_is_no_refusal():
    gone = ComfyClient(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ComfyFailed, match="does not answer") as failure:
        gone.get("/prompt")
    assert not isinstance(failure.value, RequestRefused)
    with pytest.raises(ComfyFailed, match="does not answer"):
        gone.listen()


def test_a_websocket_receives_up_to_the_message_that_is_wanted(client: ComfyClient):
    with client.listen() as channel:
        assert channel.until(lambda message: message["type"] == "executing", 10) == MESSAGES[1]
        assert channel.messages == MESSAGES, "without the picture"


def test_a_message_that_does_not_come_is_not_waited_for_longer(client: ComfyClient):
    with client.listen() as channel, pytest.raises(ComfyFailed, match=r"Waited 0.2 s.*executing"):
        channel.until(lambda message: False, 0.2)


def test_a_comfyui_that_ends_while_a_prompt_runs_has_gone_away(client: ComfyClient):
    def answered(message: Any) -> bool:
        channel._socket.send("goodbye")
        return False

    with client.listen() as channel, pytest.raises(ComfyFailed, match="stopped while"):
        channel.until(answered)


def test_a_refused_prompt_says_which_node_and_why():
    answer = {
        "error": {"message": "Prompt outputs failed validation"},
        "node_errors": {
            "3": {
                "class_type": "SaveImage",
                "errors": [{"message": "Required input is missing", "details": "images"}],
            }
        },
    }
    assert RequestRefused("POST /prompt", 400, json.dumps(answer)).reason == (
        "Prompt outputs failed validation\n  SaveImage (node 3): Required input is missing (images)"
    )


@pytest.mark.parametrize(
    "body",
    [
        '{"error": {"message": "no such job"}}',
        '{"error": "no such job"}',
        '{"message": "no such job"}',
        "no such job",
    ],
)
def test_a_refusal_has_the_servers_words_however_it_answers(body: str):
    assert RequestRefused("GET /", 404, body).reason == "no such job"


def test_a_failed_prompt_names_the_node_and_an_interrupted_one_says_so():
    error = {"node_id": "3", "node_type": "KSampler", "exception_message": "No memory.\n"}
    failed = {"status": {"status_str": "error", "messages": [["execution_error", error]]}}
    assert Run("id", [], failed).failure == "KSampler (node 3): No memory."
    interrupted = {"status": {"status_str": "error", "messages": [["execution_interrupted", {}]]}}
    assert Run("id", [], interrupted).failure == "The prompt was interrupted."
