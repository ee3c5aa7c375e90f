"""Productions over HTTP: what is ordered, how it stands, and what a person has it do."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from aiohttp import web

from ...models.frames import InputError
from ...models.jobs.job import LONGEST_REASON, clean_name
from ...models.production import store
from ...models.production.catalogue import list_phases, registered_folder
from ...models.production.definition import KINDS, PhaseDefinition
from ...models.production.fields import storable
from ...models.production.installed import missing
from ...models.production.listing import FILTERS
from ...models.production.records import ProductionRecord
from ...models.production.request import (
    DEFAULT_PHASES,
    ProductionRequest,
    RequestError,
    read_request,
)
from ...models.production.states import ProductionState
from .answers import Refusal, json_answer
from .endpoint import Asked, Endpoint, Site
from .jobs import file_of, read
from .parameters import CURSOR, LIMIT, choice, text
from .schemas import NUMBER, TEXT, THING, WHOLE

LIST = "/anime/productions"
ONE = "/anime/productions/{id}"
PROJECT = text("project", "Productions of this project.")
STATE = choice("state", "Productions in this state.", [each.value for each in ProductionState])


def orchestrate(site: Site, asked: Asked) -> web.Response:
    """Order a production."""
    return _ordered(site, asked.body, _catalogue(site))


def generate(site: Site, asked: Asked) -> web.Response:
    """Order a production of one phase."""
    catalogue, said = _catalogue(site), dict(asked.body)
    phase = _phase(said.pop("type", None), said.pop("phase", None), catalogue)
    said["parameters"] = {phase.id: said.get("parameters") or {}}
    return _ordered(site, {**said, "phases": [phase.id]}, catalogue)


def _catalogue(site: Site) -> Sequence[PhaseDefinition]:
    return list_phases(registered_folder(site.host.private()))


def _phase(kind: Any, wanted: Any, catalogue: Sequence[PhaseDefinition]) -> PhaseDefinition:
    """The phase that is named, or the one that comes with the pack for this kind."""
    if kind not in KINDS:
        message = f"type: expected one of {', '.join(KINDS)}, got {str(kind)[:100]!r}."
        raise Refusal(400, "bad_field", message)
    of_kind = [each for each in catalogue if each.kind == kind]
    for each in of_kind:
        if each.id == wanted or (wanted is None and each.id in DEFAULT_PHASES):
            return each
    names = ", ".join(each.id for each in of_kind)
    message = f"phase: expected one that makes a {kind} ({names}), got {str(wanted)[:100]!r}."
    raise Refusal(400, "unknown_phase", message)


def _ordered(
    site: Site, said: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]
) -> web.Response:
    try:
        request = read_request(said, catalogue)
    except RequestError as error:
        raise Refusal(400, "bad_request", str(error)) from None
    known = {each.id: each for each in catalogue}
    definitions = [known[each] for each in request.phases]
    _refuse_missing(site, request, definitions)
    _start(site)
    try:
        production_id = site.recorder.database.run(store.create, request, definitions)
    except store.LimitReached as error:
        raise Refusal(429, error.code, str(error)) from None
    answer = {"id": str(production_id), "state": "queued", "url": f"{LIST}/{production_id}"}
    return json_answer(answer, 202)


def _start(site: Site) -> None:
    """Have this ComfyUI work at productions from now on, if it didn't."""
    here = site.host.productions()
    if here.why_not is not None:
        raise Refusal(409, "not_tracked", here.why_not)
    here.start()


def _refuse_missing(
    site: Site, request: ProductionRequest, definitions: Sequence[PhaseDefinition]
) -> None:
    installed = site.host.installed()
    lacking = {
        each.id: list(found)
        for each in definitions
        if (found := missing(each, installed, request.values_of(each)))
    }
    if lacking:
        told = "; ".join(f"{phase} needs {', '.join(found)}" for phase, found in lacking.items())
        message = f"This ComfyUI lacks what the phases need: {told}."
        raise Refusal(409, "missing", message, missing=lacking)


def listed(site: Site, asked: Asked) -> dict[str, Any]:
    """A page of productions."""
    filters = {name: asked.query[name] for name in FILTERS}
    try:
        page = site.recorder.database.run(
            store.list_productions, asked.query["limit"], asked.query["cursor"], filters
        )
    except store.ProductionCursorError as error:
        message = f"cursor: expected `next` of the page before. {error}"
        raise Refusal(400, "bad_parameter", message) from None
    return {"productions": [dict(each) for each in page.productions], "next": page.next}


def one(site: Site, asked: Asked) -> dict[str, Any]:
    """A production with its phases, their attempts, files and reports, and every decision."""
    wanted = _id_of(asked)
    record = read(site, store.load, wanted)
    if record is None:
        raise _unknown(asked)
    return _told(site, record)


def _told(site: Site, record: ProductionRecord) -> dict[str, Any]:
    answer: dict[str, Any] = record.to_dict()
    attempts = [each for phase in answer["phases"] for each in phase["attempts"]]
    for holder in (answer, *answer["phases"], *attempts):
        holder["files"] = [file_of(site, each) for each in holder["files"]]
    return answer


def cancel(site: Site, asked: Asked) -> dict[str, Any]:
    """End it, also in the middle of an attempt."""
    return _acted(store.cancel, site, asked)


def resume(site: Site, asked: Asked) -> dict[str, Any]:
    """Go on with one that was cancelled or has failed."""
    return _acted(store.resume, site, asked)


def approve(site: Site, asked: Asked) -> dict[str, Any]:
    """Let it go on with what its phase made."""
    return _acted(store.approve, site, asked)


def reject(site: Site, asked: Asked) -> dict[str, Any]:
    """Have its phase made again, or end it where no attempt is left."""
    return _acted(store.reject, site, asked)


def _acted(act: Callable[..., Any], site: Site, asked: Asked) -> dict[str, Any]:
    who, reason = asked.body.get("who", ""), asked.body.get("reason", "")
    if not isinstance(who, str):
        raise Refusal(400, "bad_field", f"who: expected a name, got {str(who)[:100]!r}.")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON or not storable(reason):
        message = f"reason: expected a text of at most {LONGEST_REASON} characters."
        raise Refusal(400, "bad_field", message)
    try:
        name = clean_name("who", who)
    except InputError as error:
        raise Refusal(400, "bad_field", str(error)) from None
    _start(site)
    try:
        record = site.recorder.database.run(act, _id_of(asked), name, reason.strip())
    except store.UnknownProduction:
        raise _unknown(asked) from None
    except store.IllegalTransition as error:
        raise Refusal(409, "not_now", str(error)) from None
    return _told(site, record)


def _id_of(asked: Asked) -> UUID:
    try:
        return UUID(asked.id)
    except ValueError:
        raise _unknown(asked) from None


def _unknown(asked: Asked) -> Refusal:
    return Refusal(404, "unknown_production", f"There is no production {asked.id[:100]}.")


# What is asked for in every order; each is checked by `read_request`.
_ASKED = {
    "project": TEXT,
    "character": TEXT,
    "prompt": TEXT,
    "negative_prompt": TEXT,
    "seed": {**WHOLE, "description": "Of the first attempts; one is drawn where there is none."},
    "width": WHOLE,
    "height": WHOLE,
    "frames": WHOLE,
    "fps": NUMBER,
    "attempts": {**WHOLE, "description": "Of each phase; without it, what the phase says."},
    "profile": {**TEXT, "description": "What it takes to pass."},
}
_SAID = {"who": TEXT, "reason": TEXT}
_ORDERED = {
    202: "It is queued.",
    409: "Nodes or model files are missing here.",
    429: "Too many productions of the project wait already.",
}
_UNKNOWN = {404: "There is no such production."}
_NOT_NOW = {**_UNKNOWN, 409: "Not in the state that it is in."}

ENDPOINTS = (
    Endpoint(
        "POST", "/anime/orchestrate", "Order a production: its phases run unattended.",
        orchestrate, "Ordered",
        body={
            **_ASKED,
            "phases": {
                "description": 'Ids in their order, or "sample": those that need no models.',
            },
            "parameters": {**THING, "description": "By phase: values by parameter."},
        },
        errors=_ORDERED,
    ),
    Endpoint(
        "POST", "/anime/generate", "Order one phase.", generate, "Ordered",
        body={
            **_ASKED,
            "type": {"type": "string", "enum": list(KINDS)},
            "phase": {**TEXT, "description": "Which of those that make this; else a shipped one."},
            "parameters": {**THING, "description": "Further values, by parameter."},
        },
        errors=_ORDERED,
    ),
    Endpoint(
        "GET", LIST, "Productions, the newest first, a page at a time.", listed, "Productions",
        (PROJECT, STATE, CURSOR, LIMIT),
    ),
    Endpoint("GET", ONE, "A production.", one, "Production", errors=_UNKNOWN),
    Endpoint(
        "POST", f"{ONE}/cancel", "End it, also in the middle of an attempt.", cancel, "Production",
        body=_SAID, errors=_NOT_NOW,
    ),
    Endpoint(
        "POST", f"{ONE}/resume", "Go on with one that was cancelled or has failed.", resume,
        "Production", body=_SAID, errors=_NOT_NOW,
    ),
    Endpoint(
        "POST", f"{ONE}/approve", "Take what its phase made, and go on.", approve, "Production",
        body=_SAID, errors=_NOT_NOW,
    ),
    Endpoint(
        "POST", f"{ONE}/reject", "Have its phase made again, as often as it may be.", reject,
        "Production", body=_SAID, errors=_NOT_NOW,
    ),
)  # fmt: skip
