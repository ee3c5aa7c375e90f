import asyncio
import json
import threading
from dataclasses import replace
from importlib import metadata

from aiohttp.test_utils import TestClient, TestServer

from anime_production.web.server import packages

from .asking import Desk, NoWorker

AWAY = "postgresql://keeper:a-secret-word@127.0.0.1:1/away"


def test_health_is_ok_when_everything_answers(desk, database_url, monkeypatch):
    monkeypatch.setattr(packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "ok")
    components = answer.json["components"]
    assert components["database"]["server"]
    assert components["database"]["mode"] == "external"
    assert components["weights"] == {"status": "ok", "installed": 1, "missing": 1}
    assert components["device"] == {"status": "ok", "name": "cpu"}
    assert components["onnxruntime"]["installed"] == {"onnxruntime": "1.22"}
    assert components["worker"] == {"status": "ok", "running": False}


def test_while_the_database_is_away_the_health_is_degraded_and_tells_no_secret(
    desk, recorder, monkeypatch, story
):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    for event in story:
        recorder.record(event)
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "degraded")
    assert answer.json["components"]["database"]["status"] == "down"
    assert answer.json["components"]["outbox"]["backlog"] == 3
    assert "a-secret-word" not in json.dumps(answer.json)


def test_where_jobs_would_be_lost_the_health_is_down(desk, recorder, monkeypatch, private, story):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    (private / "outbox.sqlite").mkdir()
    recorder.record(story[0])
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (503, "down")
    assert answer.json["components"]["outbox"]["lost"] == 1


def test_a_device_that_fails_is_named_in_words(desk, database_url, monkeypatch):
    def fails() -> str:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    context = replace(desk.context(), device=fails)
    monkeypatch.setattr(Desk, "context", lambda self: context)
    (answer,) = desk.get("/anime/health")
    assert answer.json["components"]["device"]["status"] == "down"
    assert "illegal memory access" in answer.json["components"]["device"]["message"]


def test_a_worker_that_has_ended_is_said(desk, database_url, monkeypatch):
    context = replace(desk.context(), productions=lambda: NoWorker(problem="It has ended."))
    monkeypatch.setattr(Desk, "context", lambda self: context)
    (answer,) = desk.get("/anime/health")
    assert (answer.status, answer.json["status"]) == (200, "degraded")
    assert answer.json["components"]["worker"]["message"] == "It has ended."


def test_two_onnxruntimes_side_by_side_are_named(desk, database_url, monkeypatch):
    installed = {"onnxruntime": "1.22", "onnxruntime-gpu": "1.21"}

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    (answer,) = desk.get("/anime/health")
    assert answer.json["status"] == "degraded"
    message = answer.json["components"]["onnxruntime"]["message"]
    assert "onnxruntime 1.22 and onnxruntime-gpu 1.21" in message


def test_a_slow_database_holds_no_other_request_up(desk, recorder, monkeypatch):
    asked, answered = threading.Event(), threading.Event()

    def slow() -> None:
        asked.set()
        assert answered.wait(5), "the other request had to wait"
        raise RuntimeError("never mind")

    monkeypatch.setattr(recorder, "status", slow)

    async def both() -> bool:
        async with TestClient(TestServer(desk.application())) as client:
            waiting = asyncio.create_task(client.get("/anime/health"))
            while not asked.is_set():
                await asyncio.sleep(0.01)
            await client.get("/no/such/path")
            waits = not waiting.done()
            answered.set()
            await waiting
        return waits

    assert asyncio.run(both())
