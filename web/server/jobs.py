"""What the routes tell of jobs: the list, and each of them."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from ...models.jobs.columns import LIST, as_json
from ...models.jobs.queries import details
from ...models.jobs.queries.history import JobRecord, find_job
from ...models.jobs.queries.listing import CursorError, list_jobs
from ...models.jobs.queries.names import list_characters, list_projects
from ...models.jobs.queries.statistics import statistics
from .answers import Refusal
from .endpoint import Asked, Site, not_yet
from .parameters import filter_of

THUMBNAIL = "/anime/jobs/{}/thumbnail"


def listed(site: Site, asked: Asked) -> dict[str, Any]:
    """A page of jobs."""
    query = asked.query
    page_of = (filter_of(query), query["limit"], query["order"], query["cursor"])
    try:
        page = read(site, list_jobs, *page_of)
    except CursorError as error:
        message = f"cursor: expected `next` of the page before. {error}"
        raise Refusal(400, "bad_parameter", message) from None
    return {"jobs": [row_of(job) for job in page.jobs], "next": page.next}


def one(site: Site, asked: Asked) -> dict[str, Any]:
    """A job with its reports, files, attempts and reviews."""
    record = find(site, asked)
    answer = record.to_dict()
    answer["artifacts"] = _files(site, record)
    answer["attempts"] = site.recorder.database.run(details.attempts_of, record.job.id)
    answer["reviews"] = [_timed(each) for each in site.recorder.database.run(
        details.reviews_of, record.job.id
    )]  # fmt: skip
    production = site.recorder.database.run(details.production_of, record.job.id)
    answer["production_id"] = production and str(production)
    return answer


def events(site: Site, asked: Asked) -> dict[str, Any]:
    """What happened to it."""
    job_id = find_id(site, asked)
    found = site.recorder.database.run(details.events_of, job_id)
    return {"id": str(job_id), "events": [_timed(each) for each in found]}


def params(site: Site, asked: Asked) -> dict[str, Any]:
    """What its pictures were made with."""
    job_id = find_id(site, asked)
    return {"id": str(job_id), "params": site.recorder.database.run(details.params_of, job_id)}


def reports(site: Site, asked: Asked) -> dict[str, Any]:
    """What its nodes measured."""
    record = find(site, asked)
    return {"id": str(record.job.id), "reports": record.to_dict()["reports"]}


def artifacts(site: Site, asked: Asked) -> dict[str, Any]:
    """The files that it wrote, and whether they are still there."""
    record = find(site, asked)
    return {"id": str(record.job.id), "artifacts": _files(site, record)}


def graph(site: Site, asked: Asked) -> dict[str, Any]:
    """Its prompt in API format, and its workflow as the editor opens it."""
    job_id = find_id(site, asked)
    found = site.recorder.database.run(details.graph_of, job_id) or {
        "graph": None,
        "workflow": None,
    }
    return {"id": str(job_id), **found}


def thumbnail(site: Site, asked: Asked) -> web.Response:
    """A small picture of its first file."""
    job_id = find_id(site, asked)
    found = site.recorder.database.run(details.thumbnail_of, job_id)
    if found is None:
        raise Refusal(404, "no_thumbnail", "This job has no picture: it wrote no file.")
    of_file, webp = found
    # Asked again each time, and sent only where it is another one.
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{of_file}"'}
    return web.Response(body=webp, content_type="image/webp", headers=headers)


def projects(site: Site, asked: Asked) -> dict[str, Any]:
    """All projects with their shots."""
    return {"projects": [_timed(each) for each in read(site, list_projects)]}


def characters(site: Site, asked: Asked) -> dict[str, Any]:
    """All characters with their versions."""
    return {"characters": [_timed(each) for each in read(site, list_characters)]}


def stats(site: Site, asked: Asked) -> dict[str, Any]:
    """Figures of groups of jobs."""
    query = asked.query
    how = (query["by"], query["last"], query["limit"])
    groups = read(site, statistics, filter_of(query), *how)
    return {"by": query["by"], "last": query["last"], "groups": groups}


def read(site: Site, query: Callable[..., Any], *arguments: Any) -> Any:
    """What a query answers, with what waits in the outbox, as long as anything does."""
    if site.recorder.backlog() != 0:
        site.recorder.settle()
    return site.recorder.database.run(query, *arguments)


def find(site: Site, asked: Asked) -> JobRecord:
    """The job that a request names, with all that was just said of it.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    site.recorder.settle()
    found = site.recorder.database.run(find_job, asked.id)
    if found is None:
        raise _unknown(site, asked)
    return found


def find_id(site: Site, asked: Asked) -> UUID:
    """The id of the job that a request names.

    Raises:
        Refusal: there is none, or the database doesn't have it yet.
    """
    site.recorder.settle()
    found = site.recorder.database.run(details.find_id, asked.id)
    if found is None:
        raise _unknown(site, asked)
    return found


def _unknown(site: Site, asked: Asked) -> Refusal:
    if site.recorder.backlog(asked.id):
        return not_yet(site.recorder, asked.id)
    return Refusal(404, "unknown_job", f"There is no job {asked.id[:100]}.")


def row_of(job: dict[str, Any]) -> dict[str, Any]:
    """A job in the list, as JSON has it."""
    row = as_json(LIST, job)
    row["thumbnail"] = THUMBNAIL.format(row["id"]) if row.pop("has_thumbnail") else None
    return row


def _timed(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: times and ids as texts."""
    text: dict[type, Callable[[Any], str]] = {UUID: str}
    return {
        name: value.isoformat() if hasattr(value, "isoformat")
        else text.get(type(value), lambda same: same)(value)
        for name, value in row.items()
    }  # fmt: skip


def _files(site: Site, record: JobRecord) -> list[dict[str, Any]]:
    return [file_of(site, vars(each)) for each in record.artifacts]


def file_of(site: Site, artifact: Mapping[str, Any]) -> dict[str, Any]:
    """A file that a job wrote, whether it is still there, and where it can be looked at."""
    path = artifact["path"]
    folder, _, name = path.rpartition("/")
    view = f"/view?filename={quote(name)}&subfolder={quote(folder)}&type=output"
    return {**artifact, "exists": (site.host.output() / path).is_file(), "view": view}
