"""What the routes tell of jobs: the list, and each of them."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from ...models.jobs.queries import details
from ...models.jobs.queries.history import JobRecord, find_job
from ...models.jobs.queries.listing import CursorError, list_jobs
from ...models.jobs.queries.names import list_characters, list_projects
from ...models.jobs.queries.statistics import statistics
from .endpoint import RouteRequest, away
from .host import ComfyHost
from .parameters import JobsParameters, StatsParameters
from .refusals import Refusal

THUMBNAIL = "/anime/jobs/{}/thumbnail"


def listed(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """A page of jobs."""
    query: JobsParameters = request.parameters
    try:
        page = read(host, list_jobs, query.filter(), query.limit, query.order, query.cursor)
    except CursorError:
        raise Refusal("bad_cursor") from None
    return {"jobs": [row_of(job) for job in page.jobs], "next": page.next}


def one(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """A job with its reports, files, attempts and reviews."""
    record = find(host, request)
    answer = record.to_dict()
    answer["artifacts"] = _files(host, record)
    answer["attempts"] = host.recorder.database.run(details.attempts_of, record.job.id)
    answer["reviews"] = [_timed(each) for each in host.recorder.database.run(
        details.reviews_of, record.job.id
    )]  # fmt: skip
    production = host.recorder.database.run(details.production_of, record.job.id)
    answer["production_id"] = production and str(production)
    return answer


def events(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """What happened to it."""
    job_id = find_id(host, request)
    found = host.recorder.database.run(details.events_of, job_id)
    return {"id": str(job_id), "events": [_timed(each) for each in found]}


def params(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """What its pictures were made with."""
    job_id = find_id(host, request)
    return {"id": str(job_id), "params": host.recorder.database.run(details.params_of, job_id)}


def reports(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """What its nodes measured."""
    record = find(host, request)
    return {"id": str(record.job.id), "reports": record.to_dict()["reports"]}


def artifacts(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """The files that it wrote, and whether they are still there."""
    record = find(host, request)
    return {"id": str(record.job.id), "artifacts": _files(host, record)}


def graph(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """Its prompt in API format, and its workflow as the editor opens it."""
    job_id = find_id(host, request)
    found = host.recorder.database.run(details.graph_of, job_id) or {
        "graph": None,
        "workflow": None,
    }
    return {"id": str(job_id), **found}


def thumbnail(host: ComfyHost, request: RouteRequest) -> web.Response:
    """A small picture of its first file."""
    job_id = find_id(host, request)
    found = host.recorder.database.run(details.thumbnail_of, job_id)
    if found is None:
        raise Refusal("no_thumbnail")
    of_file, webp = found
    # Asked again each time, and sent only where it is another one.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{of_file}"'}
    return web.Response(body=webp, content_type="image/webp", headers=headers)


def projects(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """All projects with their shots."""
    return {"projects": [_timed(each) for each in read(host, list_projects)]}


def characters(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """All characters with their versions."""
    return {"characters": [_timed(each) for each in read(host, list_characters)]}


def stats(host: ComfyHost, request: RouteRequest) -> dict[str, Any]:
    """Figures of groups of jobs."""
    query: StatsParameters = request.parameters
    groups = read(host, statistics, query.filter(), query.by, query.last, query.limit)
    return {"by": query.by, "last": query.last, "groups": groups}


def read(host: ComfyHost, query: Callable[..., Any], *arguments: Any) -> Any:
    """What a query answers, with what waits in the outbox, as long as anything does."""
    if host.recorder.backlog() != 0:
        host.recorder.settle()
    return host.recorder.database.run(query, *arguments)


def find(host: ComfyHost, request: RouteRequest) -> JobRecord:
    """The job that a request names, with all that was just said of it.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    host.recorder.settle()
    found = host.recorder.database.run(find_job, request.id)
    if found is None:
        raise _unknown(host, request)
    return found


def find_id(host: ComfyHost, request: RouteRequest) -> UUID:
    """The id of the job that a request names.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    host.recorder.settle()
    found = host.recorder.database.run(details.find_id, request.id)
    if found is None:
        raise _unknown(host, request)
    return found


def _unknown(host: ComfyHost, request: RouteRequest) -> Refusal:
    if host.recorder.backlog(request.id):
        return away(host.recorder, request.id, "not_yet")
    return Refusal("unknown_job", id=request.id[:100])


def row_of(job: dict[str, Any]) -> dict[str, Any]:
    """A job in the list, as JSON has it."""
    shown = THUMBNAIL.format(job["id"]) if job.pop("has_thumbnail") else None
    score = job["score"]
    return {
        **_timed(job),
        "score": None if score is None else round(score, 2),
        "thumbnail": shown,
    }


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: times and ids as texts."""
    text: dict[type, Callable[[Any], str]] = {UUID: str}
    return {
        name: value.isoformat() if hasattr(value, "isoformat")
        else text.get(type(value), lambda same: same)(value)
        for name, value in row.items()
    }  # fmt: skip


def _files(host: ComfyHost, record: JobRecord) -> list[dict[str, Any]]:
    return [file_of(host, vars(each)) for each in record.artifacts]


def file_of(host: ComfyHost, artifact: Mapping[str, Any]) -> dict[str, Any]:
    """A file that a job wrote, whether it is still there, and where it can be looked at."""
    path = artifact["path"]
    folder, _, name = path.rpartition("/")
    view = f"/view?filename={quote(name)}&subfolder={quote(folder)}&type=output"
    return {**artifact, "exists": (host.output() / path).is_file(), "view": view}
