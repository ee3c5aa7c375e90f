"""What a prompt says of its job: who asked, its names, and the mark that says whose it is."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ....models import node_types
from ....models.frames import InputError
from ....models.jobs.job import LONGEST_NAME, Job, JobSource, fits_on_a_line, new_job

FIELDS = ("project", "episode", "scene", "shot", "character", "tags")

# A prompt's `extra_data` under this name, which ComfyUI keeps with the prompt and shows to no
# node. Whoever queues a prompt may say there what a client can't know; the job's id is ours.
MARK = "anime"
JOB, REPRODUCED_FROM, SOURCE = "job", "reproduced_from", "source"


@dataclass(frozen=True)
class Submission:
    """How a prompt was asked for.

    Attributes:
        client_id: ComfyUI's name of who asked, None where none was said.
        workflow: as the editor saves it, None where a script asked.
        source: who asked.
        reproduced_from: the job that it runs again.
    """

    client_id: str | None
    workflow: Mapping[str, Any] | None
    source: JobSource
    reproduced_from: UUID | None


def asked_by(extra_data: Mapping[str, Any]) -> Submission:
    """How a prompt was asked for.

    Args:
        extra_data: that ComfyUI queues with it.
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
    """Whether a prompt holds an `AnimeJob`."""
    return any(node.get("class_type") == node_types.JOB.id for node in graph.values())


def job_of_prompt(prompt_id: str, graph: Mapping[str, Any], asked: Submission) -> Job:
    """A new job, with the names of its `AnimeJob` as far as they are written in the graph."""
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
    except InputError:  # more tags than a job may have; the node will say so
        job = new_job(prompt_id, **{name: names[name] for name in names if name != "tags"})
    return replace(
        job,
        client_id=asked.client_id,
        source=asked.source,
        reproduced_from=asked.reproduced_from,
    )


def mark(extra_data: dict[str, Any], job_id: UUID) -> None:
    """Note in a prompt whose it is, over whatever job a client has named there."""
    said = extra_data.get(MARK)
    extra_data[MARK] = {**(said if isinstance(said, Mapping) else {}), JOB: str(job_id)}


def marked(item: tuple[Any, ...]) -> UUID | None:
    """The job of a prompt in ComfyUI's queue, or of one that runs."""
    mark = item[3].get(MARK)
    return UUID(mark[JOB]) if isinstance(mark, Mapping) and JOB in mark else None
