"""What the routes change: cancelling a job, judging it, deleting it."""

from pathlib import Path
from typing import Any

from ...models.file_hash import sha256_of
from ...models.frames import InputError
from ...models.jobs.job import LONGEST_REASON, Review, ReviewVerdict, clean_name
from ...models.jobs.queries.deletion import StillRunning, WrittenFile, delete_job
from ...models.jobs.recording.events import JobReviewed
from ...models.jobs.states import UNFINISHED
from .answers import Refusal
from .endpoint import Asked, Site
from .jobs import find
from .watching.prompts import marked

UNFINISHED_STATES = {state.value for state in UNFINISHED}


def review(site: Site, asked: Asked) -> dict[str, Any]:
    """Remember what a person says of a job."""
    said = _review_of(asked.body)
    record = find(site, asked)
    event = JobReviewed(record.job, said)
    if not site.recorder.record(event):
        message = "The review could not be written down: the outbox can't be written; see health."
        raise Refusal(503, "not_recorded", message)
    return {
        "id": str(record.job.id),
        "review": {
            "id": str(event.id),
            "verdict": said.verdict.value,
            "reason": said.reason,
            "reviewer": said.reviewer,
            "reviewed_at": event.at.isoformat(),
        },
    }


def _review_of(body: Any) -> Review:
    verdicts = [each.value for each in ReviewVerdict]
    if body.get("verdict") not in verdicts:
        expected = " or ".join(verdicts)
        raise _bad_field("verdict", expected, body.get("verdict"))
    reason, reviewer = body.get("reason", ""), body.get("reviewer", "")
    if not isinstance(reason, str) or len(reason) > LONGEST_REASON:
        raise _bad_field("reason", f"a text of at most {LONGEST_REASON} characters", reason)
    if not isinstance(reviewer, str):
        raise _bad_field("reviewer", "a name", reviewer)
    try:
        name = clean_name("reviewer", reviewer)
    except InputError as error:
        raise Refusal(400, "bad_field", str(error)) from None
    return Review(ReviewVerdict(body["verdict"]), reason.strip(), name)


def _bad_field(name: str, expected: str, got: Any) -> Refusal:
    return Refusal(400, "bad_field", f"{name}: expected {expected}, got {str(got)[:100]!r}.")


def cancel(site: Site, asked: Asked) -> dict[str, Any]:
    """Take a job out of the queue, or interrupt it where it runs; nobody else's."""
    record = find(site, asked)
    queue, job = site.host.server().prompt_queue, record.job
    # Pending first: it may begin to run meanwhile, but no job goes back into the queue.
    if queue.delete_queue_item(lambda item: marked(item) == job.id):
        return {"id": str(job.id), "was": "pending"}
    running, _ = queue.get_current_queue_volatile()
    for item in running:
        if marked(item) == job.id and queue.interrupt_if_running(item[1]):
            return {"id": str(job.id), "was": "in_progress"}
    if record.state not in UNFINISHED_STATES:
        message = f"The job has ended ({record.state}); there is nothing to cancel."
        raise Refusal(409, "has_ended", message)
    message = (
        f"The job isn't in this ComfyUI's queue: another one on {record.machine} has it, or had"
        " it when it was last heard of. Cancel it there."
    )
    raise Refusal(409, "runs_elsewhere", message)


def delete(site: Site, asked: Asked) -> dict[str, Any]:
    """Forget a job, and its files too where that is asked for."""
    record = find(site, asked)
    try:
        files = site.recorder.database.run(delete_job, record.job.id)
    except StillRunning as state:
        message = f"The job hasn't ended ({state}); cancel it first."
        raise Refusal(409, "still_running", message) from None
    removed: list[str] = []
    kept: list[dict[str, str]] = []
    for file in (files or ()) if asked.query["files"] else ():
        why = _remove(site.host.output(), file)
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
            return "outside", "It is no file below the output folder."
        if not path.is_file():
            return "not_here", f"It isn't here; {file.machine} wrote it."
        if sha256_of(path) != file.sha256:
            return "another", "It is another file than the job wrote."
        path.unlink()
    except (OSError, ValueError) as error:
        return "not_removable", f"It can't be removed ({type(error).__name__})."
    return None
