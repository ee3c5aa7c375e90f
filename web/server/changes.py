"""What the routes change: cancelling a job, judging it, deleting it."""

from pathlib import Path
from typing import Any

from ...models.file_hash import sha256_of
from ...models.jobs.job import Review, ReviewVerdict
from ...models.jobs.job_states import UNFINISHED
from ...models.jobs.queries.deletion import StillRunning, WrittenFile, delete_job
from ...models.jobs.recording.events import JobReviewed
from .bodies import ReviewBody
from .context import RouteContext
from .endpoint import RouteRequest
from .jobs import find
from .query_parameters import DeleteParameters
from .refusals import Refusal
from .watching.prompts import marked

UNFINISHED_STATES = {state.value for state in UNFINISHED}


def review(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Remember what a person says of a job."""
    body: ReviewBody = request.body
    review = Review(ReviewVerdict(body.verdict), body.reason.strip(), body.reviewer)
    record = find(context, request)
    event = JobReviewed(record.job, review)
    if not context.recorder.record(event):
        raise Refusal("not_recorded")
    return {
        "id": str(record.job.id),
        "review": {
            "id": str(event.id),
            "verdict": review.verdict.value,
            "reason": review.reason,
            "reviewer": review.reviewer,
            "reviewed_at": event.at.isoformat(),
        },
    }


def cancel(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Take a job out of the queue, or interrupt it where it runs; nobody else's."""
    record = find(context, request)
    queue, job = context.server().prompt_queue, record.job
    # Pending first: it may begin to run meanwhile, but no job goes back into the queue.
    if queue.delete_queue_item(lambda item: marked(item) == job.id):
        return {"id": str(job.id), "was": "pending"}
    running, _ = queue.get_current_queue_volatile()
    for item in running:
        if marked(item) == job.id and queue.interrupt_if_running(item[1]):
            return {"id": str(job.id), "was": "in_progress"}
    if record.state not in UNFINISHED_STATES:
        raise Refusal("has_ended", state=record.state)
    raise Refusal("runs_elsewhere", machine=record.machine)


def delete(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Forget a job, and its files too where that is asked for."""
    record = find(context, request)
    try:
        files = context.recorder.database.run(delete_job, record.job.id)
    except StillRunning as state:
        raise Refusal("still_running", state=str(state)) from None
    query: DeleteParameters = request.parameters
    removed: list[str] = []
    kept: list[dict[str, str]] = []
    for file in (files or ()) if query.files else ():
        why = _remove(context.output(), file)
        if why is None:
            removed.append(file.path)
        else:
            code, reason = why
            kept.append({"path": file.path, "reason_code": code, "reason": reason})
    return {"id": str(record.job.id), "deleted": True, "removed": removed, "kept": kept}


def _remove(root: Path, file: WrittenFile) -> tuple[str, str] | None:
    """Remove a file below the output folder; why not, as a code and in words, or None.

    A path in the database is only what somebody wrote there: it may lead anywhere. And under the
    same name there may be another file by now, which is nobody's to delete.
    """
    root = root.resolve()
    path = root / file.path
    try:
        if not path.resolve().is_relative_to(root) or path.is_symlink():
            return "outside", "It is not a file in the output folder."
        if not path.is_file():
            return "not_here", f"It is not on this machine: {file.machine} wrote it."
        if sha256_of(path) != file.sha256:
            return "another", "It is not the file that the job wrote."
        path.unlink()
    except (OSError, ValueError) as error:
        return "not_removable", f"It can't be removed ({type(error).__name__})."
    return None
