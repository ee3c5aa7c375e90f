"""Phases over HTTP: those that there are, and registering more of them."""

import asyncio
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
from ...models.production.installed import Installed, missing
from ...models.profile import Profile, ProfileError, load_profile
from .bodies import DefinitionBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .refusals import Refusal, json_answer

LIST = "/anime/phases"
ONE = "/anime/phases/{id}"


def listed(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all phases."""
    installed = context.installed()  # asks each class of node once
    return {
        "phases": [_described(context, phase, installed) for phase in list_phases(_folder(context))]
    }


def one(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a phase."""
    try:
        return _described(context, find_phase(_folder(context), request.id), context.installed())
    except UnknownPhase:
        raise _unknown(request) from None
    except DefinitionError as error:
        raise Refusal("bad_definition", reason=str(error)) from None


async def register(context: RouteContext, request: RouteRequest) -> web.Response:
    """Register a phase; 201 where something was written."""
    body: DefinitionBody = request.body
    try:
        phase = await asyncio.to_thread(read_definition, body.to_dict("replace"))
    except DefinitionError as error:
        raise Refusal("bad_definition", reason=str(error)) from None
    complaints = await context.complaints(phase.graph)
    if complaints:
        raise Refusal("workflow_refused", reason=complaints[0])
    try:
        is_new = await asyncio.to_thread(register_phase, _folder(context), phase, body.replace)
    except PhaseConflict:
        key = "phase_shipped" if is_shipped(phase.id) else "phase_exists"
        raise Refusal(key, id=phase.id) from None
    answer = await asyncio.to_thread(_described, context, phase, context.installed())
    return json_answer(answer, 201 if is_new else 200)


def remove(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Forget a phase that was registered."""
    try:
        remove_phase(_folder(context), request.id)
    except UnknownPhase:
        raise _unknown(request) from None
    except PhaseConflict:
        raise Refusal("phase_kept", id=request.id) from None
    return {"id": request.id, "removed": True}


def _unknown(request: RouteRequest) -> Refusal:
    return Refusal("unknown_phase", id=request.id[:100], route=LIST)


def _folder(context: RouteContext) -> Path:
    return registered_folder(context.private())


def _described(
    context: RouteContext, phase: PhaseDefinition, installed: Installed
) -> dict[str, Any]:
    lacking = missing(phase, installed)
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
        "parameters": [each.to_dict() for each in phase.parameters],
        "gates": [describe_gate(gate, _profile_of(context.profiles())) for gate in phase.gates],
        "policy": phase.policy.to_dict(),
        "workflow": dict(phase.graph),
        "installed": not lacking,
        "missing": list(lacking),
    }


def _profile_of(folder: Path) -> Callable[[str], Profile | None]:
    def profile_of(name: str) -> Profile | None:
        try:
            return load_profile(name, folder)
        except ProfileError:
            return None  # said where it is used

    return profile_of


_UNKNOWN = {404: "There is no such phase."}

ENDPOINTS = (
    Endpoint("GET", LIST, "All phases.", listed, "Phases"),
    Endpoint(
        "POST", LIST, "Register a phase.", register, "Phase", body=DefinitionBody,
        errors={201: "It is new.", 409: "There is one already."},
    ),
    Endpoint("GET", ONE, "A phase.", one, "Phase", errors=_UNKNOWN),
    Endpoint(
        "DELETE", ONE, "Remove a phase that was registered.", remove, "PhaseRemoved",
        errors={**_UNKNOWN, 409: "It comes with the pack."},
    ),
)  # fmt: skip
