"""All routes of the pack, in one table."""

import logging
from functools import partial
from typing import Any

from . import changes, jobs, phases, productions, reproduction, tracking, weights
from .bodies import NoFields, ReproduceBody, ReviewBody, TrackingBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .export import export
from .health import health
from .query_parameters import DeleteParameters, ExportParameters, JobsParameters, StatsParameters

log = logging.getLogger(__name__)

HEALTH = "/anime/health"
JOBS = "/anime/jobs"
JOB = "/anime/jobs/{id}"
TRACKING = "/anime/tracking"

UNKNOWN = {404: "There is no such job."}


def _document(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    from . import openapi  # with the models of answers, which nothing else needs

    return openapi.document(ENDPOINTS)


ENDPOINTS = (
    Endpoint(
        "GET", HEALTH, "How the pack's parts are, measured now.", health, "Health",
        errors={503: "Down: jobs are being lost."},
    ),
    Endpoint(
        "GET", JOBS, "Jobs, a page at a time.", jobs.listed, "Jobs",
        JobsParameters,
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
        body=ReproduceBody,
        errors={**UNKNOWN, 409: "It can't be run here as it was."},
    ),
    Endpoint(
        "POST", f"{JOB}/cancel", "Take it out of the queue, or interrupt it.", changes.cancel,
        "Cancelled", body=NoFields,
        errors={**UNKNOWN, 409: "It has ended, or another ComfyUI has it."},
    ),
    Endpoint(
        "POST", f"{JOB}/review", "Approve or reject it.", changes.review, "Reviewed",
        body=ReviewBody, errors=UNKNOWN,
    ),
    Endpoint(
        "DELETE", JOB, "Forget it, and its files too where that is asked for.", changes.delete,
        "Deleted", DeleteParameters,
        errors={**UNKNOWN, 409: "It hasn't ended."},
    ),
    Endpoint("GET", "/anime/projects", "All projects with their shots.", jobs.projects, "Projects"),
    Endpoint(
        "GET", "/anime/characters", "All characters with their versions.", jobs.characters,
        "Characters",
    ),
    Endpoint(
        "GET", "/anime/stats", "Figures of groups of jobs.", jobs.stats, "Stats",
        StatsParameters,
    ),
    Endpoint(
        "GET", "/anime/export", "All jobs of a selection as a file.", export, "Exported",
        ExportParameters,
    ),
    Endpoint("GET", TRACKING, "Which prompts are remembered.", tracking.tracking, "TrackingState"),
    Endpoint(
        "POST", TRACKING, "Change which prompts are remembered; to and from `off` it takes a"
        " restart.", tracking.change, "TrackingState", body=TrackingBody,
        errors={409: "The environment decides it, or the config file can't be written."},
    ),
    *productions.ENDPOINTS,
    *phases.ENDPOINTS,
    *weights.ENDPOINTS,
    Endpoint("GET", "/anime/openapi.json", "This description.", _document, "Document"),
)  # fmt: skip


def register(routes: Any, context: RouteContext) -> None:
    """Add the pack's routes, once.

    Args:
        routes: aiohttp's `RouteTableDef`, which ComfyUI adds to its application later.
        context: this ComfyUI.
    """
    if any(getattr(route, "path", None) == HEALTH for route in routes):
        log.warning("Anime Production is installed twice; this copy's routes are left out.")
        return
    for endpoint in ENDPOINTS:
        routes.route(endpoint.method, endpoint.path)(partial(endpoint.respond, context))
