"""What a production can run: the phases that there are, and registering more of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from ...models.production.catalogue import (
    PhaseConflict,
    UnknownPhase,
    find_phase,
    is_shipped,
    list_phases,
    parse,
    register_phase,
    remove_phase,
)
from ...models.production.definition import (
    MOST_BYTES,
    DefinitionError,
    PhaseDefinition,
    read_definition,
)
from ...models.production.fields import boolean, mapping
from ...models.production.gates import described
from ...models.production.installed import Installed, missing
from ...models.profile import Profile, ProfileError, load_profile
from .answers import Refusal, json_answer, read_body

LIST = "/anime/phases"
ONE = "/anime/phases/{id}"
REFUSED: dict[type[Exception], tuple[int, str]] = {
    DefinitionError: (400, "bad_definition"),
    UnknownPhase: (404, "unknown_phase"),
    PhaseConflict: (409, "phase_exists"),
}


@dataclass(frozen=True)
class Workplace:
    """Where phases lie and run.

    Attributes:
        folder: of registered phases.
        profiles: of the user's own profiles.
        installed: what this ComfyUI has.
        complaints: what ComfyUI has against a graph, beside files that are missing.
    """

    folder: Path
    profiles: Path
    installed: Installed
    complaints: Callable[[Mapping[str, Any]], Awaitable[list[str]]]


def register(routes: Any, workplace: Callable[[], Workplace]) -> None:
    """Add the routes, once; a second copy of the pack adds none.

    Args:
        routes: aiohttp's `RouteTableDef`, which ComfyUI adds to its application later.
        workplace: gives this ComfyUI's; called by requests only.
    """
    if any(getattr(route, "path", None) == LIST for route in routes):
        return

    @routes.get(LIST)
    async def listed(request: web.Request) -> web.Response:
        return json_answer({"phases": await asyncio.to_thread(_all, workplace())})

    @routes.get(ONE)
    async def one(request: web.Request) -> web.Response:
        return await _answered(_one, workplace(), request.match_info["id"])

    @routes.post(LIST)
    async def registered(request: web.Request) -> web.Response:
        return await _answered(_register, workplace(), request)

    @routes.delete(ONE)
    async def removed(request: web.Request) -> web.Response:
        return await _answered(_remove, workplace(), request.match_info["id"])


def description(phase: PhaseDefinition, place: Workplace) -> dict[str, Any]:
    """A phase as the routes tell of it."""
    lacking = missing(phase, place.installed)
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
        "gates": [described(gate, _profiles(place)) for gate in phase.gates],
        "policy": phase.policy.to_dict(),
        "workflow": dict(phase.graph),
        "installed": not lacking,
        "missing": list(lacking),
    }


def _profiles(place: Workplace) -> Callable[[str], Profile | None]:
    def profile_of(name: str) -> Profile | None:
        try:
            return load_profile(name, place.profiles)
        except ProfileError:
            return None  # said where it is used

    return profile_of


def _all(place: Workplace) -> list[dict[str, Any]]:
    return [description(phase, place) for phase in list_phases(place.folder)]


async def _one(place: Workplace, wanted: str) -> tuple[dict[str, Any], int]:
    phase = await asyncio.to_thread(find_phase, place.folder, wanted)
    return await asyncio.to_thread(description, phase, place), 200


async def _register(place: Workplace, request: web.Request) -> tuple[dict[str, Any], int]:
    body = await read_body(request, MOST_BYTES, f"a definition has at most {MOST_BYTES} bytes.")
    said = dict(mapping("definition", parse(body)))
    replace = boolean("replace", said.pop("replace", False))
    phase = await asyncio.to_thread(read_definition, said)
    complaints = await place.complaints(phase.graph)
    if complaints:
        raise DefinitionError(f"ComfyUI refuses the workflow: {complaints[0]}")
    is_new = await asyncio.to_thread(register_phase, place.folder, phase, replace)
    return await asyncio.to_thread(description, phase, place), 201 if is_new else 200


async def _remove(place: Workplace, wanted: str) -> tuple[dict[str, Any], int]:
    await asyncio.to_thread(remove_phase, place.folder, wanted)
    return {"id": wanted, "removed": True}, 200


async def _answered(
    function: Callable[..., Awaitable[tuple[dict[str, Any], int]]], *arguments: Any
) -> web.Response:
    try:
        answer, status = await function(*arguments)
    except Refusal as refusal:
        return refusal.answer()
    except tuple(REFUSED) as error:
        status, code = REFUSED[type(error)]
        return Refusal(status, code, str(error.args[0])).answer()
    return json_answer(answer, status)
