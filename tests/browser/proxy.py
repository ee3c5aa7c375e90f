"""A small reverse proxy that serves a ComfyUI below a path, as nginx or Caddy do."""

import asyncio
import socket
import threading
from collections.abc import Coroutine
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

BASE_PATH = "/comfy"
# Headers of one connection, which a proxy does not hand on.
HOP_BY_HOP = {
    *("connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "te"),
    *("sec-websocket-key", "sec-websocket-version", "sec-websocket-extensions"),
}


class Proxy:
    """Reverse proxy that runs in a thread of its own as long as a `with` block.

    It hands on the browser's Host, or another one, and adds X-Forwarded-For.

    Attributes:
        address: address of ComfyUI's page, with the path.
        outside: paths that were asked for and are not below the base path.
        asked: method and path of every request below the base path, without that path.
    """

    def __init__(self, upstream: str, host: str | None = None) -> None:
        """Take a free port.

        Args:
            upstream: address of ComfyUI.
            host: Host to hand on; None for the browser's.
        """
        self._upstream, self._host = upstream, host
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}{BASE_PATH}/"
        self.outside: list[str] = []
        self.asked: list[tuple[str, str]] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-proxy")

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._run(self._start())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._run(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(60)

    async def _start(self) -> None:
        self._session = aiohttp.ClientSession(auto_decompress=False)
        application = web.Application(client_max_size=100 << 20)
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket).start()

    async def _stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.raw_path
        if not path.startswith(f"{BASE_PATH}/"):
            self.outside.append(path)
            return web.Response(status=404)
        path = path.removeprefix(BASE_PATH)
        self.asked.append((request.method, path))
        url = URL(self._upstream + path, encoded=True)
        headers = {
            name: value for name, value in request.headers.items() if name.lower() not in HOP_BY_HOP
        }
        headers["X-Forwarded-For"] = str(request.remote)
        headers["Host"] = self._host or headers["Host"]
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._relay(request, url, headers)
        body = await request.read()
        asked = self._session.request(
            request.method, url, headers=headers, data=body or None, allow_redirects=False
        )
        async with asked as answer:
            answered = {
                name: value
                for name, value in answer.headers.items()
                if name.lower() not in HOP_BY_HOP
            }
            return web.Response(status=answer.status, headers=answered, body=await answer.read())

    async def _relay(
        self, request: web.Request, url: URL, headers: dict[str, str]
    ) -> web.WebSocketResponse:
        browser = web.WebSocketResponse(max_msg_size=0)
        await browser.prepare(request)
        async with self._session.ws_connect(url, headers=headers, max_msg_size=0) as comfyui:
            both = (_hand_on(browser, comfyui), _hand_on(comfyui, browser))
            await asyncio.wait(
                list(map(asyncio.ensure_future, both)), return_when=asyncio.FIRST_COMPLETED
            )
        return browser


async def _hand_on(source: Any, target: Any) -> None:
    async for message in source:
        if message.type is aiohttp.WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            await target.send_bytes(message.data)
