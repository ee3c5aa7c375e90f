"""Queueing a prompt in this ComfyUI, as a POST to its /prompt does."""

import time
from typing import Any
from uuid import UUID


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

    Args:
        server: ComfyUI's `PromptServer`.
        graph: in API format; ComfyUI may write into it.
        prompt_id: which the prompt has from now on.
        extra: the prompt's `extra_data`.
        client_id: who is told of its progress.

    Returns:
        Its place in the queue.

    Raises:
        GraphRefused: ComfyUI refuses the graph, or would leave a part of it out.
    """
    import execution

    asked: dict[str, Any] = {"prompt": graph, "prompt_id": prompt_id, "extra_data": extra}
    if client_id is not None:
        asked["client_id"] = client_id
    asked = server.trigger_on_prompt(asked)
    graph, prompt_id = asked["prompt"], str(UUID(asked["prompt_id"]))
    for node in graph.values():  # without a title, ComfyUI stumbles over one that it replaces
        node.setdefault("_meta", {"title": node.get("class_type", "")})
    server.node_replace_manager.apply_replacements(graph)
    valid, error, outputs, problems = await execution.validate_prompt(prompt_id, graph, None)
    if not valid or problems:
        why = (error or {}).get("message") or "A part of it would be left out."
        raise GraphRefused(why, problems or {})
    number: float = server.number
    server.number += 1
    data = {**asked.get("extra_data", {}), "create_time": int(time.time() * 1000)}
    if client_id is not None:
        data["client_id"] = client_id
    sensitive = {key: data.pop(key) for key in execution.SENSITIVE_EXTRA_DATA_KEYS if key in data}
    server.prompt_queue.put((number, prompt_id, graph, data, outputs, sensitive))
    return number
