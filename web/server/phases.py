"""Routes that list, register and remove the phases of productions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from ...models.production.catalogue import (
    PhaseConflict,
    UnknownPhase,
    find_phase,
    is_shipped,
    list_phases,
    register_phase,
    registered_folder,
    remove_phase,
)
from ...models.production.definition import DefinitionError, PhaseDefinition, read_definition
from ...models.production.gates import describe_gate
from ...models.production.installed import Installed, missing, parameter_options
from ...models.profile import Profile, ProfileError, load_profile
from .bodies import DefinitionBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .refusals import Refusal, json_answer

LIST = "/anime/phases"
ONE = "/anime/phases/{id}"


def get_phases(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all phases."""
    installed = context.installed()  # Shared by all phases, so that each node class is read once.
    return {
        "phases": [
            _phase_to_json(context, phase, installed) for phase in list_phases(_folder(context))
        ]
    }


def get_phase(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a phase."""
    try:
        return _phase_to_json(
            context, find_phase(_folder(context), request.id), context.installed()
        )
    except UnknownPhase:
        raise _unknown_phase(request) from None
    except DefinitionError as error:
        raise Refusal("bad_definition", reason=str(error)) from None


async def register(context: RouteContext, request: RouteRequest) -> web.Response:
    """Register a phase; answer 201 if it was written, 200 if the same phase was there already."""
    body: DefinitionBody = request.body
    try:
        phase = await context.threads.run(read_definition, body.to_dict("replace"))
    except DefinitionError as error:
        raise Refusal("bad_definition", reason=str(error)) from None
    errors = await context.graph_errors(phase.graph)
    if errors:
        raise Refusal("workflow_refused", reason=errors[0])
    try:
        is_new = await context.threads.run(register_phase, _folder(context), phase, body.replace)
    except PhaseConflict:
        key = "phase_shipped" if is_shipped(phase.id) else "phase_exists"
        raise Refusal(key, id=phase.id) from None
    answer = await context.threads.run(_phase_to_json, context, phase, context.installed())
    return json_answer(answer, 201 if is_new else 200)


def remove(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Remove a registered phase."""
    try:
        remove_phase(_folder(context), request.id)
    except UnknownPhase:
        raise _unknown_phase(request) from None
    except PhaseConflict:
        raise Refusal("phase_kept", id=request.id) from None
    return {"id": request.id, "removed": True}


def _unknown_phase(request: RouteRequest) -> Refusal:
    return Refusal("unknown_phase", id=request.id[:100], route=LIST)


def _folder(context: RouteContext) -> Path:
    return registered_folder(context.private())


def _phase_to_json(
    context: RouteContext, phase: PhaseDefinition, installed: Installed
) -> dict[str, Any]:
    missing_parts = missing(phase, installed)
    options_by_name = parameter_options(phase, installed)
    return {
        "id": phase.id,
        "name": phase.name,
        "description": phase.description,
        "kind": phase.kind.value,
        "engine": phase.engine,
        "shipped": is_shipped(phase.id),
        "version": phase.version,
        "takes": dict(phase.takes),
        "gives": phase.gives,
        "parameters": [
            {**each.to_dict(), "options": _as_list(options_by_name.get(each.name))}
            for each in phase.parameters
        ],
        "gates": [describe_gate(gate, _profile_loader(context.profiles())) for gate in phase.gates],
        "policy": phase.policy.to_dict(),
        "workflow": dict(phase.graph),
        "installed": not missing_parts,
        "missing": list(missing_parts),
    }


def _as_list(options: tuple[str, ...] | None) -> list[str] | None:
    """Return the options as JSON; None for a parameter that is connected to no choice."""
    return None if options is None else list(options)


def _profile_loader(folder: Path) -> Callable[[str], Profile | None]:
    """Return a function that loads a profile, or None for one that can't be loaded."""

    def load(name: str) -> Profile | None:
        try:
            return load_profile(name, folder)
        except ProfileError:
            return None  # The node that uses the profile reports the error.

    return load


_UNKNOWN = {404: "The phase does not exist."}

ENDPOINTS = (
    Endpoint("GET", LIST, "List all phases.", get_phases, "Phases"),
    Endpoint(
        "POST", LIST, "Register a phase.", register, "Phase", body=DefinitionBody,
        errors={
            201: "The phase was registered.",
            409: "Another phase has this id.",
        },
        is_destructive=True,
    ),
    Endpoint("GET", ONE, "Get a phase.", get_phase, "Phase", errors=_UNKNOWN),
    Endpoint(
        "DELETE", ONE, "Remove a registered phase.", remove, "PhaseRemoved",
        errors={**_UNKNOWN, 409: "The phase comes with the pack and can't be removed."},
        is_destructive=True,
    ),
)  # fmt: skip
