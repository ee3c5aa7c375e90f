"""Routes that order productions, return their state, and record a person's decisions on them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from aiohttp import web

from ...models.jobs.job import Review, ReviewVerdict
from ...models.jobs.queries.cursors import CursorError
from ...models.jobs.queries.selection import jobs_of_ids
from ...models.jobs.recording.events import JobReviewed
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
from .fields import quoted
from .jobs import THUMBNAIL, artifact_to_json, run_query
from .query_parameters import ProductionsParameters
from .refusals import Refusal, json_answer

LIST = "/anime/productions"
ONE = "/anime/productions/{id}"
# Verdict of the review that a person's decision gives the job of the attempt.
REVIEWS = {store.approve: ReviewVerdict.APPROVED, store.reject: ReviewVerdict.REJECTED}


def orchestrate(context: RouteContext, request: RouteRequest) -> web.Response:
    """Order a production of several phases."""
    body: OrchestrateBody = request.body
    return _order_production(context, body.to_dict(), _catalogue(context))


def generate(context: RouteContext, request: RouteRequest) -> web.Response:
    """Order a production of one phase."""
    body: GenerateBody = request.body
    catalogue = _catalogue(context)
    phase = _chosen_phase(body.type, body.phase, catalogue)
    parameters = {phase.id: body.parameters or {}}
    order = {**body.to_dict("type", "phase"), "phases": [phase.id], "parameters": parameters}
    return _order_production(context, order, catalogue)


def _catalogue(context: RouteContext) -> Sequence[PhaseDefinition]:
    return list_phases(registered_folder(context.private()))


def _chosen_phase(
    kind: str, phase_id: str | None, catalogue: Sequence[PhaseDefinition]
) -> PhaseDefinition:
    """Return the phase with this id. Without an id, return the default phase of this kind."""
    phases_of_kind = [each for each in catalogue if each.kind == kind]
    for phase in phases_of_kind:
        if phase.id == phase_id or (phase_id is None and phase.id in DEFAULT_PHASES):
            return phase
    names = ", ".join(each.id for each in phases_of_kind)
    raise Refusal("no_phase_of_kind", kind=kind, names=names, got=quoted(phase_id))


def _order_production(
    context: RouteContext, order: Mapping[str, Any], catalogue: Sequence[PhaseDefinition]
) -> web.Response:
    try:
        request = read_request(order, catalogue)
    except RequestError as error:
        place = {"phase": error.phase, "parameter": error.parameter}
        raise Refusal("bad_request", more=place, reason=str(error)) from None
    definition_by_id = {each.id: each for each in catalogue}
    definitions = [definition_by_id[each] for each in request.phases]
    _refuse_missing(context, request, definitions)
    _start_worker(context)
    try:
        production_id = context.recorder.database.run(store.create, request, definitions)
    except store.LimitReached as error:
        raise Refusal("production_too_many", **error.values) from None
    answer = {"id": str(production_id), "state": "queued", "url": f"{LIST}/{production_id}"}
    return json_answer(answer, 202)


def _start_worker(context: RouteContext) -> None:
    """Start this process's worker of productions, unless it runs already."""
    productions = context.productions()
    if not productions.are_tracked:
        raise Refusal("not_tracked", variable=TRACKING.variable)
    productions.start()


def _refuse_missing(
    context: RouteContext, request: ProductionRequest, definitions: Sequence[PhaseDefinition]
) -> None:
    installed = context.installed()
    missing_by_phase = {
        each.id: list(parts)
        for each in definitions
        if (parts := missing(each, installed, request.values_of(each)))
    }
    if missing_by_phase:
        text = "; ".join(
            f"{phase}: {', '.join(parts)}" for phase, parts in missing_by_phase.items()
        )
        raise Refusal("missing", more={"missing": missing_by_phase}, missing=text)


def get_productions(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
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


def get_production(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a production with its decisions and its phases, their attempts, files and reports."""
    record = run_query(context, store.load, _production_id(request))
    if record is None:
        raise _unknown_production(request)
    return _production_to_json(context, record)


def _production_to_json(context: RouteContext, record: ProductionRecord) -> dict[str, Any]:
    answer: dict[str, Any] = record.to_dict()
    attempts = [each for phase in answer["phases"] for each in phase["attempts"]]
    for attempt in attempts:
        has_thumbnail = attempt.pop("has_thumbnail")
        attempt["thumbnail"] = THUMBNAIL.format(attempt["job_id"]) if has_thumbnail else None
    for part in (answer, *answer["phases"], *attempts):
        part["files"] = [artifact_to_json(context, each) for each in part["files"]]
    return answer


def _decide(
    action: Callable[..., Any], context: RouteContext, request: RouteRequest
) -> dict[str, Any]:
    """Carry out a person's decision on a production, and return the production."""
    body: ActionBody = request.body
    _start_worker(context)
    try:
        record = context.recorder.database.run(
            action, _production_id(request), body.who, body.reason.strip()
        )
    except store.UnknownProduction:
        raise _unknown_production(request) from None
    except store.IllegalTransition as error:
        raise Refusal("not_now", reason=str(error)) from None
    if action in REVIEWS:
        _review_job(context, record, Review(REVIEWS[action], body.reason.strip(), body.who))
    return _production_to_json(context, record)


def _review_job(context: RouteContext, record: ProductionRecord, review: Review) -> None:
    """Record a person's decision on an attempt as a review of the attempt's job too.

    Without a job, or if the outbox can't be written, the production keeps the decision alone.
    """
    attempt = record.last_judged_by_person
    if attempt is None or attempt.job_id is None:
        return
    for job in run_query(context, jobs_of_ids, [attempt.job_id]):
        context.recorder.record(JobReviewed(job, review))


def _production_id(request: RouteRequest) -> UUID:
    try:
        return UUID(request.id)
    except ValueError:
        raise _unknown_production(request) from None


def _unknown_production(request: RouteRequest) -> Refusal:
    return Refusal("unknown_production", id=request.id[:100])


_ORDERED = {
    202: "The production is queued.",
    409: "This ComfyUI lacks nodes or model files, or it does not record jobs.",
    429: "The project has as many unfinished productions as it may have.",
}
_UNKNOWN = {404: "The production does not exist."}

ENDPOINTS = (
    Endpoint(
        "POST", "/anime/orchestrate", "Order a production of several phases; it runs unattended.",
        orchestrate, "Ordered", body=OrchestrateBody, errors=_ORDERED,
    ),
    Endpoint(
        "POST", "/anime/generate", "Order a production of one phase.", generate, "Ordered",
        body=GenerateBody, errors=_ORDERED,
    ),
    Endpoint(
        "GET", LIST, "List productions, the newest first, a page at a time.", get_productions,
        "Productions", ProductionsParameters,
    ),
    Endpoint("GET", ONE, "Get a production.", get_production, "Production", errors=_UNKNOWN),
    *(
        Endpoint(
            "POST", f"{ONE}/{action.__name__}", summary, partial(_decide, action), "Production",
            body=ActionBody,
            errors={
                **_UNKNOWN,
                409: "The state of the production does not allow this, or this ComfyUI does not"
                " record jobs.",
            },
        )
        for action, summary in (
            (store.cancel, "Cancel a production, even during an attempt."),
            (store.resume, "Resume a production that was cancelled or has failed."),
            (store.approve, "Approve the result of the waiting phase, and continue."),
            (store.reject, "Reject the result of the waiting phase; it is made again while"
             " attempts are left."),
        )
    ),
)  # fmt: skip
