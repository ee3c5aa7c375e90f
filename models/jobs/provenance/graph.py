"""Reads a prompt's graph in API format, whatever stands in it: nodes, and what their inputs hold.

Nothing here raises. What can't be known without running the graph is None.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...gating.retry_body import is_link
from ...node_types import RETRY_START, SAMPLE_CLIP

# A node with this one input, whatever its class, hands on what it was given.
HANDS_ON = {
    *("", "value", "string", "text", "prompt", "seed", "noise_seed", "int", "float", "number"),
    *("any", "input", "anything", "source", "a", "*"),
}
# Classes with more inputs, of which one comes out unchanged: (class, output) -> input.
COMES_OUT = {
    (RETRY_START.id, RETRY_START.number("seed")): "seed",
    (SAMPLE_CLIP.id, SAMPLE_CLIP.number("fps")): "fps",
    ("SeedGenerator", 0): "seed",
    ("CR Seed", 0): "seed",
}
LITERALS = ("Primitive", "AnimeParameter")  # such classes hold their literal in `value`
SWITCH = "ComfySwitchNode"
CONCATENATE = "StringConcatenate"
LONGEST_WAY = 200  # links, from an input to its literal
DEEPEST = 60  # concatenations in concatenations, switches that switch switches
LONGEST_TEXT = 1 << 20  # of a concatenation: links to one text twice, 20 times over, make a million


@dataclass(frozen=True)
class Node:
    """A node of a graph."""

    id: str
    type: str
    inputs: Mapping[str, Any]

    def links(self) -> dict[str, tuple[str, int]]:
        """Return the source of each connected input: a node's id and the number of its output."""
        return self._links

    @cached_property
    def _links(self) -> dict[str, tuple[str, int]]:
        linked = {name: value for name, value in self.inputs.items() if _is_link(value)}
        return {name: (source, int(output)) for name, (source, output) in linked.items()}


@dataclass(frozen=True)
class Literal:
    """Value that an input holds, and the place where it is written.

    Attributes:
        value: text, number, or whatever JSON holds.
        node: id of the node that it is written in.
        name: of that node's input.
    """

    value: Any
    node: str
    name: str


class Graph:
    """The nodes of a prompt, by id, in its order. What is no node is left out."""

    def __init__(self, graph: object) -> None:
        """Take the graph as a prompt holds it; it isn't changed."""
        self.nodes: dict[str, Node] = {}
        for key, value in graph.items() if isinstance(graph, Mapping) else ():
            if isinstance(value, Mapping) and isinstance(value.get("class_type"), str):
                inputs = value.get("inputs")
                named = inputs if isinstance(inputs, Mapping) else {}
                values = {str(name): each for name, each in named.items()}
                self.nodes[str(key)] = Node(str(key), value["class_type"], values)
        nodes = self.nodes.values()
        self.used = {source for node in nodes for source, _ in node.links().values()}
        self._chosen: dict[str, str | None] = {}
        self._texts: dict[str, Literal | None] = {}
        self._depth = 0

    def literal(self, node: Node, name: str) -> Literal | None:
        """Return the value that an input holds, through nodes that only hand on.

        Returns:
            The literal; None where there is no such input, or where its value is made when the
            graph runs.
        """
        if self._depth > DEEPEST:
            return None
        self._depth += 1
        try:
            return self._followed(node, name)
        finally:
            self._depth -= 1

    def _followed(self, node: Node, name: str) -> Literal | None:
        for _ in range(LONGEST_WAY):
            if name not in node.inputs:
                return None
            value = node.inputs[name]
            if not _is_link(value):
                return Literal(value, node.id, name)
            source = self.nodes.get(value[0])
            if source is None:
                return None
            if source.type == CONCATENATE:
                return self._joined(source)
            following = self.handed_on(source, int(value[1]))
            if following is None:
                return None
            node, name = source, following
        return None  # a circle

    def chosen(self, switch: Node) -> str | None:
        """The input that a ComfyUI switch takes; None where that isn't known."""
        if switch.id not in self._chosen:
            self._chosen[switch.id] = None  # for one that is its own switch
            decided = self.literal(switch, "switch")
            if decided is not None and isinstance(decided.value, bool):
                self._chosen[switch.id] = "on_true" if decided.value else "on_false"
        return self._chosen[switch.id]

    def handed_on(self, node: Node, output: int) -> str | None:
        """Return the name of the input that comes out unchanged at an output; None if none does."""
        if node.type == SWITCH:
            return self.chosen(node)
        if (node.type, output) in COMES_OUT:
            return COMES_OUT[node.type, output]
        if node.type.startswith(LITERALS) and "value" in node.inputs:
            return "value"
        names = list(node.inputs)
        return names[0] if len(names) == 1 and names[0] in HANDS_ON else None

    def _joined(self, node: Node) -> Literal | None:
        """The text that a concatenation makes."""
        if node.id not in self._texts:
            self._texts[node.id] = None  # for one that joins itself
            parts = [self.literal(node, name) for name in ("string_a", "string_b")]
            between = self.literal(node, "delimiter") or Literal("", node.id, "delimiter")
            texts = [each.value for each in parts if each and isinstance(each.value, str)]
            if len(texts) == 2 and sum(map(len, texts)) <= LONGEST_TEXT:
                text = str(between.value).join(texts)
                self._texts[node.id] = Literal(text, node.id, "string")
        return self._texts[node.id]


def _is_link(value: Any) -> bool:
    """Return True for a link to an output that can be counted: JSON of Python may hold NaN."""
    return is_link(value) and (isinstance(value[1], int) or math.isfinite(value[1]))
