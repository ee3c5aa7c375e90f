"""Checks that a workflow in API form can run unattended as a phase, and access to its nodes."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..gating.links import is_link
from ..node_types import GATE, JOB, JOB_SAVE

MOST_NODES = 500
# Classes that every workflow must contain, each with its purpose for the error message.
NEEDED = {
    GATE.id: "which decides whether an attempt passes",
    JOB.id: "which records the attempt",
    JOB_SAVE.id: "which saves its files",
}


class GraphError(ValueError):
    """Error for a graph that can't be a phase; the message names the node and what to do."""


def check_graph(graph: Any) -> None:
    """Check that a graph in API form can run as a phase.

    Raises:
        GraphError: the graph can't be a phase; one sentence says why and what to do.
    """
    _check_form(graph)
    for node_id, node in graph.items():
        for name, source in links_of(node):
            if source not in graph:
                raise GraphError(
                    f"input {name} of node {node_id} comes from node {source}, which doesn't exist."
                )
    _refuse_cycles(graph)
    for class_type, purpose in NEEDED.items():
        if not nodes_of(graph, class_type):
            raise GraphError(f"the workflow has no {class_type}, {purpose}; add one.")
    for node_id in nodes_of(graph, GATE.id):
        if not is_link(graph[node_id]["inputs"].get("report")):
            raise GraphError(f"the gate, node {node_id}, has no report; connect one.")
    for node_id in nodes_of(graph, JOB_SAVE.id):
        inputs = graph[node_id]["inputs"]
        if not (is_link(inputs.get("images")) or is_link(inputs.get("video"))):
            raise GraphError(f"AnimeJobSave, node {node_id}, has no images or video; connect one.")


def nodes_of(graph: Mapping[str, Any], class_type: str) -> list[str]:
    """Return the ids of the nodes of a class."""
    return [node_id for node_id, node in graph.items() if node["class_type"] == class_type]


def links_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the connected inputs of a node: the input's name and the id of its source node."""
    for name, value in node["inputs"].items():
        if is_link(value):
            yield name, value[0]


def title_of(node: Mapping[str, Any]) -> str:
    """Return the title of a node in the workflow, or its class if it has no title."""
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, Mapping) else None
    return title if isinstance(title, str) and title else str(node["class_type"])


def _check_form(graph: Any) -> None:
    if not isinstance(graph, Mapping) or not graph:
        raise GraphError("graph must be a workflow in API form: an object of nodes by their ids.")
    if "nodes" in graph and "links" in graph:
        raise GraphError(
            "graph is a workflow in the editor's form; export it with File > Export (API)."
        )
    if len(graph) > MOST_NODES:
        raise GraphError(f"graph has {len(graph)} nodes; at most {MOST_NODES} are allowed.")
    for node_id, node in graph.items():
        if not isinstance(node, Mapping) or not isinstance(node.get("class_type"), str):
            raise GraphError(f"node {node_id} of the graph is not an object with a class_type.")
        if not isinstance(node.get("inputs"), Mapping):
            raise GraphError(f"node {node_id} ({node['class_type']}) has no object of inputs.")


def _refuse_cycles(graph: Mapping[str, Any]) -> None:
    """Raise `GraphError` if a node depends on itself.

    The depth-first search has no recursion, because a chain may be as long as the graph.
    """
    checked: set[str] = set()
    for start in graph:
        # Nodes from the start to the current one, each with its links that are still to follow.
        path: dict[str, Iterator[tuple[str, str]]] = {}
        if start not in checked:
            path[start] = links_of(graph[start])
        while path:
            node_id = next(reversed(path))
            for _, source in path[node_id]:
                if source in path:
                    raise GraphError(f"node {source} depends on itself; break the cycle.")
                if source not in checked:
                    path[source] = links_of(graph[source])
                    break
            else:
                checked.add(node_id)
                del path[node_id]
