"""Routes that list the weights, and start and stop their downloads."""

from typing import Any

from aiohttp import web

from .bodies import FetchBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .fetches import ROUTE
from .refusals import json_answer

FETCH = f"{ROUTE}/{{name}}/fetch"


def get_weights(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all weights, each with its files and its download."""
    return {"weights": context.fetches.list_weights()}


def fetch(context: RouteContext, request: RouteRequest) -> web.Response:
    """Start the download of a weight; answer 202, or 200 if the weight is installed already."""
    body: FetchBody = request.body
    state = context.fetches.start(request.id, body.accept_licence)
    if state is None:
        return json_answer({"name": request.id, "installed": True})
    return json_answer({"name": request.id, "installed": False, "fetch": state}, 202)


def stop(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Stop the download of a weight."""
    return {"name": request.id, "fetch": context.fetches.stop(request.id)}


_UNKNOWN = {404: "The weight does not exist."}

ENDPOINTS = (
    Endpoint(
        "GET", ROUTE, "List all weights with their files and downloads.", get_weights, "Weights"
    ),
    Endpoint(
        "POST", FETCH, "Start the download of a weight.", fetch, "Fetched", body=FetchBody,
        errors={
            202: "The download has started.",
            403: "The licence forbids commercial use, and the request does not accept it.",
            **_UNKNOWN,
            409: "The download runs already.",
        },
        is_destructive=True,
    ),
    Endpoint(
        "DELETE", FETCH, "Stop the download of a weight; the next one continues from there.",
        stop, "FetchStopped", errors={**_UNKNOWN, 409: "No download of this weight runs."},
        is_destructive=True,
    ),
)  # fmt: skip
