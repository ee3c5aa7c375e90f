"""Hooks as other packs put them around ComfyUI; the tests load them before and after the pack.

They stand for Lora-Manager (values of nodes), Crystools (a thread that sends), Majoor
AssetsManager (a cache provider), Impact Pack and Easy-Use (handlers that change the prompt), and
KJNodes and Custom-Scripts (messages to the browser).
"""

import copy
import functools
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import execution
from comfy_api.latest import Caching
from comfy_execution.cache_provider import register_cache_provider
from server import PromptServer

SERVER = PromptServer.instance
COPY = Path(__file__).parent.name
# Shared by the copies of this pack: how often a hook of a copy was called.
CALLS: Counter[str] = vars(execution).setdefault("neighbour_calls", Counter())


def around(owner: Any, name: str) -> None:
    """Wrap a function, with a signature of its own, and count its calls."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapper(*arguments: Any, **named: Any) -> Any:
        CALLS[f"{COPY} {name}"] += 1
        return original(*arguments, **named)

    setattr(owner, name, wrapper)


# On the classes, on the objects, and on the module.
for name in ("put", "task_done"):
    around(execution.PromptQueue, name)
    around(SERVER.prompt_queue, name)
around(execution.PromptExecutor, "add_message")
around(SERVER, "send_sync")


def keep_values() -> None:
    """Look at every node's inputs and outputs, as Lora-Manager does."""
    map_over_list, execute = execution._async_map_node_over_list, execution.execute

    async def with_values(
        prompt_id: Any, unique_id: Any, obj: Any, inputs: Any, func: Any, *more: Any, **named: Any
    ) -> Any:
        CALLS[f"{COPY} values"] += 1
        return await map_over_list(prompt_id, unique_id, obj, inputs, func, *more, **named)

    async def with_prompt(*arguments: Any, **named: Any) -> Any:
        CALLS[f"{COPY} nodes"] += 1
        return await execute(*arguments, **named)

    execution._async_map_node_over_list, execution.execute = with_values, with_prompt


def changed(request: dict[str, Any]) -> dict[str, Any]:
    """Give a new request with a copy of the prompt, as a pack that fills wildcards in does."""
    return {**request, "prompt": copy.deepcopy(request["prompt"])}


def broken(request: dict[str, Any]) -> dict[str, Any]:
    """Fail, as a pack does that expects a workflow of the editor."""
    return {**request, "nodes": request["extra_data"]["extra_pnginfo"]["workflow"]["nodes"]}


class Lifecycle(Caching.CacheProvider):
    """Hears of the start and the end of prompts; keeps nothing."""

    async def on_lookup(self, context: Any) -> None:
        """Know nothing."""

    async def on_store(self, context: Any, value: Any) -> None:
        """Count it."""
        CALLS[f"{COPY} stored"] += 1

    def on_prompt_end(self, prompt_id: str) -> None:
        """Count it."""
        CALLS[f"{COPY} ends"] += 1


def monitor() -> None:
    """Send a message five times a second, from a thread of its own."""
    while True:
        SERVER.send_sync("neighbour.monitor", {"copy": COPY, "used": 0.5})
        time.sleep(0.2)


keep_values()
SERVER.add_on_prompt_handler(changed)
SERVER.add_on_prompt_handler(broken)
register_cache_provider(Lifecycle())
threading.Thread(target=monitor, daemon=True).start()


class NeighbourCalls:
    """Shows how often the hooks of all copies were called."""

    CATEGORY, FUNCTION, OUTPUT_NODE, RETURN_TYPES = "Test", "run", True, ()

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take nothing that stays the same."""
        return {"required": {"seed": ("INT", {"default": 0})}}

    def run(self, seed: int) -> Any:
        """Publish the counts."""
        return {"ui": {"calls": [dict(CALLS)]}}


NODE_CLASS_MAPPINGS = {"NeighbourCalls": NeighbourCalls}
