"""Handlers of the routes for many jobs at once: delete, review, tag and export a selection.

A job that can't be changed doesn't stop the others: each has a result of its own.
"""

from collections.abc import AsyncIterator, Container, Sequence
from typing import Any
from uuid import UUID

from aiohttp import web

from ...models.jobs.database.database import WRITE_SECONDS
from ...models.jobs.job import MOST_TAGS, Review, ReviewVerdict
from ...models.jobs.queries.listing import Page
from ...models.jobs.queries.selection import (
    ChangedJobs,
    delete_jobs,
    jobs_of_ids,
    rows_of_ids,
    tag_jobs,
)
from ...models.jobs.recording.events import JobReviewed
from .changes import remove_files
from .context import RouteContext
from .endpoint import Endpoint, RouteRequest
from .export import file_answer
from .jobs import run_query, settle
from .refusals import refusal_text
from .route_threads import FILES_SECONDS
from .selection_bodies import (
    SelectionDeleteBody,
    SelectionExportBody,
    SelectionReviewBody,
    SelectionTagsBody,
)


def delete(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Delete the jobs that have ended and, if the body says so, their files."""
    body: SelectionDeleteBody = request.body
    ids = _uuids(body.ids)
    settle(context)  # the database then knows the jobs' ends and files
    changed: ChangedJobs = run_query(context, delete_jobs, ids, seconds=WRITE_SECONDS)
    results = _results(body.ids, changed, "still_running")
    for result in results:
        files = changed.files.get(UUID(result["id"]), []) if result["done"] and body.files else []
        result["removed"], result["kept"] = remove_files(context.output(), files)
    return {"results": results}


def review(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Record a person's verdict on each of the jobs."""
    body: SelectionReviewBody = request.body
    person_review = Review(ReviewVerdict(body.verdict), body.reason.strip(), body.reviewer)
    done: list[UUID] = []
    unrecorded: set[UUID] = set()
    for job in run_query(context, jobs_of_ids, _uuids(body.ids)):
        if context.recorder.record(JobReviewed(job, person_review)):
            done.append(job.id)
        else:
            unrecorded.add(job.id)
    return {"results": _results(body.ids, ChangedJobs(tuple(done)), "", unrecorded)}


def tag(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Add tags to the jobs and remove others."""
    body: SelectionTagsBody = request.body
    add, remove = ([name for name in names if name] for names in (body.add, body.remove))
    changed: ChangedJobs = run_query(
        context, tag_jobs, _uuids(body.ids), add, remove, seconds=WRITE_SECONDS
    )
    return {"results": _results(body.ids, changed, "not_started")}


async def export(context: RouteContext, request: RouteRequest) -> web.Response:
    """Return the jobs as a file."""
    body: SelectionExportBody = request.body
    rows = await context.threads.run(run_query, context, rows_of_ids, _uuids(body.ids))

    async def pages() -> AsyncIterator[Page]:
        yield Page(tuple(rows), None)

    return file_answer(body.format, pages())


def _results(
    ids: Sequence[str],
    changed: ChangedJobs,
    state_refusal: str,
    unrecorded: Container[UUID | None] = (),
) -> list[dict[str, Any]]:
    """Return the result for each id, with the reason if its job wasn't changed.

    Args:
        ids: ids of the request; each has one result.
        changed: what was changed.
        state_refusal: key in `REFUSALS` for a job whose state forbids the change.
        unrecorded: ids of the jobs whose change could not be written into the outbox.
    """
    done = set(changed.done)
    results = []
    for name in dict.fromkeys(ids):
        job_id = _uuid(name)
        key, values = "unknown_job", {"id": name}
        if job_id in changed.states:
            key, values = state_refusal, {"state": changed.states[job_id]}
        elif job_id in changed.full:
            key, values = "too_many_tags", {"most": str(MOST_TAGS)}
        elif job_id in unrecorded:
            key, values = "not_recorded", {}
        is_done = job_id in done
        reason = None if is_done else refusal_text(key, values)
        results.append(
            {
                "id": name,
                "done": is_done,
                "reason_code": None if is_done else key,
                "reason": reason,
                "reason_values": {} if is_done else values,
            }
        )
    return results


def _uuids(ids: Sequence[str]) -> list[UUID]:
    return [job_id for job_id in map(_uuid, dict.fromkeys(ids)) if job_id is not None]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


ENDPOINTS = (
    Endpoint(
        "POST", "/anime/selection/delete",
        "Delete several jobs, and with `files` also the files that they wrote.", delete,
        "SelectionDeleted", body=SelectionDeleteBody, seconds=FILES_SECONDS, is_destructive=True,
    ),
    Endpoint(
        "POST", "/anime/selection/review",
        "Record that a person approves or rejects several jobs.", review, "SelectionChanged",
        body=SelectionReviewBody, seconds=FILES_SECONDS,
    ),
    Endpoint(
        "POST", "/anime/selection/tags", "Add tags to several jobs and remove others.", tag,
        "SelectionChanged", body=SelectionTagsBody, seconds=FILES_SECONDS,
    ),
    Endpoint(
        "POST", "/anime/selection/export", "Download several jobs as a file.", export, "Exported",
        body=SelectionExportBody,
    ),
)  # fmt: skip
