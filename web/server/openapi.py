"""The OpenAPI description of every route of the pack, made from the table of routes."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from . import phases, weights
from .endpoint import Endpoint
from .parameters import Parameter
from .schemas import SCHEMAS, TEXT, THING, ref

VERSION = "3.1.0"
IN_PATH = re.compile(r"\{(\w+)\}")

# Routes that other modules add.
OTHERS = (
    Endpoint("GET", weights.LIST, "All weights, as they stand.", None, "Weights"),
    Endpoint(
        "POST", weights.FETCH, "Begin to fetch a weight.", None, "Fetched",
        body={"accept_licence": {"type": "boolean", "default": False}},
        errors={
            202: "It has begun.",
            403: "Its licence forbids commercial use, and wasn't accepted.",
            404: "There is no such weight.",
            409: "It is being fetched already.",
        },
    ),
    Endpoint(
        "DELETE", weights.FETCH, "Stop fetching a weight; the next fetch goes on from there.", None,
        "FetchStopped", errors={404: "There is no such weight.", 409: "It isn't being fetched."},
    ),
    Endpoint("GET", phases.LIST, "All phases.", None, "Phases"),
    Endpoint(
        "POST", phases.LIST, "Register a phase.", None, "Phase",
        body={"id": TEXT, "name": TEXT, "workflow": THING, "replace": {"type": "boolean"}},
        errors={201: "It is new.", 409: "There is one already.", 413: "It is too large."},
    ),
    Endpoint("GET", phases.ONE, "A phase.", None, "Phase", errors={404: "There is no such phase."}),
    Endpoint(
        "DELETE", phases.ONE, "Remove a phase that was registered.", None, "PhaseRemoved",
        errors={404: "There is no such phase.", 409: "It comes with the pack."},
    ),
)  # fmt: skip


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """The description.

    Args:
        endpoints: the table of routes; those of other modules are added.
    """
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in (*endpoints, *OTHERS):
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": VERSION,
        "info": {
            "title": "Anime Production",
            "version": "1",
            "description": "What is measured, remembered and run inside this ComfyUI."
            " ComfyUI serves each path also below /api.",
        },
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": TEXT}
        for name in IN_PATH.findall(endpoint.path)
    ]
    answers = {"200": _answer(endpoint, "Done.")}
    for status, meaning in _errors(endpoint).items():
        # A 2xx tells the same as a 200, and a health that is down is one all the same.
        same = status < 300 or endpoint.answer == "Health"
        answers[str(status)] = _answer(endpoint, meaning) if same else _json("Error", meaning)
    operation = {
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method.lower()}{endpoint.path}").strip("_"),
        "summary": endpoint.summary,
        "parameters": [*in_path, *map(_parameter, endpoint.parameters)],
        "responses": answers,
    }
    if endpoint.body is not None:
        schema = {"type": "object", "properties": dict(endpoint.body)}
        operation["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    return operation


def _errors(endpoint: Endpoint) -> dict[int, str]:
    common = {
        400: "A parameter or a field isn't known or can't be read.",
        **({413: "The body is too large."} if endpoint.body is not None else {}),
        500: HTTPStatus(500).phrase,
        503: "The database is away.",
    }
    if endpoint.answer == "Health":
        del common[400], common[500]
    return {**common, **endpoint.errors}


def _answer(endpoint: Endpoint, meaning: str) -> dict[str, Any]:
    if "/" in endpoint.answer:
        binary = {"type": "string", "contentMediaType": endpoint.answer}
        return {"description": meaning, "content": {endpoint.answer: {"schema": binary}}}
    answer = _json(endpoint.answer, meaning)
    if endpoint.answer == "Exported":
        answer["content"]["text/csv"] = {"schema": TEXT}
    return answer


def _json(schema: str, meaning: str) -> dict[str, Any]:
    content = {"application/json": {"schema": ref(schema)}}
    return {"description": meaning, "content": content}


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.description} Expected: {parameter.expected}.",
        "required": False,
        "schema": dict(parameter.schema),
    }
