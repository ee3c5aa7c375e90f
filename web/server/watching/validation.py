"""Errors of jobs whose prompt ComfyUI refused, or accepted without its faulty nodes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....models.jobs.job import JobError, JobState
from ....models.jobs.recording.events import JobFinished

# Kind of the error of a job of whose prompt ComfyUI ran only a part, beside ComfyUI's own kinds.
ACCEPTED_IN_PART = "prompt_accepted_in_part"


def validation_error(error: Any, node_errors: Any) -> JobError:
    """Return the error of a job whose prompt ComfyUI refused.

    The error names the first faulty node, and contains the messages of all of them.

    Args:
        error: error of `validate_prompt` on the whole prompt.
        node_errors: errors of `validate_prompt` by node id; may be empty.
    """
    sentences = _sentences(node_errors)
    extra_info = error.get("extra_info") or {}
    first = (extra_info.get("node_id") or "", extra_info)
    node_id, problem = next(iter(node_errors.items()), first)
    if not sentences:
        sentences = [str(error[part]) for part in ("message", "details") if error.get(part)]
    return JobError(
        node_id=str(node_id),
        node_type=str(problem.get("class_type") or ""),
        exception=str(error["type"]),
        message="\n".join(sentences),
        traceback="",
    )


def left_out_error(graph: Mapping[str, Any], node_errors: Mapping[str, Any]) -> JobError:
    """Return the error of a job of whose prompt ComfyUI runs only a part.

    ComfyUI accepts a prompt if one of its output nodes is valid, and leaves out the others.

    Args:
        graph: prompt in API format.
        node_errors: errors of `validate_prompt` by node id, at least one.
    """
    node_id, problem = next(iter(node_errors.items()))
    left_out = [
        f"{graph.get(output, {}).get('class_type')} ({output})"
        for output in left_out_outputs(node_errors)
    ]
    headline = f"ComfyUI ran only a part of this prompt. It left out {', '.join(left_out)}:"
    return JobError(
        node_id=str(node_id),
        node_type=str(problem.get("class_type") or ""),
        exception=ACCEPTED_IN_PART,
        message="\n".join([headline, *_sentences(node_errors)]),
        traceback="",
    )


def left_out_outputs(node_errors: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the output nodes that ComfyUI leaves out of a prompt, sorted."""
    outputs = (problem.get("dependent_outputs", ()) for problem in node_errors.values())
    return tuple(sorted({str(output) for each in outputs for output in each}))


def with_left_out(event: JobFinished, left_out: JobError | None) -> JobFinished:
    """Return the event of a job's end with the error of a prompt that ComfyUI accepted in part.

    Such a job has failed, even if all that ran succeeded. An error of the run itself stays the
    job's error, and its message names what was left out too.

    Args:
        event: end of the job by what ran of its prompt.
        left_out: result of `left_out_error`; None for a prompt that was accepted as a whole.
    """
    if left_out is None or event.state is JobState.CANCELLED:
        return event
    error = left_out
    if event.error is not None:
        message = f"{event.error.message}\n{left_out.message}"
        error = replace(event.error, message=message)
    return replace(event, state=JobState.FAILED, error=error)


def _sentences(node_errors: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each error of each node."""
    sentences = []
    for node_id, problem in node_errors.items():
        for node_error in problem["errors"]:
            parts = (str(node_error["message"]), str(node_error["details"]))
            sentence = ": ".join(filter(None, parts))
            sentences.append(f"{problem['class_type']} ({node_id}): {sentence}")
    return sentences
