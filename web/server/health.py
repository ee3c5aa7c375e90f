"""How the pack's parts are, each measured when it is asked."""

from typing import Any

from ...models.jobs.database.address import external_address, without_secrets
from ...models.jobs.recording.recorder import RecorderStatus
from ...models.settings import TRACKING, SettingsError
from . import packages
from .context import RouteContext
from .endpoint import RouteRequest
from .refusals import json_answer, refusal_text

OK, DEGRADED, DOWN = "ok", "degraded", "down"
EMBEDDED, EXTERNAL = "embedded", "external"


def health(context: RouteContext, request: RouteRequest) -> Any:
    """The pack's parts and what they come to. Takes seconds where a database is away."""
    answer = health_of(context)
    return json_answer(answer, status=503 if answer["status"] == DOWN else 200)


def health_of(context: RouteContext) -> dict[str, Any]:
    """The state of each part, and the worst of them."""
    state = context.recorder.status()
    components = {
        "database": _database(state, context),
        "outbox": _outbox(state),
        "weights": _weights(context),
        "device": _device(context),
        "onnxruntime": _onnxruntime(),
        "worker": _worker(context),
    }
    states = {component["status"] for component in components.values()}
    # Jobs are only lost where neither can be written.
    lost = components["database"]["status"] == components["outbox"]["status"] == DOWN
    status = DOWN if lost else OK if states == {OK} else DEGRADED
    return {"status": status, "components": components}


def _database(state: RecorderStatus, context: RouteContext) -> dict[str, Any]:
    try:
        mode = EMBEDDED if external_address(context.private()) is None else EXTERNAL
    except SettingsError:
        mode = EXTERNAL  # the message says what is wrong with it
    if state.database is None:
        return {"status": OK, "mode": mode, "server": state.server}
    return {"status": DOWN, "mode": mode, "message": state.database}


def _outbox(state: RecorderStatus) -> dict[str, Any]:
    known = {"backlog": state.backlog, "rejected": state.rejected, "lost": state.lost}
    if state.outbox is not None:
        message = f"The outbox can't be used ({state.outbox}): jobs may go unrecorded."
        return {"status": DOWN, "message": message, **known}
    if state.rejected or state.lost:
        message = "Some events were refused by the database or could not be written; see the log."
        return {"status": DEGRADED, "message": message, **known}
    return {"status": OK, **known}


def _weights(context: RouteContext) -> dict[str, Any]:
    """None is needed to be well: what is missing is said by the node that would use it."""
    installed = [each["installed"] for each in context.fetches.standing()]
    return {"status": OK, "installed": sum(installed), "missing": installed.count(False)}


def _device(context: RouteContext) -> dict[str, Any]:
    try:
        return {"status": OK, "name": context.device()}
    except Exception as error:  # whatever a driver raises
        message = f"The device can't compute: {without_secrets(error)}"
        return {"status": DOWN, "message": message}


def _worker(context: RouteContext) -> dict[str, Any]:
    """It starts with the first production, or where a database was named."""
    here = context.productions()
    message = here.problem
    if message is None and not here.are_tracked:
        message = refusal_text("not_tracked", {"variable": TRACKING.variable})
    said = {} if message is None else {"message": message}
    return {"status": DEGRADED if here.problem else OK, "running": here.runs, **said}


def _onnxruntime() -> dict[str, Any]:
    found, problems = packages.onnx_runtimes(), packages.problems()
    if problems:
        return {"status": DEGRADED, "message": problems[0], "installed": found}
    return {"status": OK, "installed": found}
