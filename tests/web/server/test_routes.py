import asyncio
import json
import time
from importlib import metadata
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from anime_production.models.jobs.recorder import Recorder
from anime_production.web.server import packages, routes

AWAY = "postgresql://keeper:a-secret-word@127.0.0.1:1/away"


def ask(recorder: Recorder, *paths: str) -> list[tuple[int, dict[str, Any]]]:
    """The status and the JSON that a real server answers to each path."""

    async def answers() -> list[tuple[int, dict[str, Any]]]:
        table, application = web.RouteTableDef(), web.Application()
        routes.register(table, lambda: recorder)
        routes.register(table, lambda: recorder)  # a second copy of the pack
        application.add_routes(table)
        found = []
        async with TestClient(TestServer(application)) as client:
            for path in paths:
                answer = await client.get(path)
                assert answer.content_type == "application/json"
                found.append((answer.status, json.loads(await answer.text())))
        return found

    return asyncio.run(answers())


@pytest.fixture
def recorder(private):
    recorder = Recorder(private, longest_pause=0.05)
    yield recorder
    recorder.close()


def test_a_job_is_answered_by_its_id_and_by_its_prompts(recorder, studio_url, story, report):
    for event in story:
        recorder.record(event)
    (by_id, answer), (by_prompt, same) = ask(
        recorder, f"/anime/jobs/{story[0].job.id}", "/anime/jobs/8c1f"
    )
    assert by_id == by_prompt == 200
    assert answer == same
    assert answer["job"] | {"id": "", "created_at": ""} == {
        "id": "",
        "created_at": "",
        "prompt_id": "8c1f",
        "project": "Winter",
        "scene": "03",
        "shot": "012",
        "character": "Hana",
        "tags": ["night", "snow"],
        "state": "failed",
        "verdict": "FAIL",
        "score": round(report.score, 2),
        "started_at": "2026-03-01T12:00:00.250000+00:00",
        "finished_at": "2026-03-01T12:01:00+00:00",
        "error": {
            "node_id": "7",
            "node_type": "KSampler",
            "exception": "RuntimeError",
            "message": "out of memory",
            "traceback": "Traceback …",
        },
    }
    assert answer["reports"] == [
        {"node_id": node, "report": report.to_dict()} for node in ("5", "9")
    ]
    assert answer["artifacts"] == [vars(story[1].artifact)]


def test_an_unknown_job_is_404(recorder, studio_url):
    ((status, answer),) = ask(recorder, "/anime/jobs/nobody")
    assert status == 404
    assert answer["error"]["code"] == "unknown_job"


def test_while_the_database_is_away_the_answer_says_what_is_still_known(
    recorder, monkeypatch, story
):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    for event in story:
        recorder.record(event)
    (job_status, job_answer), (_, other), (health_status, health) = ask(
        recorder, "/anime/jobs/8c1f", "/anime/jobs/nobody", "/anime/health"
    )
    assert job_status == 503
    assert job_answer["error"]["code"] == "database_away"
    assert job_answer["outbox"] == {"backlog": 3, "of_this_job": 3}
    assert other["outbox"] == {"backlog": 3, "of_this_job": 0}
    assert health_status == 200
    assert health["status"] == "degraded"
    assert health["components"]["database"]["status"] == "down"
    assert health["components"]["outbox"]["backlog"] == 3
    assert "a-secret-word" not in json.dumps([job_answer, other, health])


def test_where_jobs_would_be_lost_the_health_is_down(recorder, monkeypatch, private, story):
    monkeypatch.setenv("ANIME_DATABASE_URL", AWAY)
    (private / "outbox.sqlite").mkdir()
    recorder.record(story[0])
    ((status, health),) = ask(recorder, "/anime/health")
    assert (status, health["status"]) == (503, "down")
    assert health["components"]["outbox"]["lost"] == 1


def test_health_is_ok_when_everything_answers(recorder, studio_url, monkeypatch):
    monkeypatch.setattr(packages, "onnx_runtimes", lambda: {"onnxruntime": "1.22"})
    ((status, health),) = ask(recorder, "/anime/health")
    assert (status, health["status"]) == (200, "ok")
    assert health["components"]["database"]["server"]
    assert health["components"]["onnxruntime"]["installed"] == {"onnxruntime": "1.22"}


def test_two_onnxruntimes_side_by_side_are_named(recorder, studio_url, monkeypatch):
    installed = {"onnxruntime": "1.22", "onnxruntime-gpu": "1.21"}

    def version(name: str) -> str:
        if name not in installed:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(metadata, "version", version)
    ((_, health),) = ask(recorder, "/anime/health")
    assert health["status"] == "degraded"
    assert (
        "onnxruntime 1.22 and onnxruntime-gpu 1.21"
        in (health["components"]["onnxruntime"]["message"])
    )


def test_a_slow_database_holds_no_other_request_up(recorder, monkeypatch):
    def slow() -> None:
        time.sleep(1)
        raise RuntimeError("never mind")

    monkeypatch.setattr(recorder, "status", slow)

    async def both() -> float:
        table, application = web.RouteTableDef(), web.Application()
        routes.register(table, lambda: recorder)
        application.add_routes(table)
        async with TestClient(TestServer(application)) as client:
            waiting = asyncio.create_task(client.get("/anime/health"))
            await asyncio.sleep(0.05)
            start = time.perf_counter()
            await client.get("/no/such/path")
            quick = time.perf_counter() - start
            await waiting
        return quick

    assert asyncio.run(both()) < 0.5
