"""What the routes tell of jobs: the list, and each of them."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from ...models.jobs.columns import LIST, as_json
from ...models.jobs.json_values import row_to_json
from ...models.jobs.queries import details
from ...models.jobs.queries.cursors import CursorError
from ...models.jobs.queries.history import JobRecord, find_job
from ...models.jobs.queries.listing import list_jobs
from ...models.jobs.queries.names import list_characters, list_projects
from ...models.jobs.queries.statistics import statistics
from .context import RouteContext
from .endpoint import RouteRequest, away
from .query_parameters import JobsParameters, StatsParameters
from .refusals import Refusal

THUMBNAIL = "/anime/jobs/{}/thumbnail"


def listed(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """A page of jobs."""
    query: JobsParameters = request.parameters
    try:
        page = read(context, list_jobs, query.filter(), query.limit, query.order, query.cursor)
    except CursorError:
        raise Refusal("bad_cursor") from None
    return {"jobs": [row_of(job) for job in page.jobs], "next": page.next}


def one(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """A job with its reports, files, attempts and reviews."""
    record = find(context, request)
    answer = record.to_dict()
    answer["artifacts"] = _files(context, record)
    answer["attempts"] = context.recorder.database.run(details.attempts_of, record.job.id)
    answer["reviews"] = [row_to_json(each) for each in context.recorder.database.run(
        details.reviews_of, record.job.id
    )]  # fmt: skip
    production = context.recorder.database.run(details.production_of, record.job.id)
    answer["production_id"] = production and str(production)
    return answer


def events(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """What happened to it."""
    job_id = find_id(context, request)
    found = context.recorder.database.run(details.events_of, job_id)
    return {"id": str(job_id), "events": [row_to_json(each) for each in found]}


def params(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """What its pictures were made with."""
    job_id = find_id(context, request)
    return {
        "id": str(job_id),
        "params": context.recorder.database.run(details.parameters_of, job_id),
    }


def reports(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """What its nodes measured."""
    record = find(context, request)
    return {"id": str(record.job.id), "reports": record.to_dict()["reports"]}


def artifacts(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """The files that it wrote, and whether they are still there."""
    record = find(context, request)
    return {"id": str(record.job.id), "artifacts": _files(context, record)}


def graph(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Its prompt in API format, and its workflow as the editor opens it."""
    job_id = find_id(context, request)
    found = context.recorder.database.run(details.graph_of, job_id) or {
        "graph": None,
        "workflow": None,
    }
    return {"id": str(job_id), **found}


def thumbnail(context: RouteContext, request: RouteRequest) -> web.Response:
    """A small picture of its first file."""
    job_id = find_id(context, request)
    found = context.recorder.database.run(details.thumbnail_of, job_id)
    if found is None:
        raise Refusal("no_thumbnail")
    of_file, webp = found
    # Asked for again each time, and sent only where it is another one.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{of_file}"'}
    return web.Response(body=webp, content_type="image/webp", headers=headers)


def projects(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """All projects with their shots."""
    return {"projects": [row_to_json(each) for each in read(context, list_projects)]}


def characters(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """All characters with their versions."""
    return {"characters": [row_to_json(each) for each in read(context, list_characters)]}


def stats(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Figures of groups of jobs."""
    query: StatsParameters = request.parameters
    groups = read(context, statistics, query.filter(), query.by, query.last, query.limit)
    return {"by": query.by, "last": query.last, "groups": groups}


def read(context: RouteContext, query: Callable[..., Any], *arguments: Any) -> Any:
    """What a query answers, with what waits in the outbox, as long as anything does."""
    if context.recorder.backlog() != 0:
        context.recorder.settle()
    return context.recorder.database.run(query, *arguments)


def find(context: RouteContext, request: RouteRequest) -> JobRecord:
    """The job that a request names, with all that was just said of it.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    context.recorder.settle()
    found = context.recorder.database.run(find_job, request.id)
    if found is None:
        raise _unknown(context, request)
    return found


def find_id(context: RouteContext, request: RouteRequest) -> UUID:
    """The id of the job that a request names.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    context.recorder.settle()
    found = context.recorder.database.run(details.find_id, request.id)
    if found is None:
        raise _unknown(context, request)
    return found


def _unknown(context: RouteContext, request: RouteRequest) -> Refusal:
    if context.recorder.backlog(request.id):
        return away(context.recorder, request.id, "not_yet")
    return Refusal("unknown_job", id=request.id[:100])


def row_of(job: dict[str, Any]) -> dict[str, Any]:
    """A job in the list, as JSON has it."""
    row = as_json(LIST, job)
    row["thumbnail"] = THUMBNAIL.format(row["id"]) if row.pop("has_thumbnail") else None
    return row


def _files(context: RouteContext, record: JobRecord) -> list[dict[str, Any]]:
    return [file_of(context, vars(each)) for each in record.artifacts]


def file_of(context: RouteContext, artifact: Mapping[str, Any]) -> dict[str, Any]:
    """A file that a job wrote, whether it is still there, and where it can be looked at."""
    path = artifact["path"]
    folder, _, name = path.rpartition("/")
    view = f"/view?filename={quote(name)}&subfolder={quote(folder)}&type=output"
    return {**artifact, "exists": (context.output() / path).is_file(), "view": view}
