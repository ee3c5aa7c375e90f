"""Queueing a prompt in ComfyUI: the client id that its progress and results are sent to."""

import asyncio
import sys
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobSource
from anime_production.web.server.submission import submit
from anime_production.web.server.watching.prompts import OwnPrompt

GRAPH = {"1": {"class_type": "EmptyImage", "inputs": {}}}


class Queue(list):
    """ComfyUI's queue."""

    put = list.append


@pytest.fixture
def server(monkeypatch) -> Any:
    """A `PromptServer` that takes every graph."""

    async def validate_prompt(prompt_id: str, graph: Any, targets: Any) -> Any:
        return True, None, ["1"], {}

    execution = SimpleNamespace(validate_prompt=validate_prompt, SENSITIVE_EXTRA_DATA_KEYS=())
    monkeypatch.setitem(sys.modules, "execution", execution)
    heard: list[dict[str, Any]] = []

    def trigger_on_prompt(request: dict[str, Any]) -> dict[str, Any]:
        heard.append(request)
        return request

    return SimpleNamespace(
        heard=heard,
        trigger_on_prompt=trigger_on_prompt,
        node_replace_manager=SimpleNamespace(apply_replacements=lambda graph: None),
        prompt_queue=Queue(),
        number=0,
    )


def own_prompt() -> OwnPrompt:
    """A new prompt of this process."""
    return OwnPrompt(str(uuid4()), JobSource.API)


def client_ids(server: Any) -> list[str]:
    """The client ids of the queued prompts; handlers were told of the same ones."""
    queued = [item[3]["client_id"] for item in server.prompt_queue]
    assert [request["client_id"] for request in server.heard] == queued
    return queued


def test_a_prompt_for_which_no_client_is_named_gets_a_new_client_id(server):
    for _ in range(2):
        asyncio.run(submit(server, dict(GRAPH), own_prompt(), {"kept": 1}))
    first, second = client_ids(server)
    assert first != second
    assert first.startswith("anime-")
    assert [item[3]["kept"] for item in server.prompt_queue] == [1, 1]


def test_a_client_that_is_named_is_kept(server):
    asyncio.run(submit(server, dict(GRAPH), own_prompt(), {}, "a script"))
    assert client_ids(server) == ["a script"]
