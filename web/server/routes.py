"""What the server answers about jobs and about itself: JSON, measured when asked."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

from ...models.jobs.database import DatabaseAway
from ...models.jobs.events import strict_json
from ...models.jobs.recorder import Recorder, RecorderStatus
from . import packages

log = logging.getLogger(__name__)

HEALTH = "/anime/health"
JOB = "/anime/jobs/{id}"

OK, DEGRADED, DOWN = "ok", "degraded", "down"


def register(routes: Any, recorder_of: Callable[[], Recorder]) -> None:
    """Add the pack's routes, once.

    Args:
        routes: aiohttp's `RouteTableDef`, which ComfyUI adds to its application later.
        recorder_of: gives the recorder; called by requests only.
    """
    if any(getattr(route, "path", None) == HEALTH for route in routes):
        log.warning("Anime Production is installed twice; this copy's routes are left out.")
        return

    @routes.get(HEALTH)
    async def health(request: web.Request) -> web.Response:
        answer = await asyncio.to_thread(health_of, recorder_of)
        return _json(answer, status=503 if answer["status"] == DOWN else 200)

    @routes.get(JOB)
    async def job(request: web.Request) -> web.Response:
        answer, status = await asyncio.to_thread(job_of, recorder_of, request.match_info["id"])
        return _json(answer, status)


def health_of(recorder_of: Callable[[], Recorder]) -> dict[str, Any]:
    """How the pack's parts are, asked one by one now. Takes seconds where a database is away."""
    state = recorder_of().status()
    components = {
        "database": _database(state),
        "outbox": _outbox(state),
        "onnxruntime": _onnxruntime(),
    }
    states = {component["status"] for component in components.values()}
    # Jobs are only lost where neither can be written.
    lost = components["database"]["status"] == components["outbox"]["status"] == DOWN
    status = DOWN if lost else OK if states == {OK} else DEGRADED
    return {"status": status, "components": components}


def job_of(recorder_of: Callable[[], Recorder], wanted: str) -> tuple[dict[str, Any], int]:
    """The answer about a job, and its HTTP status.

    Args:
        recorder_of: gives the recorder.
        wanted: the id of a job, or of a prompt: its newest job.
    """
    recorder = recorder_of()
    try:
        found = recorder.find(wanted)
    except DatabaseAway as error:
        return _away("database_away", str(error), recorder, wanted), 503
    if found is not None:
        return found.to_dict(), 200
    if recorder.backlog(wanted):
        message = "The job is known, but not in the database yet; ask again in a moment."
        return _away("not_yet", message, recorder, wanted), 503
    return {"error": {"code": "unknown_job", "message": f"There is no job {wanted}."}}, 404


def _away(code: str, message: str, recorder: Recorder, wanted: str) -> dict[str, Any]:
    """What is still known without the database."""
    return {
        "error": {"code": code, "message": message},
        "outbox": {"backlog": recorder.backlog(), "of_this_job": recorder.backlog(wanted)},
    }


def _database(state: RecorderStatus) -> dict[str, Any]:
    if state.database is None:
        return {"status": OK, "server": state.server}
    return {"status": DOWN, "message": state.database}


def _outbox(state: RecorderStatus) -> dict[str, Any]:
    known = {"backlog": state.backlog, "rejected": state.rejected, "lost": state.lost}
    if state.outbox is not None:
        message = f"The outbox can't be used ({state.outbox}): jobs may go unrecorded."
        return {"status": DOWN, "message": message, **known}
    if state.rejected or state.lost:
        message = "Events were refused by the database or could not be written; see the log."
        return {"status": DEGRADED, "message": message, **known}
    return {"status": OK, **known}


def _onnxruntime() -> dict[str, Any]:
    found, problems = packages.onnx_runtimes(), packages.problems()
    if problems:
        return {"status": DEGRADED, "message": problems[0], "installed": found}
    return {"status": OK, "installed": found}


def _json(answer: dict[str, Any], status: int) -> web.Response:
    return web.Response(text=strict_json(answer), status=status, content_type="application/json")
