"""Handlers of the routes that read jobs: the list, one job and its parts, names and statistics."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web

from ...models.gating.retry import sets_of_other_attempts
from ...models.jobs.columns import LIST, as_json
from ...models.jobs.database.database import READ_SECONDS
from ...models.jobs.json_values import row_to_json
from ...models.jobs.node_names import name_of_node
from ...models.jobs.queries import details
from ...models.jobs.queries.cursors import CursorError
from ...models.jobs.queries.flipbook_rows import flipbook_of, flipbooks_of_reports
from ...models.jobs.queries.history import JobRecord, find_job
from ...models.jobs.queries.listing import list_jobs
from ...models.jobs.queries.names import list_characters, list_projects
from ...models.jobs.queries.remedies import records_of_remedies
from ...models.jobs.queries.shots import list_shots, list_tags
from ...models.jobs.queries.snapshot_rows import snapshot_of, snapshots_of_reports
from ...models.jobs.queries.statistics import statistics
from ...models.snapshots.store import FAILED, SNAPSHOTS
from .context import RouteContext
from .endpoint import RouteRequest, refusal_with_backlog
from .query_parameters import (
    JobsParameters,
    SnapshotParameters,
    StatsParameters,
    ThumbnailParameters,
)
from .refusals import Refusal

THUMBNAIL, SNAPSHOT = "/anime/jobs/{}/thumbnail", "/anime/jobs/{}/snapshot"
FLIPBOOK = "/anime/flipbooks/{}"
FLIPBOOK_SECONDS = 4.0  # longest wait for a flipbook that is being made


def get_jobs(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a page of jobs."""
    query: JobsParameters = request.parameters
    if query.file is not None:
        settle(context)  # the file may have been written a moment ago
    try:
        page = run_query(context, list_jobs, query.filter(), query.limit, query.order, query.cursor)
    except CursorError:
        raise Refusal("bad_cursor") from None
    return {"jobs": [job_row_to_json(job) for job in page.jobs], "next": page.next}


def get_shots(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a page of the shots that jobs belong to, with counts of the jobs."""
    query: JobsParameters = request.parameters
    try:
        page = run_query(
            context, list_shots, query.filter(), query.limit, query.order, query.cursor
        )
    except CursorError:
        raise Refusal("bad_cursor") from None
    return {"shots": [row_to_json(each) for each in page.shots], "next": page.next}


def get_tags(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the tags of jobs, the commonest first."""
    return {"tags": run_query(context, list_tags)}


def get_job(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a job with its reports, files, attempts and reviews."""
    waiting_files = settle(context)
    record = _read_record(context, request)
    answer = record.to_dict()
    answer["reports"] = _reports_to_json(context, record)
    answer["artifacts"] = _artifacts_to_json(context, record)
    answer["waiting_files"] = waiting_files.get(record.job.id, 0)
    answer["attempts"] = context.recorder.database.run(details.attempts_of, record.job.id)
    answer["reviews"] = [row_to_json(each) for each in context.recorder.database.run(
        details.reviews_of, record.job.id
    )]  # fmt: skip
    production_id = context.recorder.database.run(details.production_of, record.job.id)
    answer["production_id"] = production_id and str(production_id)
    return answer


def get_events(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the recorded events of a job."""
    job_id = find_job_id(context, request)
    event_rows = context.recorder.database.run(details.events_of, job_id)
    return {"id": str(job_id), "events": [row_to_json(each) for each in event_rows]}


def get_params(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the parameters with which a job's pictures were made."""
    job_id = find_job_id(context, request)
    return {
        "id": str(job_id),
        "params": context.recorder.database.run(details.parameters_of, job_id),
    }


def get_reports(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the reports of a job's nodes."""
    record = find_record(context, request)
    return {"id": str(record.job.id), "reports": _reports_to_json(context, record)}


def get_artifacts(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return the files that a job wrote, each with a flag that says if it still exists."""
    waiting_files = settle(context)
    record = _read_record(context, request)
    return {
        "id": str(record.job.id),
        "artifacts": _artifacts_to_json(context, record),
        "waiting_files": waiting_files.get(record.job.id, 0),
    }


def get_graph(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return a job's prompt, its workflow in the editor's format, and its output nodes."""
    job_id = find_job_id(context, request)
    graphs = context.recorder.database.run(details.graph_of, job_id) or {
        "graph": None,
        "workflow": None,
        "output_nodes": None,
    }
    return {"id": str(job_id), **graphs}


def get_thumbnail(context: RouteContext, request: RouteRequest) -> web.Response:
    """Return a thumbnail of a job's first file, or of the file that the parameters name."""
    job_id = find_job_id(context, request)
    query: ThumbnailParameters = request.parameters
    etag_and_webp = context.recorder.database.run(details.thumbnail_of, job_id, query.file)
    if etag_and_webp is None:
        raise Refusal("no_thumbnail")
    etag, webp = etag_and_webp
    return _picture(webp, etag)


def get_snapshot(context: RouteContext, request: RouteRequest) -> web.Response:
    """Return a small picture of a frame that a report of a job is about."""
    job_id = find_job_id(context, request)
    query: SnapshotParameters = request.parameters
    set_id = _uuid_of(query.set)
    run = context.recorder.database.run
    webp = None if set_id is None else run(snapshot_of, job_id, set_id, query.frame)
    if webp is None:
        raise Refusal("no_snapshot", frame=query.frame)
    return _picture(webp, f"{set_id}-{query.frame}")


def get_flipbook(context: RouteContext, request: RouteRequest) -> web.Response:
    """Return all frames of a loop in one picture: from memory, else from a job that has it."""
    set_id = _uuid_of(request.id)
    if set_id is None:
        raise Refusal("no_flipbook")
    try:
        flipbook, absent = SNAPSHOTS.flipbook(set_id, FLIPBOOK_SECONDS)
    except TimeoutError:
        raise Refusal("flipbook_not_yet") from None
    if absent == FAILED:
        raise Refusal("flipbook_failed")
    if flipbook is not None:
        return _picture(flipbook.webp, str(set_id))
    webp = context.recorder.database.run(flipbook_of, set_id)
    if webp is None:
        raise Refusal("no_flipbook")
    return _picture(webp, str(set_id))


def _uuid_of(text: str | None) -> UUID | None:
    try:
        return None if text is None else UUID(text)
    except ValueError:
        return None


def _picture(webp: bytes, etag: str) -> web.Response:
    """Return a picture that the browser asks for each time, but receives only if it has changed."""
    headers = {"Cache-Control": "private, no-cache", "ETag": f'"{etag}"'}
    return web.Response(body=webp, content_type="image/webp", headers=headers)


def get_projects(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all projects with their shots."""
    return {"projects": [row_to_json(each) for each in run_query(context, list_projects)]}


def get_characters(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return all characters with their versions."""
    return {"characters": [row_to_json(each) for each in run_query(context, list_characters)]}


def get_stats(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return statistics of groups of jobs."""
    query: StatsParameters = request.parameters
    groups = run_query(context, statistics, query.filter(), query.by, query.last, query.limit)
    return {"by": query.by, "last": query.last, "groups": groups}


def get_remedies(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Return how often jobs with each remedy for a failed node passed."""
    return {"remedies": run_query(context, records_of_remedies)}


def run_query(
    context: RouteContext,
    query: Callable[..., Any],
    *arguments: Any,
    seconds: float | None = READ_SECONDS,
) -> Any:
    """Return the result of a query, after the events in the outbox were sent to the database."""
    if context.recorder.backlog() != 0:
        settle(context, wait_for_files=False)
    return context.recorder.database.run(query, *arguments, seconds=seconds)


def find_record(context: RouteContext, request: RouteRequest) -> JobRecord:
    """Return the record of the job in a request's path, with its newest events.

    Raises:
        Refusal: the job is unknown, or the database doesn't have it yet.
    """
    settle(context)
    return _read_record(context, request)


def _read_record(context: RouteContext, request: RouteRequest) -> JobRecord:
    record: JobRecord | None = context.recorder.database.run(find_job, request.id)
    if record is None:
        raise _unknown_job(context, request)
    return record


def find_job_id(context: RouteContext, request: RouteRequest) -> UUID:
    """Return the id of the job in a request's path, which may be the id of the job's prompt.

    Raises:
        Refusal: the job is unknown, or the database doesn't have it yet.
    """
    settle(context, wait_for_files=False)
    job_id = context.recorder.database.run(details.find_id, request.id)
    if job_id is None:
        raise _unknown_job(context, request)
    return job_id


def settle(context: RouteContext, wait_for_files: bool = True) -> Mapping[UUID, int]:
    """Send the events in the outbox to the database; return the files that wait, by job.

    The database is checked first, because a check has a shorter deadline than sending.
    """
    context.recorder.database.check()
    return context.recorder.settle(wait_for_files)


def _unknown_job(context: RouteContext, request: RouteRequest) -> Refusal:
    if context.recorder.backlog(request.id):
        return refusal_with_backlog(context.recorder, request.id, "not_yet")
    return Refusal("unknown_job", id=request.id[:100])


def job_row_to_json(job: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the list of jobs as JSON values, with the path of its thumbnail."""
    row = as_json(LIST, job)
    row["thumbnail"] = THUMBNAIL.format(row["id"]) if row.pop("has_thumbnail") else None
    return row


def _reports_to_json(context: RouteContext, record: JobRecord) -> list[dict[str, Any]]:
    """Return the reports of a job as JSON values, with their nodes' names and small pictures.

    Fields of each: `title` and `node_type`; `snapshots`, and `snapshots_absent`: why pictures are
    missing, or null; `flipbook`, or null, and `flipbook_absent` likewise.
    """
    database = context.recorder.database
    reports: list[dict[str, Any]] = record.to_dict()["reports"]
    graphs = database.run(details.graph_of, record.job.id) if reports else None
    graphs = graphs or {"graph": None, "workflow": None}
    apart = {UUID(each) for one in reports for each in sets_of_other_attempts(one["report"])}
    all_snapshots = database.run(snapshots_of_reports, record.job.id, apart)
    flipbooks = database.run(flipbooks_of_reports, record.job.id)
    route = SNAPSHOT.format(record.job.id)
    for report, snapshots, (flipbook, no_flipbook) in zip(
        reports, all_snapshots, flipbooks, strict=False
    ):
        name = name_of_node(graphs["graph"], graphs["workflow"], report["node_id"])
        report |= {"title": name.title, "node_type": name.type}
        report["snapshots"] = [
            {**row, "view": f"{route}?set={row['set']}&frame={row['frame']}"}
            for row in map(row_to_json, snapshots.rows)
        ]
        report["snapshots_absent"] = snapshots.absent
        report["flipbook"] = flipbook and {
            **row_to_json(flipbook),
            "view": FLIPBOOK.format(flipbook["set"]),
        }
        report["flipbook_absent"] = no_flipbook
    return reports


def _artifacts_to_json(context: RouteContext, record: JobRecord) -> list[dict[str, Any]]:
    database = context.recorder.database
    with_thumbnail = database.run(details.paths_with_thumbnail, record.job.id)
    route = THUMBNAIL.format(record.job.id)
    return [
        {
            **artifact_to_json(context, vars(each)),
            "thumbnail": f"{route}?file={quote(each.path)}"
            if each.path in with_thumbnail
            else None,
        }
        for each in record.artifacts
    ]


def artifact_to_json(context: RouteContext, artifact: Mapping[str, Any]) -> dict[str, Any]:
    """Return an artifact with the fields `exists` and `view`: the path where ComfyUI serves it."""
    path = artifact["path"]
    folder, _, name = path.rpartition("/")
    view = f"/view?filename={quote(name)}&subfolder={quote(folder)}&type=output"
    return {**artifact, "exists": (context.output() / path).is_file(), "view": view}
