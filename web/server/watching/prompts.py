"""Functions that read a job's origin and names from a prompt, and mark the prompt with its job."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ....models import node_types
from ....models.frames import InputError
from ....models.jobs.job import LONGEST_NAME, Job, JobSource, fits_on_a_line, new_job

FIELDS = ("project", "episode", "scene", "shot", "character", "tags")

# Key in a prompt's `extra_data`, which ComfyUI stores with the prompt and passes to no node. Its
# value is a dictionary. Code that queues a prompt may set the source and the reproduced job in it;
# this module always sets the job's id.
MARK = "anime"
JOB, REPRODUCED_FROM, SOURCE = "job", "reproduced_from", "source"


@dataclass(frozen=True)
class Submission:
    """Origin of a prompt: the client, the workflow, the source and the reproduced job.

    Attributes:
        client_id: ComfyUI's id of the client that sent the prompt; None if it sent no id.
        workflow: workflow in the editor's format; None for a prompt from a script.
        source: source of the prompt: editor, API or production.
        reproduced_from: id of the job that the prompt runs again, or None.
    """

    client_id: str | None
    workflow: Mapping[str, Any] | None
    source: JobSource
    reproduced_from: UUID | None


def read_submission(extra_data: Mapping[str, Any]) -> Submission:
    """Return the origin of a prompt.

    Args:
        extra_data: `extra_data` of the prompt, as ComfyUI queues it.
    """
    client, saved, mark = (extra_data.get(each) for each in ("client_id", "extra_pnginfo", MARK))
    workflow = saved.get("workflow") if isinstance(saved, Mapping) else None
    if not isinstance(workflow, Mapping):
        workflow = None
    source = JobSource.API if workflow is None else JobSource.EDITOR
    origin = None
    if isinstance(mark, Mapping):
        with suppress(ValueError):
            source = JobSource(mark.get(SOURCE, source))
        with suppress(ValueError):
            origin = UUID(str(mark.get(REPRODUCED_FROM)))
    return Submission(None if client is None else str(client), workflow, source, origin)


def has_job_node(graph: Mapping[str, Any]) -> bool:
    """Return True if a prompt contains an `AnimeJob`."""
    return any(node.get("class_type") == node_types.JOB.id for node in graph.values())


def job_of_prompt(prompt_id: str, graph: Mapping[str, Any], submission: Submission) -> Job:
    """Return a new job for a prompt, with the names of its `AnimeJob`.

    A name that comes over a link is left out, because its value is known only when the prompt runs.
    """
    nodes = (node for node in graph.values() if node.get("class_type") == node_types.JOB.id)
    inputs: Mapping[str, Any] = next((node.get("inputs", {}) for node in nodes), {})
    texts = {name: inputs[name] for name in FIELDS if isinstance(inputs.get(name), str)}
    if "tags" in texts:
        texts["tags"] = texts["tags"].replace("\n", ",")
    names = {
        name: "".join(each for each in text if fits_on_a_line(each))[:LONGEST_NAME]
        for name, text in texts.items()
    }
    try:
        job = new_job(prompt_id, **names)
    except InputError:  # The job has too many tags; the node reports that when it runs.
        job = new_job(prompt_id, **{name: names[name] for name in names if name != "tags"})
    return replace(
        job,
        client_id=submission.client_id,
        source=submission.source,
        reproduced_from=submission.reproduced_from,
    )


def mark(extra_data: dict[str, Any], job_id: UUID) -> None:
    """Write the id of its job into a prompt's `extra_data`, over any id that a client set."""
    previous = extra_data.get(MARK)
    extra_data[MARK] = {**(previous if isinstance(previous, Mapping) else {}), JOB: str(job_id)}


def job_id_of(item: tuple[Any, ...]) -> UUID | None:
    """Return the id of a prompt's job, or None.

    Args:
        item: a waiting or running prompt of ComfyUI's queue.
    """
    mark = item[3].get(MARK)
    return UUID(mark[JOB]) if isinstance(mark, Mapping) and JOB in mark else None
