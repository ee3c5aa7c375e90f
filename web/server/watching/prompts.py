"""Functions that read a job's origin and names from a prompt, and mark the prompt with its job.

A client may write anything into a prompt, our marks included. So the marks of a client are removed
when its prompt is queued, and what this process says of its own prompts never travels in a prompt.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ....models import node_types
from ....models.frames import InputError
from ....models.jobs.job import (
    LONGEST_CLIENT_ID,
    LONGEST_NAME,
    Job,
    JobSource,
    fits_on_a_line,
    new_job,
)
from ....models.jobs.provenance.graph import Graph
from ....models.production.fields import is_storable

FIELDS = ("project", "episode", "scene", "shot", "character", "tags")

# Keys in a prompt's `extra_data`, which ComfyUI stores with the prompt and passes to no node: the
# id of the prompt's job, and the ids of the production, the phase and the attempt it belongs to.
MARK, PRODUCTION_MARK = "anime", "anime_production"
JOB = "job"


@dataclass(frozen=True)
class OwnPrompt:
    """A prompt that this process queues itself, with what no client may say of a prompt.

    Attributes:
        id: id of the prompt.
        source: source of the prompt.
        reproduced_from: id of the job that the prompt runs again, or None.
        production: ids of the production, the phase and the attempt; None outside a production.
    """

    id: str
    source: JobSource
    reproduced_from: UUID | None = None
    production: Mapping[str, str] | None = None


_own_prompt: ContextVar[OwnPrompt | None] = ContextVar("anime_own_prompt", default=None)


@contextmanager
def queueing(own: OwnPrompt) -> Iterator[None]:
    """Queue a prompt of this process, as a `with` block: its job has the origin that `own` says."""
    token = _own_prompt.set(own)
    try:
        yield
    finally:
        _own_prompt.reset(token)


def own_prompt(prompt_id: str) -> OwnPrompt | None:
    """Return what this process says of the prompt; None for a prompt of a client."""
    own = _own_prompt.get()
    return own if own is not None and own.id == prompt_id else None


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


def read_submission(extra_data: Mapping[str, Any], own: OwnPrompt | None = None) -> Submission:
    """Return the origin of a prompt.

    Args:
        extra_data: `extra_data` of the prompt, as ComfyUI queues it; a client wrote it.
        own: what this process says of the prompt; None for a prompt of a client.
    """
    client, saved = extra_data.get("client_id"), extra_data.get("extra_pnginfo")
    workflow = saved.get("workflow") if isinstance(saved, Mapping) else None
    if not isinstance(workflow, Mapping):
        workflow = None
    source = JobSource.API if workflow is None else JobSource.EDITOR
    client_id = client if _is_client_id(client) else None
    if own is None:
        return Submission(client_id, workflow, source, None)
    return Submission(client_id, workflow, own.source, own.reproduced_from)


def _is_client_id(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_CLIENT_ID and is_storable(value)


def has_job_node(graph: Any) -> bool:
    """Return True if a prompt contains an `AnimeJob`."""
    return any(True for _ in _job_nodes(graph))


def _job_nodes(graph: Any) -> Iterator[str]:
    """Yield the ids of the `AnimeJob` nodes; a graph that ComfyUI refuses may hold anything."""
    for node_id, node in graph.items() if isinstance(graph, Mapping) else ():
        if isinstance(node, Mapping) and node.get("class_type") == node_types.JOB.id:
            yield str(node_id)


def job_of_prompt(prompt_id: str, graph: Mapping[str, Any], submission: Submission) -> Job:
    """Return a new job for a prompt, with the names of its `AnimeJob`.

    A name that comes over a link is read where the graph shows its value. It is left out if only
    the run knows the value.
    """
    node_id = next(_job_nodes(graph), None)
    values = {} if node_id is None else _values(Graph(graph), node_id)
    texts = {name: value for name, value in values.items() if isinstance(value, str)}
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


def _values(graph: Graph, node_id: str) -> dict[str, Any]:
    """Return the values of an `AnimeJob`'s inputs, also of those that come over a link."""
    node = graph.nodes[node_id]
    literals = {name: graph.literal(node, name) for name in FIELDS}
    return {name: each.value for name, each in literals.items() if each is not None}


def without_marks(extra_data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a prompt's `extra_data` without all that stands under our keys.

    A copy, because another pack may queue several prompts with one dictionary.
    """
    return {key: value for key, value in extra_data.items() if key not in (MARK, PRODUCTION_MARK)}


def mark_of(job_id: UUID) -> dict[str, Any]:
    """Return the mark that a prompt's `extra_data` holds under `MARK`."""
    return {JOB: str(job_id)}


def job_id_of(extra_data: Mapping[str, Any]) -> UUID | None:
    """Return the job id in the mark of a prompt's `extra_data`; None if it has no mark of ours."""
    mark = extra_data.get(MARK)
    job_id = mark.get(JOB) if isinstance(mark, Mapping) else None
    try:
        return UUID(job_id) if isinstance(job_id, str) else None
    except ValueError:
        return None
