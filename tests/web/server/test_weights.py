import asyncio
import hashlib
import json
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.weights import Weight, WeightFile
from anime_production.models.weights.weight import files_in
from anime_production.tools.comfyui import use_comfyui
from anime_production.web.server import routes
from anime_production.web.server.fetches import Fetches, Models

from ...file_server import FileServer, file_server
from .asking import IS_JSON, context_in

CONTENT = os.urandom(2_000_000)
FREE, BOUND = "free", "bound"  # weights without and with a non-commercial licence


class Bench:
    """The routes on a real server, with two weights that another real server offers."""

    def __init__(self, offers: FileServer, folder: Path) -> None:
        self.offers, self.folder = offers, folder
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.forgotten: list[str] = []
        published = hashlib.sha256(CONTENT).hexdigest()
        catalogue = {}
        for name in (FREE, BOUND):
            source = offers.offer(f"{name}.onnx", CONTENT)
            file = WeightFile(f"{name}.onnx", source, len(CONTENT), sha256=published)
            catalogue[name] = Weight(name, "ccip", (file,), "terms", ("ccip",), name == BOUND)
        models = Models(folder, lambda kind: files_in(folder / kind), self.forgotten.append)
        self.fetches = Fetches(lambda: models, lambda *each: self.told.append(each), catalogue)

    def serve(self, ask: Callable[[TestClient], Awaitable[None]]) -> None:
        recorder = Recorder(self.folder / "private")

        async def answers() -> None:
            table, application = web.RouteTableDef(), web.Application()
            routes.register(table, context_in(self.folder, recorder, self.fetches))
            application.add_routes(table)
            async with TestClient(TestServer(application), headers=IS_JSON) as client:
                await ask(client)

        asyncio.run(answers())
        recorder.close()

    def offer(self, name: str, **how: Any) -> None:
        self.offers.offer(f"{name}.onnx", CONTENT, **how)


@pytest.fixture
def bench(tmp_path, monkeypatch) -> Iterator[Bench]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with file_server() as offers:
        made = Bench(offers, tmp_path)
        yield made
        made.fetches.close()


async def standing(client: TestClient, name: str) -> dict[str, Any]:
    answer = await client.get("/anime/weights")
    assert answer.status == 200
    listed = json.loads(await answer.text(), parse_constant=pytest.fail)["weights"]
    return next(each for each in listed if each["name"] == name)


async def ended(client: TestClient, name: str) -> dict[str, Any]:
    for _ in range(500):
        found = await standing(client, name)
        if found["fetch"] and found["fetch"]["state"] != "running":
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"{name} is still being fetched")


def test_what_is_asked_for_is_fetched_and_then_listed_as_installed(bench):
    async def ask(client: TestClient) -> None:
        before = await standing(client, FREE)
        assert (before["installed"], before["fetch"]) == (False, None)
        assert (before["licence"], before["megabytes"]) == ("terms", 2.0)
        answer = await client.post(f"/anime/weights/{FREE}/fetch")
        assert answer.status == 202
        after = await ended(client, FREE)
        assert after["installed"]
        assert after["fetch"]["state"] == "done"
        assert after["fetch"]["done"] == after["fetch"]["total"] == len(CONTENT)
        again = await client.post(f"/anime/weights/{FREE}/fetch")
        assert (again.status, (await again.json())["installed"]) == (200, True)

    bench.serve(ask)
    assert (bench.folder / "ccip" / "free.onnx").read_bytes() == CONTENT
    assert bench.forgotten == ["ccip"]
    assert {event for event, _ in bench.told} == {"anime.weights"}
    assert bench.told[-1][1]["state"] == "done"
    json.dumps([data for _, data in bench.told], allow_nan=False)


def test_a_non_commercial_licence_has_to_be_accepted_first(bench):
    async def ask(client: TestClient) -> None:
        for body in (None, {}, {"accept_licence": False}):
            answer = await client.post(f"/anime/weights/{BOUND}/fetch", json=body)
            assert answer.status == 403
            error = (await answer.json())["error"]
            assert error["code"] == "licence_not_accepted"
            assert "forbids commercial use: terms" in error["message"]
        assert bench.offers.requests == []
        accepted = await client.post(f"/anime/weights/{BOUND}/fetch", json={"accept_licence": True})
        assert accepted.status == 202
        assert (await ended(client, BOUND))["installed"]

    bench.serve(ask)


@pytest.mark.parametrize(
    "body", ["{", "[]", "null", '{"accept_licence": "yes"}', '{"accept_licence": 1}']
)
def test_what_is_no_such_object_is_refused(bench, body):
    async def ask(client: TestClient) -> None:
        answer = await client.post(f"/anime/weights/{BOUND}/fetch", data=body)
        assert answer.status == 400
        assert (await answer.json())["error"]["code"] == "bad_request"

    bench.serve(ask)


def test_an_unknown_name_is_404(bench):
    async def ask(client: TestClient) -> None:
        answer = await client.post("/anime/weights/nobody/fetch")
        assert answer.status == 404
        assert (await answer.json())["error"]["code"] == "unknown_weight"

    bench.serve(ask)


def test_one_name_is_fetched_once_at_a_time_and_others_beside_it(bench):
    for name in (FREE, BOUND):
        bench.offer(name, pause=0.02)

    async def ask(client: TestClient) -> None:
        first = await client.post(f"/anime/weights/{FREE}/fetch")
        second = await client.post(f"/anime/weights/{FREE}/fetch")
        other = await client.post(f"/anime/weights/{BOUND}/fetch", json={"accept_licence": True})
        assert [first.status, second.status, other.status] == [202, 409, 202]
        assert (await second.json())["error"]["code"] == "already_running"
        for name in (FREE, BOUND):
            assert (await ended(client, name))["installed"]

    bench.serve(ask)


def test_progress_is_told_now_and_then_not_with_every_piece(bench):
    bench.offer(FREE, pause=0.03)

    async def ask(client: TestClient) -> None:
        await client.post(f"/anime/weights/{FREE}/fetch")
        seen = set()
        while (found := await standing(client, FREE))["fetch"]["state"] == "running":
            seen.add(found["fetch"]["done"])
            await asyncio.sleep(0.05)
        assert len(seen) > 3, "the list did not follow"

    bench.serve(ask)
    running = [data for _, data in bench.told if data["state"] == "running"]
    assert 1 <= len(running) <= 6
    assert [data["done"] for data in running] == sorted(data["done"] for data in running)


def test_a_failure_says_why_and_can_be_tried_again(bench):
    del bench.offers.files["free.onnx"]

    async def ask(client: TestClient) -> None:
        await client.post(f"/anime/weights/{FREE}/fetch")
        failed = await ended(client, FREE)
        assert (failed["installed"], failed["fetch"]["state"]) == (False, "failed")
        assert "404 Not Found" in failed["fetch"]["message"]
        bench.offer(FREE)
        assert (await client.post(f"/anime/weights/{FREE}/fetch")).status == 202
        assert (await ended(client, FREE))["installed"]

    bench.serve(ask)
    assert [data["message"] for _, data in bench.told if data["state"] == "failed"]


def test_closing_stops_the_threads_and_the_next_fetch_goes_on_from_there(bench):
    bench.offer(FREE, pause=0.05)

    async def ask(client: TestClient) -> None:
        await client.post(f"/anime/weights/{FREE}/fetch")
        while (await standing(client, FREE))["fetch"]["done"] < 200_000:
            await asyncio.sleep(0.02)
        await asyncio.to_thread(bench.fetches.close)
        assert (await standing(client, FREE))["fetch"]["state"] == "stopped"

    bench.serve(ask)
    assert not [each for each in threading.enumerate() if each.name.startswith("anime-weights")]
    assert (bench.folder / "ccip" / "free.onnx.part").stat().st_size >= 200_000
    assert not (bench.folder / "ccip" / "free.onnx").exists()


def test_one_that_is_stopped_ends_and_the_other_goes_on(bench):
    for name in (FREE, BOUND):
        bench.offer(name, pause=0.02)

    async def ask(client: TestClient) -> None:
        await client.post(f"/anime/weights/{FREE}/fetch")
        await client.post(f"/anime/weights/{BOUND}/fetch", json={"accept_licence": True})
        stopped = await client.delete(f"/anime/weights/{FREE}/fetch")
        assert (stopped.status, (await stopped.json())["name"]) == (200, FREE)
        assert (await ended(client, FREE))["fetch"]["state"] == "stopped"
        assert (await ended(client, BOUND))["fetch"]["state"] == "done"
        again = await client.delete(f"/anime/weights/{FREE}/fetch")
        assert (again.status, (await again.json())["error"]["code"]) == (409, "not_running")
        assert (await client.delete("/anime/weights/nobody/fetch")).status == 404
        await client.post(f"/anime/weights/{FREE}/fetch")
        assert (await ended(client, FREE))["installed"]

    bench.serve(ask)


def test_a_fetched_file_shows_up_in_comfyuis_lists(comfyui, bench, monkeypatch):
    use_comfyui(comfyui)
    import folder_paths

    from anime_production.web.server import models

    monkeypatch.setattr(folder_paths, "models_dir", str(bench.folder))
    monkeypatch.setattr(folder_paths, "folder_names_and_paths", {})
    monkeypatch.setattr(folder_paths, "filename_list_cache", {})
    bench.fetches._models = models
    folder = bench.folder / "ccip"
    folder.mkdir()

    async def ask(client: TestClient) -> None:
        assert not (await standing(client, FREE))["installed"]
        before = folder.stat()
        await client.post(f"/anime/weights/{FREE}/fetch")
        for _ in range(500):
            if bench.told and bench.told[-1][1]["state"] == "done":
                break
            await asyncio.sleep(0.02)
        # As on a disk whose times of change are too coarse for ComfyUI to notice.
        os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert "free.onnx" in folder_paths.get_filename_list("ccip")
        assert (await standing(client, FREE))["installed"]

    bench.serve(ask)
