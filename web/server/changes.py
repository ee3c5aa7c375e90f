"""Handlers of the routes that cancel, review or delete a job."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...models.file_hash import sha256_of
from ...models.jobs.database.database import WRITE_SECONDS
from ...models.jobs.job import Job, Review, ReviewVerdict
from ...models.jobs.job_states import UNFINISHED
from ...models.jobs.queries.deletion import StillRunning, WrittenFile, delete_job
from ...models.jobs.recording.events import JobReviewed
from .bodies import ReviewBody
from .context import RouteContext
from .endpoint import RouteRequest
from .jobs import find_record
from .query_parameters import DeleteParameters
from .refusals import Refusal
from .watching.prompts import job_id_of
from .watching.queue_items import read_item

UNFINISHED_STATES = {state.value for state in UNFINISHED}


def review(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Record a person's verdict on a job."""
    body: ReviewBody = request.body
    review = Review(ReviewVerdict(body.verdict), body.reason.strip(), body.reviewer)
    record = find_record(context, request)
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
    """Remove this job from the queue, or interrupt it if it runs; leave all other jobs alone."""
    record = find_record(context, request)
    queue, job = context.server().prompt_queue, record.job
    # The queue comes first: a waiting job may begin to run in between, but a running job never
    # returns to the queue.
    if queue.delete_queue_item(lambda item: _is_of(item, job)):
        return {"id": str(job.id), "was": "pending"}
    running, _ = queue.get_current_queue_volatile()
    for item in running:
        if _is_of(item, job) and queue.interrupt_if_running(job.prompt_id):
            return {"id": str(job.id), "was": "in_progress"}
    if record.state not in UNFINISHED_STATES:
        raise Refusal("has_ended", state=record.state)
    raise Refusal("runs_elsewhere", machine=record.machine)


def _is_of(item: Any, job: Job) -> bool:
    """Return True if a prompt of ComfyUI's queue is that of a job."""
    prompt = read_item(item)
    return job_id_of(prompt.extra_data) == job.id and prompt.prompt_id == job.prompt_id


def delete(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Delete a job from the database and, with the parameter `files`, its files."""
    record = find_record(context, request)
    try:
        files = context.recorder.database.run(delete_job, record.job.id, seconds=WRITE_SECONDS)
    except StillRunning as state:
        raise Refusal("still_running", state=str(state)) from None
    query: DeleteParameters = request.parameters
    removed_paths, kept_files = remove_files(context.output(), files or () if query.files else ())
    return {
        "id": str(record.job.id),
        "deleted": True,
        "removed": removed_paths,
        "kept": kept_files,
    }


def remove_files(
    root: Path, files: Iterable[WrittenFile]
) -> tuple[list[str], list[dict[str, str]]]:
    """Remove files below the output folder, as far as they are still what the jobs wrote.

    Returns:
        The paths of the removed files, and the others with the code and the sentence of the reason.
    """
    removed_paths: list[str] = []
    kept_files: list[dict[str, str]] = []
    for file in files:
        obstacle = _remove(root, file)
        if obstacle is None:
            removed_paths.append(file.path)
        else:
            code, reason = obstacle
            kept_files.append({"path": file.path, "reason_code": code, "reason": reason})
    return removed_paths, kept_files


def _remove(root: Path, file: WrittenFile) -> tuple[str, str] | None:
    """Remove a file below the output folder, if it is still the file that the job wrote.

    The path comes from the database and may lead out of the output folder. And another file may
    have the same name by now. Neither may be deleted.

    Args:
        root: the output folder.
        file: path and SHA-256 of the file, as the job recorded them.

    Returns:
        None if the file was removed, else the code and the sentence of the reason.
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
