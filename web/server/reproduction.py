"""Handler of the route that queues a job's graph again, the same or with changed inputs."""

import copy
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from ...models.gating.links import is_link
from ...models.jobs.job import JobSource
from ...models.jobs.provenance.generation_parameters import GenerationParameter
from ...models.jobs.provenance.model_hashes import with_hashes
from ...models.jobs.queries import details
from .bodies import ReproduceBody
from .context import RouteContext
from .endpoint import RouteRequest
from .jobs import find_job_id
from .refusals import Refusal
from .route_threads import FILES_SECONDS
from .submission import GraphRefused, submit
from .watching.progress import nodes_that_run
from .watching.prompts import OwnPrompt
from .workflows import declared_inputs, installed, model_file

Graph = dict[str, Any]


async def reproduce(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Queue a job's graph again, and return what has changed in this ComfyUI since the job ran.

    Only the output nodes run that were asked for at that time.
    """
    body: ReproduceBody = request.body
    changes = body.changes or {}
    job_id = await context.threads.run(find_job_id, context, request)
    saved = await context.threads.run(context.recorder.database.run, details.graph_of, job_id)
    if saved is None or not saved["graph"]:
        raise Refusal("no_graph")
    graph = with_changes(saved["graph"], changes)
    params = await context.threads.run(context.recorder.database.run, details.parameters_of, job_id)
    outputs: list[str] | None = saved["output_nodes"]
    needed = set(graph) if outputs is None else nodes_that_run(graph, outputs, ())
    differences = await context.threads.run(
        find_differences, graph, params, needed, seconds=FILES_SECONDS
    )
    extra: dict[str, Any] = {}
    # The saved workflow does not match a graph with changes.
    if saved["workflow"] is not None and not changes:
        extra["extra_pnginfo"] = {"workflow": saved["workflow"]}
    prompt_id = str(uuid4())
    own = OwnPrompt(prompt_id, JobSource(body.source), job_id)
    try:
        number = await submit(context.server(), graph, own, extra, body.client_id, outputs)
    except GraphRefused as refused:
        more = {"node_errors": refused.node_errors, "differences": differences}
        raise Refusal("refused_by_comfyui", more=more, reason=str(refused)) from None
    return {
        "reproduced_from": str(job_id),
        "prompt_id": prompt_id,
        "number": number,
        "changed": sorted(changes),
        "differences": differences,
    }


def with_changes(graph: Mapping[str, Any], changes: Mapping[str, Any]) -> Graph:
    """Return a copy of a graph with changed inputs.

    Args:
        graph: graph in API format; it is not modified.
        changes: new values by "node id.input". Node ids and names of inputs may contain dots.

    Raises:
        Refusal: the graph has no such node or input.
    """
    new = copy.deepcopy(dict(graph))
    for name, value in changes.items():
        parts = name.split(".")
        for index in range(1, len(parts)):
            node, input_name = new.get(".".join(parts[:index])), ".".join(parts[index:])
            if node is not None and input_name in node.get("inputs", {}):
                node["inputs"][input_name] = value
                break
        else:
            raise Refusal("unknown_input", name=name[:100])
    return new


def find_differences(
    graph: Graph, params: list[dict[str, Any]], needed: Collection[str]
) -> list[dict[str, Any]]:
    """Return the nodes, choices and files that this ComfyUI lacks, and the models that changed.

    Args:
        graph: graph in API format that is to be run.
        params: recorded parameters of the job, with the hashes of its models at that time.
        needed: ids of the nodes that are to run. The choices, files and models of other nodes are
            not compared, but ComfyUI refuses a graph with an unknown node anywhere.
    """
    needed_params = [each for each in params if each["node_id"] in needed]
    differences = [*_missing(graph, needed), *_other_models(needed_params)]
    names = ("kind", "node_id", "name", "value", "message")
    return [dict(zip(names, each, strict=True)) for each in differences]


def _missing(graph: Graph, needed: Collection[str]) -> list[tuple[str, str, str, str, str]]:
    import folder_paths

    options_of, uploads_of = installed(), cache(_uploads)
    differences: list[tuple[str, str, str, str, str]] = []
    for node_id, node in graph.items():
        class_type = str(node.get("class_type"))
        options = options_of(class_type)
        if options is None:
            message = f"The node {class_type} is not installed."
            differences.append(("missing_node", node_id, class_type, "", message))
            continue
        for name, value in node.get("inputs", {}).items() if node_id in needed else ():
            if is_link(value):
                continue
            if name in options and value not in options[name] and not _is_annotated_file(value):
                message = f"{class_type}.{name}: {value!r} can't be chosen here."
                differences.append(("missing_choice", node_id, name, str(value), message))
            elif name in uploads_of(class_type) and not (
                isinstance(value, str) and folder_paths.exists_annotated_filepath(value)
            ):
                message = f"{class_type}.{name}: the file {value!r} is missing."
                differences.append(("missing_file", node_id, name, str(value), message))
    return differences


def _is_annotated_file(value: Any) -> bool:
    """Return True if the value names an existing file with its folder, as in `x.png [output]`."""
    import folder_paths

    return (
        isinstance(value, str)
        and value.endswith("]")
        and folder_paths.exists_annotated_filepath(value)
    )


def _uploads(class_type: str) -> set[str]:
    """Return the names of a node's inputs that take uploaded files."""
    return {
        name
        for name, (_, settings) in (declared_inputs(class_type) or {}).items()
        if any(str(key).endswith("_upload") and value for key, value in settings.items())
    }


def _other_models(params: list[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Return the model files whose content has changed since the job ran.

    A file without a recorded hash, or that can't be hashed now, is not compared.
    """
    differences = []
    for param in params:
        if param["sha256"] is None:
            continue
        recorded = GenerationParameter(
            **{name: param[name] for name in GenerationParameter.__annotations__}
        )
        without_hash = GenerationParameter(**{**vars(recorded), "sha256": None})
        (current,) = with_hashes([without_hash], model_file)
        if current.sha256 is not None and current.sha256 != recorded.sha256:
            name = str(recorded.text)
            message = f"{name} is not the same file as before (sha256 {current.sha256[:12]}…)."
            differences.append(("other_model", recorded.node_id, recorded.name, name, message))
    return differences
