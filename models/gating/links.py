"""Links between the nodes of a graph.

A graph is a prompt in ComfyUI's API format: node id -> {"class_type": …, "inputs": {name: value or
[node id, output]}}.
"""

from collections.abc import Iterator, Mapping
from typing import Any

Graph = Mapping[str, Mapping[str, Any]]


def links(node: Mapping[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Yield a node's connected inputs: name, id of the source node, number of its output."""
    for name, value in node.get("inputs", {}).items():
        if is_link(value):
            yield name, value[0], int(value[1])


def is_link(value: Any) -> bool:
    """Return True if an input's value stands for another node's output, as in ComfyUI."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int | float)
    )


def node_type(graph: Graph, node: str) -> str:
    """Return the class of a node; "" if the graph doesn't contain it."""
    return str(graph.get(node, {}).get("class_type", ""))


def upstream_of(graph: Graph, node: str) -> dict[str, None]:
    """Return all nodes that a node depends on, without itself, as an ordered set."""
    visited: dict[str, None] = {}
    waiting = [node]
    while waiting:
        for _, source, _ in links(graph[waiting.pop()]):
            if source in graph and source not in visited:
                visited[source] = None
                waiting.append(source)
    return visited


def downstream_of(graph: Graph, node: str, output: int) -> dict[str, None]:
    """Return all nodes that depend on an output of a node, as an ordered set."""
    consumers: dict[str, list[tuple[str, int]]] = {}
    for consumer in graph:
        for _, source, number in links(graph[consumer]):
            consumers.setdefault(source, []).append((consumer, number))
    visited = {consumer: None for consumer, number in consumers.get(node, []) if number == output}
    waiting = list(visited)
    while waiting:
        for consumer, _ in consumers.get(waiting.pop(), []):
            if consumer not in visited:
                visited[consumer] = None
                waiting.append(consumer)
    return visited
