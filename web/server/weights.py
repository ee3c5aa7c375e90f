"""Weights over HTTP: those that are installed, and downloading others."""

from typing import Any

from aiohttp import web

from .bodies import FetchBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .fetches import ROUTE
from .refusals import json_answer

FETCH = f"{ROUTE}/{{name}}/fetch"


def listed(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all weights, as they stand."""
    return {"weights": context.fetches.standing()}


def fetch(context: RouteContext, request: RouteRequest) -> web.Response:
    """Begin to download a weight; 202 where it isn't installed yet."""
    body: FetchBody = request.body
    state = context.fetches.start(request.id, body.accept_licence)
    if state is None:
        return json_answer({"name": request.id, "installed": True})
    return json_answer({"name": request.id, "installed": False, "fetch": state}, 202)


def stop(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Stop downloading a weight."""
    return {"name": request.id, "fetch": context.fetches.stop(request.id)}


_UNKNOWN = {404: "There is no such weight."}

ENDPOINTS = (
    Endpoint("GET", ROUTE, "All weights, as they stand.", listed, "Weights"),
    Endpoint(
        "POST", FETCH, "Begin to fetch a weight.", fetch, "Fetched", body=FetchBody,
        errors={
            202: "It has begun.",
            403: "Its licence forbids commercial use, and wasn't accepted.",
            **_UNKNOWN,
            409: "It is being fetched already.",
        },
    ),
    Endpoint(
        "DELETE", FETCH, "Stop fetching a weight; the next fetch goes on from there.", stop,
        "FetchStopped", errors={**_UNKNOWN, 409: "It isn't being fetched."},
    ),
)  # fmt: skip
