"""Asks the pack's routes on a real HTTP server."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.weights import Weight, WeightFile
from anime_production.models.weights.weight import files_in
from anime_production.web.server import routes
from anime_production.web.server.access import JSON
from anime_production.web.server.context import RouteContext
from anime_production.web.server.fetches import Fetches, Models
from anime_production.web.server.worker import Productions

IS_JSON = {"Content-Type": JSON}


@dataclass(frozen=True)
class Answered:
    """What a route answered."""

    status: int
    kind: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body; strict, as a browser reads it."""
        assert self.kind == "application/json", self.body
        return json.loads(self.body, parse_constant=_refuse)


@dataclass(frozen=True)
class NoWorker:
    """What would work at productions in a ComfyUI: here they stay as they were ordered."""

    are_tracked: bool = True
    problem: str | None = None
    runs: bool = False

    def start(self) -> None:
        """Nobody works."""


async def no_graph_errors(graph: Mapping[str, Any]) -> list[str]:
    """What a ComfyUI has against a graph: nothing."""
    return []


def context_in(folder: Path, recorder: Recorder, fetches: Fetches) -> RouteContext:
    """A ComfyUI without a queue, whose folders are in one of the test."""
    return RouteContext(
        get_recorder=lambda: recorder,
        output=lambda: folder / "output",
        private=lambda: folder / "private",
        profiles=lambda: folder / "profiles",
        device=lambda: "cpu",
        server=lambda: None,
        installed=lambda: lambda class_type: {},  # every node, and no choice that is limited
        graph_errors=no_graph_errors,
        fetches=fetches,
        productions=lambda: cast(Productions, NoWorker()),
    )


def two_weights(folder: Path) -> Fetches:
    """One weight that is installed and one that isn't, neither of which can be fetched."""
    catalogue = {}
    for name in ("here", "absent"):
        file = WeightFile(f"{name}.onnx", "http://127.0.0.1:1/", 1, sha256="0" * 64)
        catalogue[name] = Weight(name, "ccip", (file,), "terms", ("ccip",), False)
    (folder / "ccip").mkdir(parents=True, exist_ok=True)
    (folder / "ccip" / "here.onnx").write_bytes(b"x")
    models = Models(folder, lambda kind: files_in(folder / kind), lambda kind: None)
    return Fetches(lambda: models, lambda *event: None, catalogue)


@dataclass(frozen=True)
class Desk:
    """The routes of one recorder; ComfyUI's folders are a folder of the test."""

    recorder: Recorder
    folder: Path

    @property
    def output(self) -> Path:
        """ComfyUI's output folder."""
        return self.folder / "output"

    def context(self) -> RouteContext:
        """A ComfyUI with one weight of two, and without a queue."""
        return context_in(self.folder, self.recorder, two_weights(self.folder / "models"))

    def application(self) -> web.Application:
        """A server with the routes; it takes bodies as large as ComfyUI does."""
        table, application = web.RouteTableDef(), web.Application(client_max_size=100 << 20)
        routes.register(table, self.context())
        routes.register(table, self.context())  # a second copy of the pack
        application.add_routes(table)
        return application

    def get(self, *paths: str) -> list[Answered]:
        """What is answered to each."""
        return self.ask(*(("GET", path, None) for path in paths))

    def ask(
        self, *requests: tuple[str, str, Any], headers: Mapping[str, str] | None = None
    ) -> list[Answered]:
        """What is answered to each: method, path, and a body: bytes, or what JSON holds.

        A POST says that its body is JSON, unless `headers` say something else.
        """

        return ask_application(self.application(), *requests, headers=headers)


def ask_application(
    application: web.Application,
    *requests: tuple[str, str, Any],
    headers: Mapping[str, str] | None = None,
) -> list[Answered]:
    """What a server with these routes answers to each request; see `Desk.ask`."""

    async def answers() -> list[Answered]:
        found = []
        async with TestClient(TestServer(application)) as client:
            for method, path, body in requests:
                data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
                named = {
                    **(IS_JSON if method == "POST" else {}),
                    **(headers or {}),
                }
                async with client.request(method, path, data=data, headers=named) as got:
                    found.append(
                        Answered(got.status, got.content_type, await got.read(), got.headers)
                    )
        return found

    return asyncio.run(answers())


def _refuse(constant: str) -> None:
    raise ValueError(f"not JSON: {constant}")
