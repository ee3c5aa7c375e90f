"""Queueing a prompt in this ComfyUI, as a POST to its /prompt does."""

import time
from typing import Any
from uuid import UUID, uuid4

OWN_CLIENT = "anime-"  # begins the client id of a prompt for which the caller names none


class GraphRefused(ValueError):
    """ComfyUI doesn't take a graph; the message says why.

    Attributes:
        node_errors: what it says of each node, by its id.
    """

    def __init__(self, message: str, node_errors: dict[str, Any]) -> None:
        super().__init__(message)
        self.node_errors = node_errors


async def submit(
    server: Any,
    graph: dict[str, Any],
    prompt_id: str,
    extra: dict[str, Any],
    client_id: str | None = None,
) -> float:
    """Do what ComfyUI does with a POST to /prompt, in its order, on its own loop.

    Every prompt has a client id. ComfyUI sends the progress and the results of a prompt to the
    browser page with its client id, which draws them on whatever workflow is open there. A prompt
    without a client id would have its progress sent to every page. No page has the new id that is
    given here, so that nothing reaches the open nodes.

    Args:
        server: ComfyUI's `PromptServer`.
        graph: in API format; ComfyUI may write into it.
        prompt_id: which the prompt has from now on.
        extra: the prompt's `extra_data`.
        client_id: ComfyUI's name of the connection that progress and results are sent to; None for
            a new one of the prompt's own, which no connection has.

    Returns:
        Its place in the queue.

    Raises:
        GraphRefused: ComfyUI refuses the graph, or would leave a part of it out.
    """
    import execution

    client_id = client_id or f"{OWN_CLIENT}{uuid4().hex}"
    request: dict[str, Any] = {
        "prompt": graph,
        "prompt_id": prompt_id,
        "client_id": client_id,
        "extra_data": extra,
    }
    request = server.trigger_on_prompt(request)
    graph, prompt_id = request["prompt"], str(UUID(request["prompt_id"]))
    for node in graph.values():  # without a title, ComfyUI stumbles over one that it replaces
        node.setdefault("_meta", {"title": node.get("class_type", "")})
    server.node_replace_manager.apply_replacements(graph)
    valid, error, outputs, problems = await execution.validate_prompt(prompt_id, graph, None)
    if not valid or problems:
        reason = (error or {}).get("message") or "A part of it would be left out."
        raise GraphRefused(f"{reason} {_first_error(problems or {})}".strip(), problems or {})
    number: float = server.number
    server.number += 1
    data = {
        **request.get("extra_data", {}),
        "create_time": int(time.time() * 1000),
        "client_id": client_id,
    }
    sensitive = {key: data.pop(key) for key in execution.SENSITIVE_EXTRA_DATA_KEYS if key in data}
    server.prompt_queue.put((number, prompt_id, graph, data, outputs, sensitive))
    return number


def _first_error(problems: dict[str, Any]) -> str:
    """Return a sentence on the first node that ComfyUI refuses; "" for none."""
    for node_id, found in problems.items():
        for error in found.get("errors", ()):
            details = error.get("details") or ""
            return f"Node {node_id}: {error.get('message')} {details}".strip()
    return ""
