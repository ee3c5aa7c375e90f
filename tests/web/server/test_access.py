"""Who may use the routes: other websites and other machines are kept out, with a remedy."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from anime_production.models.settings import TOKEN
from anime_production.web.server import openapi, routes
from anime_production.web.server.access import TOKEN_HEADER, refuse_stranger
from anime_production.web.server.endpoint import Endpoint
from anime_production.web.server.refusals import Refusal

from .asking import Desk
from .test_bad_requests import check, names, path_of

SECRET = "correct-horse-battery-staple-0123456789"
ALL = list(routes.ENDPOINTS)
CHANGING = [each for each in ALL if each.method != "GET"]
DESTRUCTIVE = {
    "DELETE /anime/jobs/{id}", "POST /anime/tracking", "POST /anime/phases",
    "DELETE /anime/phases/{id}", "POST /anime/weights/{name}/fetch",
    "DELETE /anime/weights/{name}/fetch", "POST /anime/selection/delete",
}  # fmt: skip
JSON = {"Content-Type": "application/json"}
HERE, LAN = "127.0.0.1:8188", "192.168.1.5:8188"


@pytest.fixture(autouse=True)
def nothing_allowed(monkeypatch):
    """No name and no token is set by the environment."""
    monkeypatch.delenv("ANIME_ALLOWED_HOSTS", raising=False)
    monkeypatch.delenv("ANIME_TOKEN", raising=False)


def refusal_of(
    tmp_path: Any,
    headers: Mapping[str, str],
    peer: str = "127.0.0.1",
    method: str = "POST",
    is_destructive: bool = False,
) -> str:
    """The key of the refusal of a request; "" if it is let in."""

    class Transport:
        def get_extra_info(self, name: str, default: Any = None) -> Any:
            return (peer, 5000) if name == "peername" else default

        def is_closing(self) -> bool:
            return False

    transport: Any = Transport()
    request = make_mocked_request(method, "/anime/x", headers=headers, transport=transport)
    try:
        refuse_stranger(request, is_destructive, tmp_path)
    except Refusal as refusal:
        return refusal.key
    return ""


@pytest.mark.parametrize("endpoint", ALL, ids=names(ALL))
def test_no_route_answers_under_a_name_that_is_not_allowed(
    desk: Desk, database_url: str, endpoint: Endpoint
):
    hosts = [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.1",
        "1",
        "a b",
    ]
    for host in hosts:
        answers = desk.ask((endpoint.method, path_of(endpoint), {}), headers={"Host": host})
        assert check(answers[0]) == "host_not_allowed"
        assert answers[0].status == 403


@pytest.mark.parametrize("endpoint", CHANGING, ids=names(CHANGING))
def test_no_page_of_another_website_changes_anything(
    desk: Desk, database_url: str, endpoint: Endpoint
):
    for origin in ("http://evil.example", "https://127.0.0.1", "null", "", "http://127.0.0.1:1"):
        answers = desk.ask((endpoint.method, path_of(endpoint), {}), headers={"Origin": origin})
        assert check(answers[0]) == "origin_not_allowed"


BODIES = [each for each in CHANGING if each.body is not None]


@pytest.mark.parametrize("endpoint", BODIES, ids=names(BODIES))
def test_a_body_must_say_that_it_is_json(desk: Desk, database_url: str, endpoint: Endpoint):
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
    for kind in (*kinds, "application/jsonp", "text/plain, application/json", ""):
        asked: tuple[str, str, Any] = (endpoint.method, path_of(endpoint), {})
        (answer,) = desk.ask(asked, headers={"Content-Type": kind})
        assert (check(answer), answer.status) == ("not_json", 415)
    (answer,) = desk.ask(asked, headers={"Content-Type": "application/json; charset=utf-8"})
    assert answer.status != 415


def test_the_routes_that_destroy_something_are_these():
    assert {f"{each.method} {each.path}" for each in ALL if each.is_destructive} == DESTRUCTIVE
    assert {each.method for each in ALL} == {"GET", "POST", "DELETE"}
    assert all(each.body for each in ALL if each.method == "POST")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        (HERE, None), ("localhost:8188", None), ("[::1]:8188", "http://[::1]:8188"), (LAN, None),
        (HERE, f"http://{HERE}"), (LAN, f"http://{LAN}"), ("LOCALHOST", "http://localhost"),
        ("127.0.0.1", "https://127.0.0.1"), ("127.0.0.1:443", "https://127.0.0.1"),
        ("127.0.0.1", "http://127.0.0.1:80"), ("[fe80::1]:8188", None),
    ],
)  # fmt: skip
def test_pages_of_this_comfyui_and_programs_may_change_things(tmp_path, host, origin):
    headers = {"Host": host, **JSON, **({} if origin is None else {"Origin": origin})}
    assert refusal_of(tmp_path, headers, peer="192.168.1.9") == ""


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1", "https://127.0.0.1:8188"), (HERE, "http://127.0.0.1"),
        (HERE, "http://localhost:8188"), (LAN, "http://evil.example"), (LAN, "null"),
        (HERE, f"ftp://{HERE}"), (HERE, f"http://{HERE}.evil.example"), (HERE, f"http://x@{HERE}"),
        (HERE, f"http://{HERE}/"), (HERE, f"http://{HERE}, http://evil.example"),
    ],
)  # fmt: skip
def test_a_page_of_another_port_scheme_or_name_may_not(tmp_path, host, origin):
    headers = {"Host": host, "Origin": origin, **JSON}
    assert refusal_of(tmp_path, headers) == "origin_not_allowed"
    assert refusal_of(tmp_path, headers, method="DELETE") == "origin_not_allowed"
    assert refusal_of(tmp_path, headers, method="GET") == ""


@pytest.mark.parametrize(
    "host", ["", "x@127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1/", "[::1", "::1", "0x7f.1"]
)
def test_a_host_that_is_none_is_refused(tmp_path, host):
    assert refusal_of(tmp_path, {"Host": host}, method="GET") == "host_not_allowed"
    assert refusal_of(tmp_path, {}, method="GET") == "host_not_allowed"


def test_a_name_that_the_user_allowed_is_as_good_as_an_address(tmp_path, monkeypatch):
    headers = {"Host": "Art.example", "Origin": "https://art.example", **JSON}
    assert refusal_of(tmp_path, headers) == "host_not_allowed"
    (tmp_path / "config.json").write_text(json.dumps({"allowed_hosts": "nas, art.example"}))
    assert refusal_of(tmp_path, headers) == ""
    assert refusal_of(tmp_path, {**headers, "Host": "evil.art.example"}) == "host_not_allowed"
    monkeypatch.setenv("ANIME_ALLOWED_HOSTS", "other.example")
    assert refusal_of(tmp_path, headers) == "host_not_allowed"


@pytest.mark.parametrize(
    ("peer", "host", "more"),
    [
        ("192.168.1.9", LAN, {}), ("192.168.1.9", HERE, {}), ("127.0.0.1", LAN, {}),
        ("127.0.0.1", HERE, {"X-Forwarded-For": "127.0.0.1"}), ("", HERE, {}),
        ("127.0.0.1", HERE, {"x-forwarded-proto": "https"}),
        ("127.0.0.1", HERE, {"Forwarded": "for=127.0.0.1"}), ("127.0.0.1", HERE, {"Via": "1.1 x"}),
        ("127.0.0.1", HERE, {"X-Real-IP": "127.0.0.1"}), ("fe80::1", HERE, {}),
        ("::ffff:192.168.1.9", HERE, {}), ("127.0.0.1", HERE, {"CF-Connecting-IP": "127.0.0.1"}),
    ],
)  # fmt: skip
def test_another_machine_destroys_nothing_without_the_token(tmp_path, peer, host, more):
    headers = {"Host": host, **JSON, **more}

    def key(**sent: str) -> str:
        return refusal_of(tmp_path, {**headers, **sent}, peer, is_destructive=True)

    token = {TOKEN_HEADER: SECRET}
    assert refusal_of(tmp_path, headers, peer) == "", "the other routes are open to it"
    assert key() == "token_needed"
    assert key(**token) == "token_wrong", "there is no token yet, so none is right"
    TOKEN.write(tmp_path, SECRET)
    assert key() == "token_needed"
    assert key(**{TOKEN_HEADER: SECRET[:-1]}) == "token_wrong"
    assert key(**{TOKEN_HEADER: "é" * 40}) == "token_wrong"
    assert key(**token) == ""
    other_page = {"Origin": "http://evil.example"}
    assert key(**token, **other_page) == "origin_not_allowed", "the token is no pass for a website"


@pytest.mark.parametrize(
    ("peer", "host"),
    [("127.0.0.1", HERE), ("127.0.0.1", "localhost:8188"), ("::1", "[::1]:8188"),
     ("127.0.0.53", "127.0.0.2"), ("::ffff:127.0.0.1", HERE)],
)  # fmt: skip
def test_this_machine_needs_no_token(tmp_path, peer, host):
    assert refusal_of(tmp_path, {"Host": host, **JSON}, peer, is_destructive=True) == ""


@pytest.mark.parametrize("route", sorted(DESTRUCTIVE))
def test_through_a_proxy_the_token_is_asked_for_and_taken(
    desk: Desk, database_url: str, route: str
):
    endpoint = next(each for each in ALL if f"{each.method} {each.path}" == route)
    asked = (endpoint.method, path_of(endpoint), {"tracking": "jobs"})
    TOKEN.write(desk.context().private(), SECRET)

    async def keys() -> list[str]:
        found = []
        async with TestClient(TestServer(desk.application())) as client:
            for token in ({}, {TOKEN_HEADER: "x" * 40}, {TOKEN_HEADER: SECRET}):
                headers = {**JSON, "X-Forwarded-For": "203.0.113.7", **token}
                method, path, body = asked
                async with client.request(method, path, json=body, headers=headers) as got:
                    answer = await got.json()
                    assert SECRET not in json.dumps(answer)
                    found.append(answer.get("error", {}).get("code", ""))
        return found

    needed, wrong, taken = asyncio.run(keys())
    assert (needed, wrong) == ("token_needed", "token_wrong")
    assert taken not in (needed, wrong, "host_not_allowed", "origin_not_allowed", "not_json")


def test_the_description_says_who_may_ask():
    paths = openapi.document(routes.ENDPOINTS)["paths"]
    for endpoint in ALL:
        operation = paths[endpoint.path][endpoint.method.lower()]
        assert "403" in operation["responses"]
        assert ("415" in operation["responses"]) is (endpoint.body is not None)
        headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
        assert headers == ([TOKEN_HEADER] if endpoint.is_destructive else [])
