"""What the table of routes promises: described as registered, answered as described."""

import json
import re
from typing import Any

import jsonschema
import pytest
from aiohttp import web
from openapi_spec_validator import validate

from anime_production.models.jobs.job import Review, ReviewVerdict
from anime_production.models.jobs.recording.events import JobReviewed
from anime_production.models.production.catalogue import SHIPPED
from anime_production.tools.comfyui import PACK
from anime_production.web.server import openapi, routes

from .asking import Desk

DOCUMENT = "/anime/openapi.json"
# Requests to read, whose answers are compared with the description: one for each route and more.
READ = (
    *("/anime/health", "/anime/jobs", "/anime/jobs?order=best&limit=1", "/anime/jobs/8c1f"),
    *(f"/anime/jobs/8c1f/{part}" for part in ("events", "params", "reports", "artifacts")),
    *("/anime/jobs/8c1f/graph", "/anime/projects", "/anime/characters", "/anime/export"),
    *(f"/anime/stats?by={by}" for by in ("project", "character", "model", "day", "phase")),
    *("/anime/shots", "/anime/shots?order=best&limit=1", "/anime/tags", "/anime/remedies"),
    *("/anime/tracking", "/anime/jobs/nobody", "/anime/jobs?strange=1"),
    *("/anime/phases", "/anime/phases/sample_loop", "/anime/phases/nothing", "/anime/weights"),
    *("/anime/questions", "/anime/questions?client=editor"),
)


@pytest.fixture
def told(desk: Desk, recorder, database_url, story, saved) -> Desk:
    """Routes of a database that holds one job with everything."""
    for event in (*story, saved):
        recorder.record(event)
    recorder.record(JobReviewed(story[0].job, Review(ReviewVerdict.APPROVED, "lovely", "Aoi")))
    return desk


def test_every_route_is_described_and_every_described_one_is_there(desk):
    table = web.RouteTableDef()
    routes.register(table, desk.context())
    registered = {(route.method.lower(), route.path) for route in table}
    paths = openapi.document(routes.ENDPOINTS)["paths"]
    described = {(method, path) for path, methods in paths.items() for method in methods}
    assert described == registered


def test_the_description_is_valid(desk):
    (answer,) = desk.get(DOCUMENT)
    validate(answer.json)


@pytest.mark.parametrize("path", READ)
def test_answers_are_as_described(told, path):
    document, answer = told.get(DOCUMENT, path)
    described = answer_schema(document.json, "get", path, answer.status)
    jsonschema.validate(answer.json, described)


def test_the_answer_of_every_route_that_reads_is_compared():
    compared = {path_in_description(path) for path in READ}
    routes_to_read = {
        each.path for each in routes.ENDPOINTS if each.method == "GET" and "/" not in each.answer
    }
    # The answers about productions are compared in test_productions.py.
    others = {path for path in routes_to_read if path.startswith("/anime/productions")}
    assert routes_to_read - compared - others - {DOCUMENT} == set(), "add a request to READ"


def test_what_changes_answers_as_described(told, monkeypatch):
    monkeypatch.delenv("ANIME_TRACKING", raising=False)
    phase = json.loads((SHIPPED / "sample_stills.json").read_text(encoding="utf-8"))
    asked: list[tuple[str, str, Any, int]] = [
        ("POST", "/anime/phases", {**phase, "id": "own"}, 201),
        ("POST", "/anime/phases", {**phase, "id": "own"}, 200),
        ("POST", "/anime/phases", phase, 409),
        ("DELETE", "/anime/phases/own", None, 200),
        ("POST", "/anime/weights/here/fetch", None, 200),
        ("POST", "/anime/weights/absent/fetch", {}, 202),
        ("DELETE", "/anime/weights/here/fetch", None, 409),
        ("POST", "/anime/tracking", {"tracking": "all"}, 200),
        ("POST", "/anime/jobs/8c1f/review", {"verdict": "rejected"}, 200),
        ("POST", "/anime/selection/review", {"ids": ["8c1f"], "verdict": "approved"}, 200),
        ("POST", "/anime/selection/tags", {"ids": ["8c1f"], "add": ["rain"]}, 200),
        ("POST", "/anime/selection/export", {"ids": ["8c1f"]}, 200),
        ("POST", "/anime/selection/delete", {"ids": ["8c1f"], "files": True}, 200),
        ("DELETE", "/anime/jobs/8c1f?files=true", None, 200),
    ]
    document, *answers = told.ask(
        ("GET", DOCUMENT, None), *((method, path, body) for method, path, body, _ in asked)
    )
    for answer, (method, path, _, status) in zip(answers, asked, strict=True):
        assert answer.status == status, answer.body
        schema = answer_schema(document.json, method.lower(), path, status)
        jsonschema.validate(answer.json, schema)


def path_in_description(path: str) -> str:
    """Return the path of the route that answers requests to a path."""
    path = path.partition("?")[0]
    described = [each.path for each in routes.ENDPOINTS]
    patterns = (re.sub(r"\{\w+\}", "[^/]+", each) for each in described)
    return next(
        each
        for each, pattern in zip(described, patterns, strict=True)
        if re.fullmatch(pattern, path)
    )


def answer_schema(document: dict, method: str, path: str, status: int) -> dict:
    """The schema of a route's answer, with those that it refers to."""
    answer = document["paths"][path_in_description(path)][method]["responses"][str(status)]
    schema = answer["content"]["application/json"]["schema"]
    return {**schema, "components": document["components"]}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/anime/jobs?strange=1", "strange"),
        ("/anime/jobs?limit=0", "a whole number from 1 to 200"),
        ("/anime/jobs?limit=²", "a whole number"),
        ("/anime/jobs?limit=1&limit=2", "limit: expected once"),
        ("/anime/jobs?state=done", "one of pending, in_progress, completed"),
        ("/anime/jobs?verdict=pass", "verdict"),
        ("/anime/jobs?from=yesterday", "such as 2026-03-01T12:00:00+00:00 or 2026-03-01"),
        ("/anime/jobs?order=worst", "newest, best"),
        ("/anime/stats?by=mood", "character, model, phase, project, day"),
        ("/anime/jobs/8c1f?files=true", "no parameter 'files'"),
    ],
)
def test_a_parameter_that_cannot_be_used_is_named_with_what_was_expected(desk, path, said):
    (answer,) = desk.get(path)
    assert answer.status == 400
    assert said in answer.json["error"]["message"]


def test_a_cursor_that_no_page_gave_is_named(desk, database_url):
    (answer,) = desk.get("/anime/jobs?cursor=abc")
    assert answer.status == 400
    assert "cursor" in answer.json["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"not json", 400), (b"[]", 400), (b'{"verdict": NaN}', 400), (b"[" * 100_000, 400),
     ({"mood": 1}, 400), (b" " * (1 << 21), 413)],
)  # fmt: skip
def test_a_body_that_cannot_be_used_is_refused_in_a_sentence(desk, body, status):
    (answer,) = desk.ask(("POST", "/anime/jobs/8c1f/review", body))
    assert answer.status == status
    assert answer.json["error"]["message"].endswith(".")


def test_a_wrong_method_is_405(desk):
    (answer,) = desk.ask(("POST", "/anime/jobs/8c1f", {}))
    assert answer.status == 405


def test_what_fails_inside_is_said_without_values(desk, recorder, monkeypatch, caplog):
    def fails(*arguments):
        raise KeyError("postgresql://keeper:a-secret-word@host/x")

    monkeypatch.setattr(recorder.database, "run", fails)
    (answer,) = desk.get("/anime/projects")
    assert answer.status == 500
    assert "a-secret-word" not in json.dumps(answer.json) + caplog.text


def test_the_pages_list_every_route_once():
    shown = [
        route
        for name in ("jobs", "productions", "weights")
        for route in re.findall(
            r"^\| `([A-Z]+ /anime/[^`]+)` \|",
            (PACK / "docs" / f"{name}.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    ]
    assert sorted(shown) == sorted(f"{each.method} {each.path}" for each in routes.ENDPOINTS)
