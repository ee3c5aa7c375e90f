"""Running a job again: the same graph, or with changes, through ComfyUI's own queue."""

import asyncio
import copy
from collections.abc import Mapping
from functools import cache
from typing import Any
from uuid import uuid4

from ...models.gating.retry_body import is_link
from ...models.jobs.provenance.generation_parameters import GenerationParameter
from ...models.jobs.provenance.model_hashes import with_hashes
from ...models.jobs.queries import details
from .bodies import ReproduceBody
from .context import RouteContext
from .endpoint import RouteRequest
from .jobs import find_id
from .refusals import Refusal
from .submission import GraphRefused, submit
from .watching.prompts import MARK, REPRODUCED_FROM, SOURCE
from .workflows import installed, model_file

Graph = dict[str, Any]


async def reproduce(context: RouteContext, request: RouteRequest) -> dict[str, Any]:
    """Queue a job's graph again, and say what is no longer as it was."""
    body: ReproduceBody = request.body
    changes = body.changes or {}
    job_id = await asyncio.to_thread(find_id, context, request)
    saved = await asyncio.to_thread(context.recorder.database.run, details.graph_of, job_id)
    if saved is None or not saved["graph"]:
        raise Refusal("no_graph")
    graph = changed(saved["graph"], changes)
    params = await asyncio.to_thread(context.recorder.database.run, details.parameters_of, job_id)
    differences = await asyncio.to_thread(differences_of, graph, params)
    extra: dict[str, Any] = {MARK: {REPRODUCED_FROM: str(job_id), SOURCE: body.source}}
    if saved["workflow"] is not None and not changes:  # a changed one would be another's
        extra["extra_pnginfo"] = {"workflow": saved["workflow"]}
    prompt_id = str(uuid4())
    try:
        number = await submit(context.server(), graph, prompt_id, extra, body.client_id)
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


def changed(graph: Mapping[str, Any], changes: Mapping[str, Any]) -> Graph:
    """Return the graph with other values.

    Args:
        graph: in API format; stays as it is.
        changes: values by "node id.input". Ids and inputs may have dots of their own.

    Raises:
        Refusal: there is no such node or input in it.
    """
    new = copy.deepcopy(dict(graph))
    for name, value in changes.items():
        parts = name.split(".")
        for place in range(1, len(parts)):
            node, input_name = new.get(".".join(parts[:place])), ".".join(parts[place:])
            if node is not None and input_name in node.get("inputs", {}):
                node["inputs"][input_name] = value
                break
        else:
            raise Refusal("unknown_input", name=name[:100])
    return new


def differences_of(graph: Graph, params: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what this ComfyUI has no longer, or has in another form.

    Args:
        graph: that is to be run.
        params: of the job, with the hashes of its models as they were.
    """
    differences = [*_missing(graph), *_other_models(params)]
    names = ("kind", "node_id", "name", "value", "message")
    return [dict(zip(names, each, strict=True)) for each in differences]


def _missing(graph: Graph) -> list[tuple[str, str, str, str, str]]:
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
        for name, value in node.get("inputs", {}).items():
            if is_link(value):
                continue
            if name in options and value not in options[name] and not _is_there(value):
                message = f"{class_type}.{name}: {value!r} can't be chosen here."
                differences.append(("missing_choice", node_id, name, str(value), message))
            elif name in uploads_of(class_type) and not folder_paths.exists_annotated_filepath(
                value
            ):
                message = f"{class_type}.{name}: the file {value!r} is missing."
                differences.append(("missing_file", node_id, name, str(value), message))
    return differences


def _is_there(value: Any) -> bool:
    """Return True if it is a file that is named with its folder, as in `x.png [output]`."""
    import folder_paths

    return (
        isinstance(value, str)
        and value.endswith("]")
        and folder_paths.exists_annotated_filepath(value)
    )


def _uploads(class_type: str) -> set[str]:
    """Return the inputs of a node that take files which people upload."""
    import nodes

    inputs = nodes.NODE_CLASS_MAPPINGS[class_type].INPUT_TYPES()
    uploads = set()
    for name, declared in {**inputs.get("required", {}), **inputs.get("optional", {})}.items():
        options = declared[1] if len(declared) > 1 and isinstance(declared[1], dict) else {}
        if any(str(key).endswith("_upload") and value for key, value in options.items()):
            uploads.add(name)
    return uploads


def _other_models(params: list[dict[str, Any]]) -> list[tuple[str, str, str, str, str]]:
    """Return the files that have their old name and another content, if both are known."""
    differences = []
    for param in params:
        if param["sha256"] is None:
            continue
        was = GenerationParameter(
            **{name: param[name] for name in GenerationParameter.__annotations__}
        )
        (now,) = with_hashes([GenerationParameter(**{**vars(was), "sha256": None})], model_file)
        if now.sha256 is not None and now.sha256 != was.sha256:
            message = f"{was.text} is not the same file as before (sha256 {now.sha256[:12]}…)."
            differences.append(("other_model", was.node_id, was.name, str(was.text), message))
    return differences
