"""Reading of a prompt's graph in API format: its nodes, and the values of their inputs.

Nothing here raises, whatever the graph contains. A value that only exists when the graph runs is
None.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ...gating.links import is_link
from ...node_types import RETRY_START, SAMPLE_CLIP
from .text_nodes import TEXT_NODES

# A node of any class whose only input has one of these names returns the input unchanged.
PASSING_INPUTS = {
    *("", "value", "string", "text", "prompt", "seed", "noise_seed", "int", "float", "number"),
    *("any", "input", "anything", "source", "a", "*"),
}
# Classes with more inputs that return one of them unchanged: (class, output) → input.
PASSED_INPUT = {
    (RETRY_START.id, RETRY_START.number("seed")): "seed",
    (SAMPLE_CLIP.id, SAMPLE_CLIP.number("fps")): "fps",
    ("EndLoop", 0): "output_value",
    ("SeedGenerator", 0): "seed",
    ("CR Seed", 0): "seed",
}
# Classes whose names begin like this return their input `value`.
LITERALS = ("Primitive", "AnimeParameter")
SWITCH = "ComfySwitchNode"
# Links that are followed from an input to its value. The limit ends the search in a cycle.
LONGEST_PATH = 200
DEEPEST = 60  # levels of computed texts and switches inside each other


@dataclass(frozen=True)
class Node:
    """A node of a graph.

    Attributes:
        id: id of the node in the prompt.
        type: class of the node.
        inputs: values and links of the inputs, by name.
    """

    id: str
    type: str
    inputs: Mapping[str, Any]

    def links(self) -> dict[str, tuple[str, int]]:
        """Return the source of each connected input: a node's id and the number of its output."""
        return self._links

    @cached_property
    def _links(self) -> dict[str, tuple[str, int]]:
        links = {name: value for name, value in self.inputs.items() if _is_link(value)}
        return {name: (source, int(output)) for name, (source, output) in links.items()}


@dataclass(frozen=True)
class Literal:
    """Value of an input, with the input in which it is written.

    Attributes:
        value: text, number, or another JSON value.
        node: id of the node in which the value is written.
        name: name of that node's input.
    """

    value: Any
    node: str
    name: str


class Graph:
    """The nodes of a prompt in their order; entries that aren't nodes are left out.

    Attributes:
        nodes: nodes by id.
        used: ids of the nodes whose outputs other nodes use.

    Examples:
        >>> graph = Graph({
        ...     "1": {"class_type": "PrimitiveInt", "inputs": {"value": 7}},
        ...     "2": {"class_type": "KSampler", "inputs": {"seed": ["1", 0]}},
        ... })
        >>> graph.literal(graph.nodes["2"], "seed").value
        7
    """

    def __init__(self, graph: object) -> None:
        """Read the nodes.

        Args:
            graph: prompt in API format; it isn't changed.
        """
        self.nodes: dict[str, Node] = {}
        for key, value in graph.items() if isinstance(graph, Mapping) else ():
            if isinstance(value, Mapping) and isinstance(value.get("class_type"), str):
                inputs = value.get("inputs")
                mapping = inputs if isinstance(inputs, Mapping) else {}
                values = {str(name): each for name, each in mapping.items()}
                self.nodes[str(key)] = Node(str(key), value["class_type"], values)
        nodes = self.nodes.values()
        self.used = {source for node in nodes for source, _ in node.links().values()}
        self._selected: dict[str, str | None] = {}
        self._texts: dict[str, Literal | None] = {}
        self._depth = 0

    def literal(self, node: Node, name: str) -> Literal | None:
        """Return the value of an input, also behind nodes that pass a value on unchanged.

        Returns:
            The literal; None if there is no such input, or if its value only exists when the graph
            runs.
        """
        if self._depth > DEEPEST:
            return None
        self._depth += 1
        try:
            return self._follow(node, name)
        finally:
            self._depth -= 1

    def _follow(self, node: Node, name: str) -> Literal | None:
        for _ in range(LONGEST_PATH):
            if name not in node.inputs:
                return None
            value = node.inputs[name]
            if not _is_link(value):
                return Literal(value, node.id, name)
            source = self.nodes.get(value[0])
            if source is None:
                return None
            if source.type in TEXT_NODES:
                return self._computed_text(source)
            passed_input = self.passed_input(source, int(value[1]))
            if passed_input is None:
                return None
            node, name = source, passed_input
        return None  # the links form a cycle

    def selected_input(self, switch: Node) -> str | None:
        """Return the input that a ComfyUI switch selects; None if only the run decides it."""
        if switch.id not in self._selected:
            self._selected[switch.id] = None  # stays None for a switch that depends on itself
            setting = self.literal(switch, "switch")
            if setting is not None and isinstance(setting.value, bool):
                self._selected[switch.id] = "on_true" if setting.value else "on_false"
        return self._selected[switch.id]

    def passed_input(self, node: Node, output: int) -> str | None:
        """Return the name of the input that an output returns unchanged; None if there is none."""
        if node.type == SWITCH:
            return self.selected_input(node)
        if (node.type, output) in PASSED_INPUT:
            return PASSED_INPUT[node.type, output]
        if node.type.startswith(LITERALS) and "value" in node.inputs:
            return "value"
        names = list(node.inputs)
        return names[0] if len(names) == 1 and names[0] in PASSING_INPUTS else None

    def _computed_text(self, node: Node) -> Literal | None:
        """Return the text of a node that makes one from other texts."""
        if node.id not in self._texts:
            self._texts[node.id] = None  # stays None for a node that depends on itself
            text_node = TEXT_NODES[node.type]
            literals = {name: self.literal(node, name) for name in text_node.inputs}
            # A default replaces only an input that the graph leaves out.
            values = {
                name: None if each is None else each.value
                for name, each in literals.items()
                if name in node.inputs
            }
            text = text_node.text(values)
            if text is not None:
                self._texts[node.id] = Literal(text, node.id, "string")
        return self._texts[node.id]


def _is_link(value: Any) -> bool:
    """Return True for a link whose output is a finite number, because Python's JSON allows NaN."""
    return is_link(value) and (isinstance(value[1], int) or math.isfinite(value[1]))
