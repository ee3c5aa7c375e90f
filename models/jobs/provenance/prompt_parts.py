"""Literal parts of a text that only exists when the graph runs.

A language model, a wildcard or a node of another pack may make a prompt. The graph doesn't show it
then, but it shows the texts that went into it.
"""

import re
from collections import deque
from collections.abc import Iterator

from .graph import SWITCH, Graph, Literal, Node

# Names of inputs that take a text or pass one on, without patterns, separators and file names.
PART = re.compile(
    r"(\w+_)?(text|prompt|caption|string|lyrics|tags|wildcard|value)s?(_?([a-z]|\d+))?"
    r"|(\w+_)?(positive|negative)|clip_[lg]|t5xxl|replace(ment)?|prefix|suffix"
    r"|[a-z]|\*|any(thing|_?\d+)?|input_?\d*|source|on_(true|false)",
    re.IGNORECASE,
)
SYSTEM_PROMPT = "system_prompt"  # chooses one of two fixed sentences
MOST_PARTS = 100  # of one text; more are no parts that anyone wrote


def literal_parts(graph: Graph, node: Node, name: str) -> Iterator[Literal]:
    """Yield the texts that an input is made from, nearest first.

    Args:
        graph: the graph.
        node: node whose input is linked to a text that only the run makes.
        name: name of the input.
    """
    waiting = deque([(node, name)])
    visited: set[tuple[str, str]] = set()
    count = 0
    while waiting and count < MOST_PARTS:
        node, name = waiting.popleft()
        if (node.id, name) in visited:
            continue
        visited.add((node.id, name))
        if name in node.links():
            source = graph.nodes.get(node.links()[name][0])
            if source is not None:
                waiting.extend((source, each) for each in _text_inputs(graph, source))
        elif isinstance(text := node.inputs[name], str) and any(map(str.isalpha, text)):
            count += 1
            yield Literal(text, node.id, name)


def _text_inputs(graph: Graph, node: Node) -> list[str]:
    """Return the inputs of a node that may hold a text; those of a growing list have dots."""
    selected = graph.selected_input(node) if node.type == SWITCH else None
    if selected is not None:
        return [selected] if selected in node.inputs else []
    names = [
        name
        for name in node.inputs
        if name != SYSTEM_PROMPT and PART.fullmatch(name.rpartition(".")[2])
    ]
    return list(node.inputs) if len(node.inputs) == 1 else names  # the only one is passed on
