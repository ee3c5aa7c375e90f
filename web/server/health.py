"""The health of the pack's components, measured anew for each request."""

from typing import Any

from ...models import dependency, onnx_packages
from ...models.jobs.database.address import external_address, without_secrets
from ...models.jobs.recording.recorder_status import RecorderStatus
from ...models.settings import TRACKING, SettingsError
from . import needed_comfyui
from .backup_health import backups_health
from .context import RouteContext
from .endpoint import RouteRequest
from .health_status import DEGRADED, DOWN, OK
from .outbox_health import outbox_health
from .refusals import json_answer, refusal_text

EMBEDDED, EXTERNAL = "embedded", "external"


def health(context: RouteContext, request: RouteRequest) -> Any:
    """Return the health of the components; takes seconds if the database can't be reached."""
    answer = measure_health(context)
    return json_answer(answer, status=503 if answer["status"] == DOWN else 200)


def measure_health(context: RouteContext) -> dict[str, Any]:
    """Return the pack's version, the status of each component, and the status that follows."""
    state = context.recorder.status()
    database = _database(state, context)
    components = {
        "comfyui": _comfyui(context),
        "database": database,
        "packages": _packages(database["mode"]),
        "outbox": outbox_health(state),
        "backups": backups_health(context.recorder.daily_backups.status()),
        "weights": _weights(context),
        "device": _device(context),
        "onnxruntime": _onnxruntime(),
        "worker": _worker(context),
    }
    states = {component["status"] for component in components.values()}
    # While only the outbox can't be written, events go from memory into the database. Those that
    # stay in memory are lost when ComfyUI ends, and the oldest of very many are dropped.
    stay_in_memory = database["status"] == DOWN or state.lost > state.dropped
    outbox_loses = components["outbox"]["status"] == DOWN and stay_in_memory
    jobs_are_lost = outbox_loses or not context.is_recording
    status = DOWN if jobs_are_lost else OK if states == {OK} else DEGRADED
    version = needed_comfyui.pack_version()
    return {"status": status, "version": version, "components": components}


def _comfyui(context: RouteContext) -> dict[str, Any]:
    if not context.is_recording:
        return needed_comfyui.not_attached_health()
    return {"status": OK, "version": needed_comfyui.comfyui_version()}


def _database(state: RecorderStatus, context: RouteContext) -> dict[str, Any]:
    try:
        mode = EMBEDDED if external_address(context.private()) is None else EXTERNAL
    except (SettingsError, dependency.MissingDependency):
        mode = EXTERNAL  # The message below says what is wrong with the address or the driver.
    if state.database is None:
        return {"status": OK, "mode": mode, "server": state.server}
    return {"status": DOWN, "mode": mode, "message": state.database}


def _packages(mode: str) -> dict[str, Any]:
    """Return all packages that are missing, with one command that installs them.

    The status is degraded if jobs or productions need one of them. A node that needs another one
    says so itself.

    Args:
        mode: kind of the database, which decides if the embedded server's package is needed.
    """
    modules = dependency.missing_modules()
    if not modules:
        return {"status": OK, "missing": []}
    packages = list(dict.fromkeys(dependency.PACKAGES[module] for module in modules))
    command = dependency.install_command(modules)
    unneeded = {dependency.EMBEDDED_SERVER} if mode == EXTERNAL else set()
    is_impaired = set(modules) & set(dependency.NEEDED_FOR_JOBS) - unneeded
    return {
        "status": DEGRADED if is_impaired else OK,
        "missing": packages,
        "message": f"Not installed: {', '.join(packages)}. Run: {command} and restart ComfyUI.",
        "commands": [command],
    }


def _weights(context: RouteContext) -> dict[str, Any]:
    """Return how many weights are installed; the status is always "ok".

    No weight is required. A node whose weights are missing reports that itself.
    """
    installed = [each["installed"] for each in context.fetches.list_weights()]
    return {"status": OK, "installed": sum(installed), "missing": installed.count(False)}


def _device(context: RouteContext) -> dict[str, Any]:
    try:
        return {"status": OK, "name": context.device()}
    except Exception as error:  # A driver may raise any class.
        message = f"The device can't compute: {without_secrets(error)}"
        return {"status": DOWN, "message": message}


def _worker(context: RouteContext) -> dict[str, Any]:
    """Return the health of the worker of productions.

    A worker that does not run is no fault: it starts with the first production, or with ComfyUI if
    jobs were recorded or the address of a database is set.
    """
    productions = context.productions()
    message = productions.problem
    if message is None and not productions.are_tracked:
        message = refusal_text("not_tracked", {"variable": TRACKING.variable})
    message_field = {} if message is None else {"message": message}
    status = DEGRADED if productions.problem else OK
    return {"status": status, "running": productions.runs, **message_field}


def _onnxruntime() -> dict[str, Any]:
    versions, problem = onnx_packages.onnx_runtimes(), onnx_packages.find_problem()
    if problem is None:
        return {"status": OK, "installed": versions}
    return {
        "status": DEGRADED,
        "message": problem.message,
        "problem": problem.kind,
        "commands": list(problem.commands),
        "installed": versions,
    }
