import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models.production.catalogue import SHIPPED
from anime_production.models.production.definition import MOST_BYTES
from anime_production.web.server.phases import LIST

from .asking import IS_JSON, Desk

OWN = {
    **json.loads((SHIPPED / "sample_stills.json").read_text(encoding="utf-8")),
    "id": "own",
}
BAD, THERE, TOO_LARGE = (400, "bad_definition"), (409, "phase_exists"), (413, "too_large")


@pytest.fixture
def ask(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """The routes on a real server, in a ComfyUI that has no node at all."""
    context = replace(desk.context(), installed=lambda: lambda name: None)
    monkeypatch.setattr(Desk, "context", lambda self: context)

    def serve(questions: Callable[[TestClient], Awaitable[None]]) -> None:
        async def answers() -> None:
            async with TestClient(TestServer(desk.application()), headers=IS_JSON) as client:
                await questions(client)

        asyncio.run(answers())

    return serve


def test_a_phase_whose_nodes_are_missing_may_be_registered_and_says_so(ask):
    async def questions(client: TestClient) -> None:
        answer = await client.post(LIST, json=OWN)
        assert answer.status == 201
        told = await answer.json()
        assert not told["installed"]
        assert "node AnimeSampleClip" in told["missing"]
        assert (await client.post(LIST, json=OWN)).status == 200  # the very same: no conflict
        other = {**OWN, "name": "Another"}
        assert (await client.post(LIST, json=other)).status == 409
        assert (await client.post(LIST, json={**other, "replace": True})).status == 201
        assert (await (await client.get(f"{LIST}/own")).json())["name"] == "Another"
        listed = await (await client.get(LIST)).json()
        assert [each["id"] for each in listed["phases"] if not each["shipped"]] == ["own"]
        assert (await client.delete(f"{LIST}/own")).status == 200
        assert (await client.get(f"{LIST}/own")).status == 404

    ask(questions)


@pytest.mark.parametrize(
    ("body", "refused", "words"),
    [
        (b"", BAD, "id: expected"),
        (b"{", BAD, "a JSON object"),
        (b"[]", BAD, "a JSON object"),
        (b"[" * 200_000, BAD, "a JSON object"),
        (b'{"id": "own"}', BAD, "kind: expected"),
        (json.dumps({**OWN, "replace": 1}).encode(), BAD, "replace: expected true or false"),
        (json.dumps({**OWN, "speed": 1}).encode(), BAD, "no field 'speed'"),
        (json.dumps({**OWN, "id": "sample_loop"}).encode(), THERE, "comes with the pack"),
        (b" " * (MOST_BYTES + 1), TOO_LARGE, "too large"),
        (b" " * (100 << 20), TOO_LARGE, "too large"),
    ],
    ids=lambda value: value[:12].decode() if isinstance(value, bytes) else None,
)
def test_a_bad_request_is_refused_in_a_sentence(ask, tmp_path, body, refused, words):
    async def questions(client: TestClient) -> None:
        answer = await client.post(LIST, data=body)
        error = (await answer.json())["error"]
        assert (answer.status, error["code"]) == refused
        assert words in error["message"]

    ask(questions)
    assert not (tmp_path / "private" / "phases").exists()


def test_a_body_without_a_length_is_not_read_to_its_end(ask):
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 50 * MOST_BYTES:
            sent += 1 << 16
            yield b" " * (1 << 16)

    async def questions(client: TestClient) -> None:
        try:
            answer = await client.post(LIST, data=endless())
            assert answer.status == 413
        except (ConnectionError, OSError):
            pass  # hung up on
        assert sent < 50 * MOST_BYTES

    ask(questions)


@pytest.mark.parametrize(("name", "status"), [("sample_loop", 409), ("nothing", 404)])
def test_only_registered_phases_can_be_removed(ask, name, status):
    async def questions(client: TestClient) -> None:
        answer = await client.delete(f"{LIST}/{name}")
        assert answer.status == status
        assert name in (await answer.json())["error"]["message"]

    ask(questions)
