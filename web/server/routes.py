"""The table of all routes of the pack, and their registration in ComfyUI's server."""

import logging
from functools import partial
from typing import Any

from . import (
    changes,
    jobs,
    phases,
    productions,
    questions,
    reproduction,
    selection,
    tracking,
    weights,
)
from .bodies import NoFields, ReproduceBody, ReviewBody, TrackingBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .export import export
from .health import health
from .needed_comfyui import HEALTH, is_registered
from .query_parameters import (
    DeleteParameters,
    ExportParameters,
    JobsParameters,
    SnapshotParameters,
    StatsParameters,
    ThumbnailParameters,
)
from .route_threads import FILES_SECONDS

log = logging.getLogger(__name__)

JOBS = "/anime/jobs"
JOB = "/anime/jobs/{id}"
TRACKING = "/anime/tracking"

UNKNOWN = {404: "The job does not exist."}


def _document(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    from . import openapi  # Imported here because only this route needs the models of answers.

    return openapi.document(ENDPOINTS)


ENDPOINTS = (
    Endpoint(
        "GET", HEALTH, "Get the health of the pack's components, measured now.", health, "Health",
        errors={503: "The pack is down: jobs are being lost."},
    ),
    Endpoint("GET", JOBS, "List jobs, a page at a time.", jobs.get_jobs, "Jobs", JobsParameters),
    Endpoint(
        "GET", JOB, "Get a job by its id, or by the id of its prompt.", jobs.get_job, "Job",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/events", "List the recorded events of a job.", jobs.get_events, "Events",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/params", "List the parameters with which a job's pictures were made.",
        jobs.get_params, "Params", errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/reports", "List the reports of a job's nodes.", jobs.get_reports, "Reports",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/artifacts", "List the files that a job wrote.", jobs.get_artifacts,
        "Artifacts", errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/graph", "Get the graph and the workflow of a job.", jobs.get_graph, "Graph",
        errors=UNKNOWN,
    ),
    Endpoint(
        "GET", f"{JOB}/thumbnail", "Get a thumbnail of a job's first file, or of one of its files.",
        jobs.get_thumbnail, "image/webp", ThumbnailParameters,
        errors={404: "The job does not exist, or it wrote no such file."},
    ),
    Endpoint(
        "GET", f"{JOB}/snapshot", "Get a small picture of a frame that a report is about.",
        jobs.get_snapshot, "image/webp", SnapshotParameters,
        errors={404: "The job does not exist, or its reports have no such picture."},
    ),
    Endpoint(
        "GET", "/anime/flipbooks/{id}", "Get all frames of a loop that a report is about, in rows"
        " of one picture.", jobs.get_flipbook, "image/webp",
        errors={404: "The picture is no longer in memory, and no job has stored it."},
    ),
    Endpoint(
        "POST", f"{JOB}/reproduce", "Queue a job again, the same or with changed inputs.",
        reproduction.reproduce, "Reproduced",
        body=ReproduceBody,
        errors={**UNKNOWN, 409: "The graph is unknown, or ComfyUI refuses it."},
    ),
    Endpoint(
        "POST", f"{JOB}/cancel", "Remove a job from the queue, or interrupt it.", changes.cancel,
        "Cancelled", body=NoFields,
        errors={**UNKNOWN, 409: "The job has ended, or it is in another ComfyUI's queue."},
    ),
    Endpoint(
        "POST", f"{JOB}/review", "Record that a person approves or rejects a job.",
        changes.review, "Reviewed", body=ReviewBody, errors=UNKNOWN,
    ),
    Endpoint(
        "DELETE", JOB, "Delete a job, and with `files` also the files that it wrote.",
        changes.delete, "Deleted", DeleteParameters,
        errors={**UNKNOWN, 409: "The job has not ended."}, seconds=FILES_SECONDS,
        is_destructive=True,
    ),
    Endpoint(
        "GET", "/anime/shots", "List the shots of jobs with counts, a page at a time.",
        jobs.get_shots, "Shots", JobsParameters,
    ),
    Endpoint(
        "GET", "/anime/tags", "List the tags of jobs, the commonest first.", jobs.get_tags, "Tags",
    ),
    Endpoint(
        "GET", "/anime/projects", "List all projects with their shots.", jobs.get_projects,
        "Projects",
    ),
    Endpoint(
        "GET", "/anime/characters", "List all characters with their versions.",
        jobs.get_characters, "Characters",
    ),
    Endpoint(
        "GET", "/anime/stats", "Get statistics of groups of jobs.", jobs.get_stats, "Stats",
        StatsParameters,
    ),
    Endpoint(
        "GET", "/anime/remedies", "Get how often jobs with a remedy for a failed node passed.",
        jobs.get_remedies, "Remedies",
    ),
    Endpoint(
        "GET", "/anime/export", "Download all jobs of a selection as a file.", export, "Exported",
        ExportParameters,
    ),
    Endpoint(
        "GET", TRACKING, "Get the setting that says which prompts are recorded as jobs.",
        tracking.get_tracking, "TrackingState",
    ),
    Endpoint(
        "POST", TRACKING, "Change which prompts are recorded as jobs. A change to or from `off`"
        " needs a restart.", tracking.change_tracking, "TrackingState", body=TrackingBody,
        errors={
            409: "An environment variable sets this, or the config file can't be written.",
        },
        is_destructive=True,
    ),
    *selection.ENDPOINTS,
    *questions.ENDPOINTS,
    *productions.ENDPOINTS,
    *phases.ENDPOINTS,
    *weights.ENDPOINTS,
    Endpoint("GET", "/anime/openapi.json", "Get this description.", _document, "Document"),
)  # fmt: skip


def register(routes: Any, context: RouteContext) -> None:
    """Add the pack's routes to ComfyUI's table, unless another copy of the pack has added them.

    Args:
        routes: aiohttp's `RouteTableDef`, which ComfyUI adds to its application later.
        context: recorder and ComfyUI for the handlers.
    """
    if is_registered(routes):
        log.warning(
            "Anime Production is installed twice; the routes of this copy are not added. Remove"
            " one of the copies from custom_nodes."
        )
        return
    for endpoint in ENDPOINTS:
        routes.route(endpoint.method, endpoint.path)(partial(endpoint.respond, context))
