"""Names of the nodes of a job: the titles that the maker gave them, and their types."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NodeName:
    """Name of a node of a job.

    Attributes:
        title: title that the maker gave the node; None if it has only the name of its type.
        type: class of the node; None if the job doesn't know its graph.
    """

    title: str | None
    type: str | None


def name_of_node(graph: Any, workflow: Any, node_id: str) -> NodeName:
    """Return the name of a node.

    The workflow has only titles that differ from the type's name, so it comes first. A program that
    sends a prompt has no workflow; its prompt may have titles under `_meta`.

    Args:
        graph: prompt in API format; any other value has no names.
        workflow: workflow in the editor's format; None if the job has none.
        node_id: id of the node in the graph; of a node within a subgraph, the ids on the way to it
            with colons between them: "12:5".

    Examples:
        >>> graph = {"5": {"class_type": "AnimeLoopScore", "_meta": {"title": "Does it loop?"}}}
        >>> name_of_node(graph, None, "5")
        NodeName(title='Does it loop?', type='AnimeLoopScore')
    """
    node = _mapping(_mapping(graph).get(node_id))
    kind = _text(node.get("class_type"))
    own = _in_workflow(workflow, node_id)
    title = _text(_mapping(node.get("_meta")).get("title") if own is None else own.get("title"))
    return NodeName(None if title == kind else title, kind)


def _in_workflow(workflow: Any, node_id: str) -> Mapping[str, Any] | None:
    """Return the node of a workflow with an id of the graph; None if there is none."""
    subgraphs = {
        each.get("id"): each
        for each in _list(_mapping(_mapping(workflow).get("definitions")).get("subgraphs"))
    }
    place: Mapping[str, Any] = _mapping(workflow)
    node: Mapping[str, Any] | None = None
    for part in node_id.split(":"):
        node = next(
            (each for each in _list(place.get("nodes")) if str(each.get("id")) == part), None
        )
        if node is None:
            return None
        place = subgraphs.get(node.get("type"), {})
    return node


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
