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
from anime_production.web.server import routes
from anime_production.web.server.host import Host
from anime_production.web.server.worker import Productions


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

    why_not: str | None = None
    problem: str | None = None
    runs: bool = False

    def start(self) -> None:
        """Nobody works."""


@dataclass(frozen=True)
class Desk:
    """The routes of one recorder; ComfyUI's folders are a folder of the test."""

    recorder: Recorder
    folder: Path

    @property
    def output(self) -> Path:
        """ComfyUI's output folder."""
        return self.folder / "output"

    def host(self) -> Host:
        """A ComfyUI with one weight of two, and without a queue."""
        return Host(
            output=lambda: self.output,
            private=lambda: self.folder / "private",
            device=lambda: "cpu",
            weights=lambda: {"here": True, "absent": False},
            server=lambda: None,
            installed=lambda: lambda class_type: {},  # every node, and no choice that is limited
            productions=lambda: cast(Productions, NoWorker()),
        )

    def application(self) -> web.Application:
        """A server with the routes."""
        table, application = web.RouteTableDef(), web.Application()
        routes.register(table, lambda: self.recorder, self.host())
        routes.register(table, lambda: self.recorder, self.host())  # a second copy of the pack
        application.add_routes(table)
        return application

    def get(self, *paths: str) -> list[Answered]:
        """What is answered to each."""
        return self.ask(*(("GET", path, None) for path in paths))

    def ask(
        self, *requests: tuple[str, str, Any], headers: Mapping[str, str] | None = None
    ) -> list[Answered]:
        """What is answered to each: method, path, and a body: bytes, or what JSON holds."""

        async def answers() -> list[Answered]:
            found = []
            async with TestClient(TestServer(self.application())) as client:
                for method, path, body in requests:
                    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
                    async with client.request(method, path, data=data, headers=headers) as got:
                        found.append(
                            Answered(got.status, got.content_type, await got.read(), got.headers)
                        )
            return found

        return asyncio.run(answers())


def _refuse(constant: str) -> None:
    raise ValueError(f"not JSON: {constant}")
