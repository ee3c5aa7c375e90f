"""Productions over HTTP: ordering them, their state, and what a person has them do."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from aiohttp import web

from ...models.jobs.queries.cursors import CursorError
from ...models.production import store
from ...models.production.catalogue import list_phases, registered_folder
from ...models.production.definition import PhaseDefinition
from ...models.production.installed import missing
from ...models.production.listing import FILTERS
from ...models.production.records import ProductionRecord
from ...models.production.request import (
    DEFAULT_PHASES,
    ProductionRequest,
    RequestError,
    read_request,
)
from ...models.settings import TRACKING
from .bodies import ActionBody, GenerateBody, OrchestrateBody
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .fields import shown
from .jobs import file_of, read
from .query_parameters import ProductionsParameters
from .refusals import Refusal, json_answer

LIST = "/anime/productions"
ONE = "/anime/productions/{id}"


def orchestrate(context: RouteContext, request: RouteRequest) -> web.Response:
    """Order a production."""
    body: OrchestrateBody = request.body
    return _ordered(context, body.to_dict(), _catalogue(context))


def generate(context: RouteContext, request: RouteRequest) -> web.Response:
    """Order a production of one phase."""
    body: GenerateBody = request.body
    catalogue = _catalogue(context)
    phase = _phase(body.type, body.phase, catalogue)
    parameters = {phase.id: body.parameters or {}}
    order = {**body.to_dict("type", "phase"), "phases": [phase.id], "parameters": parameters}
    return _ordered(context, order, catalogue)


def _catalogue(context: RouteContext) -> Sequence[PhaseDefinition]:
    return list_phases(registered_folder(context.private()))


def _phase(kind: str, wanted: str | None, catalogue: Sequence[PhaseDefinition]) -> PhaseDefinition:
    """Return the phase that is named, or the one that comes with the pack for this kind."""
    of_kind = [each for each in catalogue if each.kind == kind]
    for each in of_kind:
        if each.id == wanted or (wanted is None and each.id in DEFAULT_PHASES):
            return each
    names = ", ".join(each.id for each in of_kind)
    raise Refusal("no_phase_of_kind", kind=kind, names=names, got=shown(wanted))


def _ordered(
    context: RouteContext, order: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]
) -> web.Response:
    try:
        request = read_request(order, catalogue)
    except RequestError as error:
        raise Refusal("bad_request", reason=str(error)) from None
    known = {each.id: each for each in catalogue}
    definitions = [known[each] for each in request.phases]
    _refuse_missing(context, request, definitions)
    _start(context)
    try:
        production_id = context.recorder.database.run(store.create, request, definitions)
    except store.LimitReached as error:
        raise Refusal("production_too_many", **error.values) from None
    answer = {"id": str(production_id), "state": "queued", "url": f"{LIST}/{production_id}"}
    return json_answer(answer, 202)


def _start(context: RouteContext) -> None:
    """Have this ComfyUI work at productions from now on, if it didn't."""
    productions = context.productions()
    if not productions.are_tracked:
        raise Refusal("not_tracked", variable=TRACKING.variable)
    productions.start()


def _refuse_missing(
    context: RouteContext, request: ProductionRequest, definitions: Sequence[PhaseDefinition]
) -> None:
    installed = context.installed()
    lacking = {
        each.id: list(absent)
        for each in definitions
        if (absent := missing(each, installed, request.values_of(each)))
    }
    if lacking:
        text = "; ".join(f"{phase}: {', '.join(absent)}" for phase, absent in lacking.items())
        raise Refusal("missing", more={"missing": lacking}, missing=text)


def listed(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a page of productions."""
    query: ProductionsParameters = request.parameters
    filters = {name: getattr(query, name) for name in FILTERS}
    try:
        page = context.recorder.database.run(
            store.list_productions, query.limit, query.cursor, filters
        )
    except CursorError:
        raise Refusal("bad_cursor") from None
    return {"productions": [dict(each) for each in page.productions], "next": page.next}


def one(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a production with its phases, their attempts, files and reports, and decisions."""
    record = read(context, store.load, _id_of(request))
    if record is None:
        raise _unknown(request)
    return _described(context, record)


def _described(context: RouteContext, record: ProductionRecord) -> dict[str, Any]:
    answer: dict[str, Any] = record.to_dict()
    attempts = [each for phase in answer["phases"] for each in phase["attempts"]]
    for holder in (answer, *answer["phases"], *attempts):
        holder["files"] = [file_of(context, each) for each in holder["files"]]
    return answer


def _act(
    action: Callable[..., Any], context: RouteContext, request: RouteRequest
) -> dict[str, Any]:
    """Do with a production what a person wants, and return it."""
    body: ActionBody = request.body
    _start(context)
    try:
        record = context.recorder.database.run(
            action, _id_of(request), body.who, body.reason.strip()
        )
    except store.UnknownProduction:
        raise _unknown(request) from None
    except store.IllegalTransition as error:
        raise Refusal("not_now", reason=str(error)) from None
    return _described(context, record)


def _id_of(request: RouteRequest) -> UUID:
    try:
        return UUID(request.id)
    except ValueError:
        raise _unknown(request) from None


def _unknown(request: RouteRequest) -> Refusal:
    return Refusal("unknown_production", id=request.id[:100])


_ORDERED = {
    202: "It is queued.",
    409: "Nodes or model files are missing here.",
    429: "Too many productions of the project wait already.",
}
_UNKNOWN = {404: "There is no such production."}

ENDPOINTS = (
    Endpoint(
        "POST", "/anime/orchestrate", "Order a production: its phases run unattended.",
        orchestrate, "Ordered", body=OrchestrateBody, errors=_ORDERED,
    ),
    Endpoint(
        "POST", "/anime/generate", "Order one phase.", generate, "Ordered", body=GenerateBody,
        errors=_ORDERED,
    ),
    Endpoint(
        "GET", LIST, "Productions, the newest first, a page at a time.", listed, "Productions",
        ProductionsParameters,
    ),
    Endpoint("GET", ONE, "A production.", one, "Production", errors=_UNKNOWN),
    *(
        Endpoint(
            "POST", f"{ONE}/{action.__name__}", summary, partial(_act, action), "Production",
            body=ActionBody, errors={**_UNKNOWN, 409: "Not in the state that it is in."},
        )
        for action, summary in (
            (store.cancel, "End it, also in the middle of an attempt."),
            (store.resume, "Go on with one that was cancelled or has failed."),
            (store.approve, "Take what its phase made, and go on."),
            (store.reject, "Have its phase made again, as often as it may be."),
        )
    ),
)  # fmt: skip
