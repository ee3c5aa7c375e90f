"""The OpenAPI description of all routes of the pack, made from the table of routes."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from . import answers
from .endpoint import Endpoint
from .fields import resolved
from .query_parameters import Parameters

VERSION = "3.1.0"
IN_PATH = re.compile(r"\{(\w+)\}")
REFERENCE = "#/components/schemas/{model}"
TEXT = {"type": "string"}
ERROR, HEALTH, EXPORTED = (
    each.__name__ for each in (answers.Error, answers.Health, answers.Exported)
)


def document(endpoints: Iterable[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI description of routes.

    Args:
        endpoints: the routes.
    """
    endpoints = tuple(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    bodies = {each.body for each in endpoints if each.body is not None}
    answer_models = {_answer_model(each.answer) for each in endpoints if "/" not in each.answer}
    models = sorted({*bodies, *answer_models, answers.Error}, key=lambda each: each.__name__)
    _, schemas = models_json_schema(
        [(each, "validation") for each in models], ref_template=REFERENCE
    )
    return {
        "openapi": VERSION,
        "info": {
            "title": "Anime Production",
            "version": "1",
            "description": "Jobs, productions, phases and weights of this ComfyUI."
            " ComfyUI also serves each path below /api.",
        },
        "paths": paths,
        "components": {"schemas": schemas["$defs"]},
    }


def _answer_model(name: str) -> type[BaseModel]:
    model: type[BaseModel] = getattr(answers, name)
    return model


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": TEXT}
        for name in IN_PATH.findall(endpoint.path)
    ]
    responses = {"200": _answer(endpoint, "Done.")}
    for status, meaning in _errors(endpoint).items():
        # An answer with another 2xx status has the same body as a 200. So has the 503 of the health
        # route, which a pack that is down answers.
        is_answer = status < 300 or endpoint.answer == HEALTH
        responses[str(status)] = _answer(endpoint, meaning) if is_answer else _json(ERROR, meaning)
    operation = {
        "operationId": re.sub(r"\W+", "_", f"{endpoint.method.lower()}{endpoint.path}").strip("_"),
        "summary": endpoint.summary,
        "parameters": [*in_path, *_parameters(endpoint.parameters)],
        "responses": responses,
    }
    if endpoint.body is not None:
        operation["requestBody"] = {"content": _content(endpoint.body.__name__)}
    return operation


def _errors(endpoint: Endpoint) -> dict[int, str]:
    common = {
        400: "A parameter or a field is unknown or wrong.",
        **({413: "The body is too large."} if endpoint.body is not None else {}),
        500: HTTPStatus(500).phrase,
        503: "The database can't be used now, or too many requests wait.",
    }
    if endpoint.answer == HEALTH:
        del common[400], common[500]
    return {**common, **endpoint.errors}


def _answer(endpoint: Endpoint, meaning: str) -> dict[str, Any]:
    if "/" in endpoint.answer:
        binary = {"type": "string", "contentMediaType": endpoint.answer}
        return {"description": meaning, "content": {endpoint.answer: {"schema": binary}}}
    answer = _json(endpoint.answer, meaning)
    if endpoint.answer == EXPORTED:
        answer["content"]["text/csv"] = {"schema": TEXT}
    return answer


def _json(model: str, meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": _content(model)}


def _content(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": REFERENCE.format(model=model)}}}


def _parameters(model: type[Parameters]) -> list[dict[str, Any]]:
    model_schema = model.model_json_schema()
    parameters = []
    for name, field in model_schema.get("properties", {}).items():
        schema = resolved(field, model_schema)
        parameter_schema = {
            key: value
            for key, value in schema.items()
            if key not in {"title", "description"} and (key, value) != ("default", None)
        }
        parameter = {"name": name, "in": "query", "required": False, "schema": parameter_schema}
        parameters.append({**parameter, "description": schema["description"]})
    return parameters
