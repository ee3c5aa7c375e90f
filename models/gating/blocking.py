"""Outputs of the pack's nodes that may be blocked, and what to do where none may be.

A node whose input is blocked doesn't run, and ComfyUI shows no message.
"""

from collections.abc import Mapping
from typing import Any

from ..node_types import BEST_TAKE, GATE, RETRY_END, Blocked, Output, output_at
from .asking import Ask
from .gate import OnFail
from .links import Graph
from .retry import OnExhausted
from .takes import OnNone

# Policies with which a gate never blocks its accepted side, and a Best Take none of its pictures:
# something goes on, or the prompt fails. A gate that asks a person blocks it if nothing is picked.
NON_BLOCKING = (OnFail.PASS_THROUGH.value, OnFail.BEST.value, OnFail.ERROR.value)


def blocking_output(node: Mapping[str, Any], number: int) -> Output | None:
    """Return an output of a node if the node's settings may block it, else None.

    Args:
        node: node of a graph.
        number: number of the output.
    """
    inputs, output = node.get("inputs", {}), output_at(node.get("class_type", ""), number)
    if output is None or output.blocked is Blocked.NEVER:
        return None
    on_fail = inputs.get("on_fail", OnFail.BLOCK.value)
    takes_go_on = inputs.get("on_none", OnNone.BEST.value) in NON_BLOCKING
    never_blocks = {
        # A policy from a link may be `block`, which is also the default.
        Blocked.NONE_ACCEPTED: on_fail == OnFail.ERROR.value
        or (on_fail in NON_BLOCKING and not _asks(inputs)),
        Blocked.EXHAUSTED: inputs.get("on_exhausted") != OnExhausted.BLOCK.value,
        Blocked.UNCONNECTED: True,
        Blocked.NONE_PASSES: takes_go_on,
        Blocked.NO_SOUND: takes_go_on
        and _connected(inputs, "audios") == _connected(inputs, "takes"),
    }
    is_filled = _connected(inputs, output.source) > 0
    return None if is_filled and never_blocks.get(output.blocked, False) else output


def remedy(graph: Graph, node: str, output: Output, for_a_gate: str) -> str:
    """Return a sentence that says how to connect or set a node so that an output isn't blocked.

    Args:
        graph: graph with the node.
        node: id of the node.
        output: output that may be blocked.
        for_a_gate: sentence for a Gate whose input is connected.
    """
    kind, inputs = graph[node]["class_type"], graph[node].get("inputs", {})
    is_empty = output.source and not _connected(inputs, output.source)
    if is_empty and output.blocked is not Blocked.NONE_REJECTED:
        return f"Connect its input {output.source}."
    if kind == GATE.id:
        # A gate that asks a person blocks its accepted side if nothing is picked.
        return f"{for_a_gate} Set its ask to never too." if _asks(inputs) else for_a_gate
    if kind == BEST_TAKE.id:
        return "Set its on_none to best, and for its sound connect one for each take."
    if kind == RETRY_END.id:
        return "Set its on_exhausted to best or pass_through."
    return "Connect an output that is never blocked, such as pass, instead."


def _asks(inputs: Mapping[str, Any]) -> bool:
    return bool(inputs.get("ask", Ask.NEVER.value) != Ask.NEVER.value)


def _connected(inputs: Mapping[str, Any], name: str) -> int:
    """Return the number of values at an input, which may be one that grows (`takes.take0`)."""
    return sum(each == name or each.startswith(f"{name}.") for each in inputs)
