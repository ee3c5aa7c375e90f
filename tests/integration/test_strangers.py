"""Other websites and other machines at the routes of a real ComfyUI."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from .client import ComfyClient
from .server import ComfyServer

JSON = {"Content-Type": "application/json"}
EVIL = {"Origin": "http://evil.example"}
REVIEW = '{"verdict": "approved"}'
ORDER = '{"prompt": "a hill", "phases": "sample"}'


def answer(
    server: ComfyServer, method: str, path: str, body: str | None, headers: Mapping[str, str]
) -> tuple[int, str]:
    """The status and the code of the refusal, of a request with exactly these headers."""
    address = urlsplit(server.address)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    text = "" if body is None else body
    for name, value in {
        "Host": address.netloc,
        "Content-Length": str(len(text)),
        **headers,
    }.items():
        connection.putheader(name, value)
    connection.endheaders(text.encode())
    received = connection.getresponse()
    content = received.read()
    connection.close()
    try:
        answered: Any = json.loads(content)
    except ValueError:
        return received.status, ""
    error = answered.get("error") if isinstance(answered, dict) else None
    return received.status, error["code"] if isinstance(error, dict) else ""


LAN, REBOUND = {"Host": "192.168.1.5:8188"}, {"Host": "evil.example:8188"}
REFUSED = [
    # The review's own: a page of another website asks at an address of the LAN.
    ("POST", "/anime/jobs/x/review", REVIEW, {**LAN, **EVIL, "Content-Type": "text/plain"},
     "origin_not_allowed"),
    ("POST", "/anime/orchestrate", ORDER, {**LAN, **EVIL, **JSON}, "origin_not_allowed"),
    ("POST", "/anime/tracking", '{"tracking": "off"}', {**LAN, **EVIL, **JSON},
     "origin_not_allowed"),
    # Its name leads to this machine.
    ("POST", "/anime/jobs/x/review", REVIEW,
     {**REBOUND, "Origin": "http://evil.example:8188", **JSON}, "host_not_allowed"),
    ("GET", "/anime/jobs", None, REBOUND, "host_not_allowed"),
    ("GET", "/anime/export", None, REBOUND, "host_not_allowed"),
    ("GET", "/api/anime/openapi.json", None, REBOUND, "host_not_allowed"),
    # A form, and a script without Origin.
    ("POST", "/anime/orchestrate", ORDER, {"Content-Type": "text/plain"}, "not_json"),
    ("POST", "/api/anime/orchestrate", ORDER, {}, "not_json"),
    # Another machine, or a proxy.
    ("DELETE", "/anime/jobs/x", None, LAN, "token_needed"),
    ("POST", "/anime/tracking", '{"tracking": "off"}', {**LAN, **JSON}, "token_needed"),
    ("POST", "/anime/weights/ccip/fetch", "{}", {"X-Forwarded-For": "203.0.113.7", **JSON},
     "token_needed"),
    ("DELETE", "/anime/phases/x", None, {"X-Anime-Token": "a guess", "Via": "1.1 x"},
     "token_wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "headers", "code"), REFUSED)
def test_a_stranger_is_refused(client: ComfyClient, method, path, body, headers, code):
    status, refused = answer(client.server, method, path, body, headers)
    assert refused == code
    assert status == (415 if code == "not_json" else 403)
    assert client.get("/anime/tracking")["after_restart"] == "jobs"


def test_curl_and_the_editor_are_let_in(client: ComfyClient):
    host = urlsplit(client.server.address).netloc
    own = {"Origin": f"http://{host}", **JSON}
    for headers in (JSON, own, {**JSON, "Host": f"localhost:{host.partition(':')[2]}"}):
        asked = ("POST", "/anime/tracking", '{"tracking": "jobs"}', headers)
        assert answer(client.server, *asked) == (200, "")
    assert answer(client.server, "DELETE", "/anime/jobs/x", None, {}) == (404, "unknown_job")
