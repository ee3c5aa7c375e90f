"""All routes of jobs and of the pack itself, in one table."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from aiohttp import web

from ...models.jobs.queries.statistics import KEYS
from ...models.jobs.recording.recorder import Recorder
from . import changes, jobs, openapi, productions, reproduction, tracking
from .endpoint import Asked, Endpoint, Site
from .export import CSV, JSON, export
from .health import health
from .host import Host
from .parameters import CURSOR, FILTERS, LIMIT, ORDER, choice, truth, whole
from .schemas import REVIEW, TEXT, THING, TRACKED, words

log = logging.getLogger(__name__)

HEALTH = "/anime/health"
JOBS = "/anime/jobs"
JOB = "/anime/jobs/{id}"
TRACKING = "/anime/tracking"

UNKNOWN = {404: "There is no such job."}
LAST = whole("last", "How many of a group's newest jobs are looked at closely.", 1, 100, 20)
GROUPS = whole("limit", "Most groups, those with the newest jobs.", 1, 200, 50)


def _document(site: Site, request: Asked) -> dict[str, Any]:
    return openapi.document(ENDPOINTS)


ENDPOINTS = (
    Endpoint(
        "GET", HEALTH, "How the pack's parts are, measured now.", health, "Health",
        errors={503: "Down: jobs are being lost."},
    ),
    Endpoint(
        "GET", JOBS, "Jobs, a page at a time.", jobs.listed, "Jobs",
        (*FILTERS, ORDER, CURSOR, LIMIT),
    ),
    Endpoint("GET", JOB, "A job, by its id or its prompt's.", jobs.one, "Job", errors=UNKNOWN),
    Endpoint("GET", f"{JOB}/events", "What happened to it.", jobs.events, "Events", errors=UNKNOWN),
    Endpoint(
        "GET", f"{JOB}/params", "What its pictures were made with.", jobs.params, "Params",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/reports", "What its nodes measured.", jobs.reports, "Reports", errors=UNKNOWN
    ),
    Endpoint(
        "GET", f"{JOB}/artifacts", "The files that it wrote.", jobs.artifacts, "Artifacts",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/graph", "Its graph and its workflow.", jobs.graph, "Graph", errors=UNKNOWN
    ),
    Endpoint(
        "GET", f"{JOB}/thumbnail", "A small picture of its first file.", jobs.thumbnail,
        "image/webp", errors={404: "There is no such job, or it wrote no file."},
    ),
    Endpoint(
        "POST", f"{JOB}/reproduce", "Run it again, as it was or with changes.",
        reproduction.reproduce, "Reproduced",
        body={
            "changes": {**THING, "description": 'Values by "node id.input".'},
            "client_id": {
                **TEXT,
                "description": "The websocket to which ComfyUI sends progress and results; none"
                " gets them where it is left out.",
            },
            "source": {
                **words(*reproduction.SOURCES),
                "default": reproduction.API,
                "description": "The source of the new job.",
            },
        },
        errors={**UNKNOWN, 409: "It can't be run here as it was."},
    ),
    Endpoint(
        "POST", f"{JOB}/cancel", "Take it out of the queue, or interrupt it.", changes.cancel,
        "Cancelled", body={}, errors={**UNKNOWN, 409: "It has ended, or another ComfyUI has it."},
    ),
    Endpoint(
        "POST", f"{JOB}/review", "Approve or reject it.", changes.review, "Reviewed",
        body={"verdict": REVIEW, "reason": TEXT, "reviewer": TEXT}, errors=UNKNOWN,
    ),
    Endpoint(
        "DELETE", JOB, "Forget it, and its files too where that is asked for.", changes.delete,
        "Deleted", (truth("files", "Delete the files that it wrote."),),
        errors={**UNKNOWN, 409: "It hasn't ended."},
    ),
    Endpoint("GET", "/anime/projects", "All projects with their shots.", jobs.projects, "Projects"),
    Endpoint(
        "GET", "/anime/characters", "All characters with their versions.", jobs.characters,
        "Characters",
    ),
    Endpoint(
        "GET", "/anime/stats", "Figures of groups of jobs.", jobs.stats, "Stats",
        (choice("by", "What groups are made by.", KEYS, "project"), LAST, GROUPS, *FILTERS),
    ),
    Endpoint(
        "GET", "/anime/export", "All jobs of a selection as a file.", export, "Exported",
        (choice("format", "Of the file.", (JSON, CSV), JSON), ORDER, *FILTERS),
    ),
    Endpoint("GET", TRACKING, "Which prompts are remembered.", tracking.tracking, "Tracking"),
    Endpoint(
        "POST", TRACKING, "Change which prompts are remembered; to and from `off` it takes a"
        " restart.", tracking.change, "Tracking", body={"tracking": TRACKED},
        errors={409: "The environment decides it, or the config file can't be written."},
    ),
    *productions.ENDPOINTS,
    Endpoint("GET", "/anime/openapi.json", "This description.", _document, "Document"),
)  # fmt: skip


def register(routes: Any, recorder_of: Callable[[], Recorder], host: Host) -> None:
    """Add the pack's routes, once.

    Args:
        routes: aiohttp's `RouteTableDef`, which ComfyUI adds to its application later.
        recorder_of: gives the recorder; called by requests only.
        host: this ComfyUI.
    """
    if any(getattr(route, "path", None) == HEALTH for route in routes):
        log.warning("Anime Production is installed twice; this copy's routes are left out.")
        return
    for endpoint in ENDPOINTS:
        routes.route(endpoint.method, endpoint.path)(partial(_respond, endpoint, recorder_of, host))


async def _respond(
    endpoint: Endpoint, recorder_of: Callable[[], Recorder], host: Host, request: web.Request
) -> web.StreamResponse:
    return await endpoint.respond(request, recorder_of, host)
