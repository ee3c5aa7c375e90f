"""Queueing of a prompt in this ComfyUI, with the same steps as a POST to its /prompt."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from .watching.prompts import OwnPrompt, queueing

OWN_CLIENT = "anime-"  # start of the client id of a prompt whose caller passes no client id


class GraphRefused(ValueError):
    """Error for a graph that ComfyUI refuses; the message says why.

    Attributes:
        node_errors: ComfyUI's errors by node id.
    """

    def __init__(self, message: str, node_errors: dict[str, Any]) -> None:
        super().__init__(message)
        self.node_errors = node_errors


async def submit(
    server: Any,
    graph: dict[str, Any],
    own: OwnPrompt,
    extra: dict[str, Any],
    client_id: str | None = None,
    outputs: Sequence[str] | None = None,
) -> float:
    """Queue a prompt with the steps of ComfyUI's POST to /prompt; call it on ComfyUI's event loop.

    ComfyUI sends the progress and the results of a prompt to the browser page that has the prompt's
    client id. The page draws them on its open workflow, even if that is another workflow. Without a
    client id, ComfyUI sends the progress to every page. So for None this function makes a new id
    that no page has, and no page draws the prompt's progress.

    Args:
        server: ComfyUI's `PromptServer`.
        graph: graph in API format; ComfyUI may modify it.
        own: id and origin of the new prompt.
        extra: `extra_data` of the prompt.
        client_id: id of the websocket connection that receives progress and results; None for a
            new id that no connection has.
        outputs: ids of the output nodes to run; None for all.

    Returns:
        The prompt's number in the queue.

    Raises:
        GraphRefused: ComfyUI refuses the graph, or would run only a part of it.
    """
    import execution

    client_id = client_id or f"{OWN_CLIENT}{uuid4().hex}"
    request: dict[str, Any] = {
        "prompt": graph,
        "prompt_id": own.id,
        "client_id": client_id,
        "extra_data": extra,
    }
    if outputs is not None:
        request["partial_execution_targets"] = list(outputs)
    request = server.trigger_on_prompt(request)
    graph, prompt_id = request["prompt"], str(UUID(request["prompt_id"]))
    for node in graph.values():  # ComfyUI raises KeyError for a replaced node without a title.
        node.setdefault("_meta", {"title": node.get("class_type", "")})
    server.node_replace_manager.apply_replacements(graph)
    own = replace(own, id=prompt_id)
    targets = request.get("partial_execution_targets")
    with queueing(own):
        valid, error, run, problems = await execution.validate_prompt(prompt_id, graph, targets)
    if not valid or problems:
        reason = (error or {}).get("message") or "ComfyUI would run only a part of the graph."
        raise GraphRefused(f"{reason} {_first_error(problems or {})}".strip(), problems or {})
    number: float = server.number
    server.number += 1
    data = {
        **request.get("extra_data", {}),
        "create_time": int(time.time() * 1000),
        "client_id": client_id,
    }
    sensitive = {key: data.pop(key) for key in execution.SENSITIVE_EXTRA_DATA_KEYS if key in data}
    with queueing(own):
        server.prompt_queue.put((number, prompt_id, graph, data, run, sensitive))
    return number


def _first_error(problems: dict[str, Any]) -> str:
    """Return a sentence on the first node that ComfyUI refuses, or "" if there is none."""
    for node_id, problem in problems.items():
        for error in problem.get("errors", ()):
            details = error.get("details") or ""
            return f"Node {node_id}: {error.get('message')} {details}".strip()
    return ""
