"""ComfyUI's own loops in a graph, from a Start Loop to its End Loop.

When a prompt is queued, ComfyUI finds its loops and writes each into the Start Loop, under the keys
`MARKS`. They are no part of what the user made, and wrong once a node is added or renamed.

A Start Loop runs copies of the nodes between for all iterations, and the End Loop waits for the
last of them. If one of the copies is blocked, nothing ends this wait: the prompt hangs, and an
interrupt doesn't end it either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..node_types import output_at
from .blocking import remedy
from .links import Graph, downstream_of

BODY, END = MARKS = ("_loop_body", "_loop_end")


class LoopRefused(ValueError):
    """Error of a loop that would never end; the message says what to change."""


@dataclass(frozen=True)
class Loop:
    """A loop of a graph.

    Attributes:
        start: id of the Start Loop.
        end: id of the End Loop.
        body: ids of the nodes that run in every iteration.
    """

    start: str
    end: str
    body: frozenset[str]

    @property
    def nodes(self) -> frozenset[str]:
        """Ids of all nodes of the loop, with its Start and End."""
        return self.body | {self.start, self.end}


def loops_of(graph: Graph) -> tuple[Loop, ...]:
    """Return the loops of a graph that ComfyUI has checked; empty for any other graph."""
    return tuple(
        Loop(node_id, node[END], frozenset(node[BODY]))
        for node_id, node in graph.items()
        if all(mark in node for mark in MARKS)
    )


def without_loop_marks(graph: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a graph without ComfyUI's marks of loops; it may contain anything.

    Every graph that is kept, compared or given out passes through here.

    Examples:
        >>> without_loop_marks({"20": {"class_type": "StartLoop", "_loop_end": "21"}})
        {'20': {'class_type': 'StartLoop'}}
    """
    marked = {
        node_id: node
        for node_id, node in graph.items()
        if isinstance(node, Mapping) and any(mark in node for mark in MARKS)
    }
    if not marked:
        return graph
    return {**graph, **{node_id: _without_marks(node) for node_id, node in marked.items()}}


def _without_marks(node: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in node.items() if key not in MARKS}


def copied_marks(node: Mapping[str, Any], copy_of: Callable[[str], str]) -> dict[str, Any]:
    """Return the marks for a copy of a node; empty if the node begins no loop.

    Args:
        node: node of a graph.
        copy_of: function that returns the id of a node's copy.
    """
    if not all(mark in node for mark in MARKS):
        return {}
    return {BODY: [copy_of(each) for each in node[BODY]], END: copy_of(node[END])}


def endless_loop(graph: Graph, node: str, output: int) -> Loop | None:
    """Return a loop that would never end if an output were blocked, or None.

    A loop whose Start is blocked too never begins, which is no fault.

    Args:
        graph: prompt with the marks of its loops.
        node: id of the node.
        output: number of the output.
    """
    loops = loops_of(graph)
    if not loops or node not in graph:
        return None
    reached = downstream_of(graph, node, output)
    return next((each for each in loops if each.end in reached and each.start not in reached), None)


def endless_message(graph: Graph, node: str, number: int, loop: Loop) -> str:
    """Return an error about an output that is or may be blocked while a loop waits for it.

    Args:
        graph: prompt with the marks of its loops.
        node: id of the node in the prompt.
        number: number of the output.
        loop: the loop that would never end.
    """
    kind = graph[node]["class_type"]
    output = output_at(kind, number)
    name, what_to_do = str(number), "Connect another output."
    if output is not None:
        for_a_gate = "Set its on_fail to pass_through, and use its accepted side and pass."
        name, what_to_do = output.name, remedy(graph, node, output, for_a_gate)
    if node not in loop.body:
        what_to_do += (
            f" Or connect {name} to the Start Loop too: without a value the loop doesn't begin."
        )
    return (
        f"{kind} (node {node}): its output {name} may have no value, and the loop of nodes "
        f"{loop.start} to {loop.end} would wait for it without an end. {what_to_do}"
    )
