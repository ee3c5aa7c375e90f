"""What a workflow must be, to run as a phase without anyone looking on."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..gating.retry_body import is_link
from ..node_types import GATE, JOB, JOB_SAVE

MOST_NODES = 500
NEEDED = {
    GATE.id: "which decides whether an attempt passes",
    JOB.id: "by which the attempt is remembered",
    JOB_SAVE.id: "by which its files are kept",
}


class GraphError(ValueError):
    """A graph that can't be a phase; the message names the node and what to do."""


def check_graph(graph: Any) -> None:
    """See that a graph in API form can run as a phase.

    Raises:
        GraphError: in one sentence, why not.
    """
    _check_form(graph)
    for node_id, node in graph.items():
        for name, source in links_of(node):
            if source not in graph:
                raise GraphError(
                    f"input {name} of node {node_id} comes from node {source}, which is not there."
                )
    _refuse_circles(graph)
    for class_type, purpose in NEEDED.items():
        if not nodes_of(graph, class_type):
            raise GraphError(f"the workflow has no {class_type}, {purpose}; add one.")
    for node_id in nodes_of(graph, GATE.id):
        if not is_link(graph[node_id]["inputs"].get("report")):
            raise GraphError(f"the gate, node {node_id}, has no report; connect one.")
    for node_id in nodes_of(graph, JOB_SAVE.id):
        given = graph[node_id]["inputs"]
        if not (is_link(given.get("images")) or is_link(given.get("video"))):
            raise GraphError(f"AnimeJobSave, node {node_id}, has no images or video; connect one.")


def nodes_of(graph: Mapping[str, Any], class_type: str) -> list[str]:
    """Ids of the nodes of a class."""
    return [node_id for node_id, node in graph.items() if node["class_type"] == class_type]


def links_of(node: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each connected input of a node, with the id of the node that it comes from."""
    for name, value in node["inputs"].items():
        if is_link(value):
            yield name, value[0]


def title_of(node: Mapping[str, Any]) -> str:
    """What the maker of a workflow called a node; its class where it has no title."""
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, Mapping) else None
    return title if isinstance(title, str) and title else str(node["class_type"])


def _check_form(graph: Any) -> None:
    if not isinstance(graph, Mapping) or not graph:
        raise GraphError("graph must be a workflow in API form: an object of nodes by their ids.")
    if "nodes" in graph and "links" in graph:
        raise GraphError(
            "graph is a workflow as the editor saves it; export it with File > Export (API)."
        )
    if len(graph) > MOST_NODES:
        raise GraphError(f"graph has {len(graph)} nodes; at most {MOST_NODES} are allowed.")
    for node_id, node in graph.items():
        if not isinstance(node, Mapping) or not isinstance(node.get("class_type"), str):
            raise GraphError(f"node {node_id} of the graph is not an object with a class_type.")
        if not isinstance(node.get("inputs"), Mapping):
            raise GraphError(f"node {node_id} ({node['class_type']}) has no object of inputs.")


def _refuse_circles(graph: Mapping[str, Any]) -> None:
    """Depth first without recursion: a chain may be as long as the graph."""
    done: set[str] = set()
    for start in graph:
        way: dict[str, Iterator[tuple[str, str]]] = {}
        if start not in done:
            way[start] = links_of(graph[start])
        while way:
            node_id = next(reversed(way))
            for _, source in way[node_id]:
                if source in way:
                    raise GraphError(f"node {source} depends on itself; cut the circle.")
                if source not in done:
                    way[source] = links_of(graph[source])
                    break
            else:
                done.add(node_id)
                del way[node_id]
