"""A loop that copies its body for each iteration (Easy-Use: for loop and while loop)."""

from typing import Any

from comfy_execution.graph_utils import GraphBuilder, is_link

import nodes

from .switches import ANY, Neighbour


class NeighbourLoopStart(Neighbour):
    """Begins a loop."""

    RETURN_TYPES = ("FLOW_CONTROL", "INT", ANY)

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take the number of iterations and a first value."""
        return {
            "required": {"total": ("INT", {"default": 1})},
            "optional": {"value": (ANY,), "index": ("INT", {"default": 0})},
        }

    def run(self, total: int, value: Any = None, index: int = 0) -> Any:
        """Give the number and the value of this iteration."""
        return ("flow", index, value)


class NeighbourLoopEnd(Neighbour):
    """Ends a loop; every further iteration is an expansion of the End before it."""

    @classmethod
    def INPUT_TYPES(cls) -> Any:
        """Take the value for the next iteration."""
        return {
            "required": {"flow": ("FLOW_CONTROL", {"rawLink": True}), "value": (ANY,)},
            "hidden": {"dynprompt": "DYNPROMPT", "unique_id": "UNIQUE_ID"},
        }

    def run(self, flow: Any, value: Any, dynprompt: Any, unique_id: str) -> Any:
        """Give the value, or copy the loop once more."""
        start = dynprompt.get_node(flow[0])
        index = start["inputs"].get("index", 0) + 1
        if index >= start["inputs"]["total"]:
            return (value,)
        graph = GraphBuilder()
        body = _body(dynprompt, flow[0], unique_id)
        names = {node: "Recurse" if node == unique_id else node for node in body}
        for node in body:
            copied = graph.node(dynprompt.get_node(node)["class_type"], names[node])
            copied.set_override_display_id(node)
        for node in body:
            copied = graph.lookup_node(names[node])
            for name, given in dynprompt.get_node(node)["inputs"].items():
                if is_link(given) and given[0] in body:
                    given = graph.lookup_node(names[given[0]]).out(given[1])
                copied.set_input(name, given)
        first = graph.lookup_node(names[flow[0]])
        first.set_input("index", index)
        first.set_input("value", value)
        return {"result": (graph.lookup_node("Recurse").out(0),), "expand": graph.finalize()}


def _body(dynprompt: Any, start: str, end: str) -> list[str]:
    """Return the Start, the End, all between them, and output nodes of these (Easy-Use too).

    Output nodes are looked for in the prompt that was queued, as Easy-Use does, and not among the
    nodes that other nodes have added while it runs.
    """
    inside = _above(dynprompt, end, start)
    for node, content in dynprompt.get_original_prompt().items():
        is_output = getattr(nodes.NODE_CLASS_MAPPINGS[content["class_type"]], "OUTPUT_NODE", False)
        sources = {each[0] for each in content["inputs"].values() if is_link(each)}
        for each in inside - {end} if is_output else set():
            if dynprompt.get_display_node_id(each) in sources:
                inside.add("".join([*each.rpartition(".")[:2], node]))
    return sorted(inside)


def _above(dynprompt: Any, node: str, start: str) -> set[str]:
    """Return the nodes on all ways from the Start to a node, with both."""
    if node == start:
        return {start}
    found: set[str] = set()
    for given in dynprompt.get_node(node)["inputs"].values():
        if is_link(given):
            found |= _above(dynprompt, given[0], start)
    return found | {node} if found else set()
