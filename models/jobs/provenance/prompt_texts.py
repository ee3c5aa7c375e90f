"""Positive and negative prompts of a graph.

The links into the inputs `positive` and `negative` of each sampler are followed back, through the
nodes that change the conditioning, to the nodes that encode a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .graph import SWITCH, Graph, Literal, Node
from .prompt_parts import SYSTEM_PROMPT, literal_parts

POSITIVE, NEGATIVE, UNKNOWN_ROLE = "positive", "negative", "prompt"

# Names of inputs that take conditioning; some packs call the encoded text differently.
CONDITIONING = re.compile(
    r"(positive|negative|pos|neg|base_positive|base_negative|empty_conditioning"
    r"|cond(itioning)?(_?[a-z0-9]+)*|text_embeds|prompt_embeds)",
    re.IGNORECASE,
)
NEGATIVE_NAME = re.compile(r"(^|_)(neg|negative)(_|\d|$)|uncond", re.IGNORECASE)
POSITIVE_NAME = re.compile(r"(^|_)(pos|positive)(_|\d|$)", re.IGNORECASE)
# Names of inputs that hold the text itself, in ComfyUI's encoders and in those of other packs.
TEXT = re.compile(
    r"(\w+_)?(text|prompt|caption|string|lyrics|tags)(_?([a-z]|\d+|positive|negative))?"
    r"|clip_[lg]|t5xxl|llama|bert|mt5xl|positive|negative",
    re.IGNORECASE,
)
# This node replaces its conditioning by zeros, so the text before it has no effect here.
ZERO_OUT = "ConditioningZeroOut"
GUIDER = "guider"
SAMPLING = {"seed", "noise_seed", "noise", "sigmas", "steps"}  # inputs that only samplers have


@dataclass(frozen=True)
class PromptText:
    """A text that a node encodes, or a literal part of one that only the run makes.

    Attributes:
        role: `positive`, `negative`, or `prompt` if neither of the two is known.
        node: node that encodes the text; of a part, the node in which it is written.
        name: name of the node's input that holds the text.
        text: whole text, or the part.
        is_part: True for a part.
    """

    role: str
    node: Node
    name: str
    text: str
    is_part: bool = False


def prompt_texts(graph: Graph) -> tuple[PromptText, ...]:
    """Return all texts that a graph encodes: positive ones, then negative, then unknown ones."""
    texts: dict[tuple[str, str, str, bool], PromptText] = {}
    nodes_with_role: set[str] = set()
    for role in (POSITIVE, NEGATIVE):
        for node in _encoders(graph, role):
            for prompt_text in _texts(graph, node, role):
                texts[_key(prompt_text)] = prompt_text
                nodes_with_role.add(node.id)
    for node in graph.nodes.values():
        if node.id not in nodes_with_role:
            for prompt_text in _texts_by_name(graph, node):
                texts[_key(prompt_text)] = prompt_text
    order = (POSITIVE, NEGATIVE, UNKNOWN_ROLE)
    return tuple(sorted(texts.values(), key=lambda each: order.index(each.role)))


def _key(prompt_text: PromptText) -> tuple[str, str, str, bool]:
    return prompt_text.role, prompt_text.node.id, prompt_text.name, prompt_text.is_part


def is_encoder(graph: Graph, node: Node) -> bool:
    """Return True if a node encodes a text: it has a text encoder and a text as inputs."""
    return "clip" in node.links() and any(
        _is_text(graph, node, name) or _is_made_text(graph, node, name) for name in node.inputs
    )


def _texts_by_name(graph: Graph, node: Node) -> Iterator[PromptText]:
    """Yield the texts of a node that reaches no known sampler; the inputs' names give the role."""
    named = [name for name in node.inputs if TEXT.fullmatch(name) and "prompt" in name.lower()]
    by_name = any(NEGATIVE_NAME.search(name) or POSITIVE_NAME.search(name) for name in named)
    encodes = node.id in graph.used and is_encoder(graph, node)
    generates = by_name or bool(SAMPLING & node.inputs.keys())
    for name in node.inputs if encodes else named if generates else ():
        role = NEGATIVE if NEGATIVE_NAME.search(name) else POSITIVE if by_name else UNKNOWN_ROLE
        yield from _text(graph, node, name, role)


def _encoders(graph: Graph, role: str) -> list[Node]:
    """Return the nodes whose conditioning reaches a sampler in a role, in the graph's order."""
    visited: set[tuple[str, str]] = set()
    node_ids: set[str] = set()
    for sampler in _samplers(graph):
        waiting = [
            link
            for name, link in sampler.links().items()
            if CONDITIONING.fullmatch(name) and _role(name) == role
        ]
        while waiting:
            source, output = waiting.pop()
            node = graph.nodes.get(source)
            if node is None or node.type == ZERO_OUT:
                continue
            for name, link in _conditioning_inputs(graph, node, role, output):
                if (node.id, name) not in visited:
                    visited.add((node.id, name))
                    waiting.append(link)
            node_ids.add(node.id)
    return [node for node in graph.nodes.values() if node.id in node_ids]


def _role(name: str) -> str:
    return NEGATIVE if NEGATIVE_NAME.search(name) else POSITIVE


def _conditioning_inputs(
    graph: Graph, node: Node, role: str, output: int
) -> list[tuple[str, tuple[str, int]]]:
    """Return the inputs, with their links, that the conditioning at a node's output comes from."""
    links = node.links()
    if node.type == SWITCH:
        selected = graph.selected_input(node)
        names = ("on_true", "on_false") if selected is None else (selected,)
        return [(name, links[name]) for name in names if name in links]
    inputs = {name: link for name, link in links.items() if CONDITIONING.fullmatch(name)}
    roles = {name: _role(name) for name in inputs}
    if set(roles.values()) == {POSITIVE, NEGATIVE}:
        # Nodes with both conditionings have the outputs positive and negative, in this order.
        output_role = {0: POSITIVE, 1: NEGATIVE}.get(output, role)
        return [(name, link) for name, link in inputs.items() if roles[name] == output_role]
    if not inputs and len(links) == 1:  # a reroute
        return list(links.items())
    return list(inputs.items())


def _samplers(graph: Graph) -> list[Node]:
    """Return the samplers and used guiders: nodes that take conditioning and don't pass it on."""
    conditioned = {
        node.id: [link for name, link in node.links().items() if CONDITIONING.fullmatch(name)]
        for node in graph.nodes.values()
    }
    guiders = {
        source
        for node in graph.nodes.values()
        for name, (source, _) in node.links().items()
        if name.startswith(GUIDER)
    }
    passing_on = {source for links in conditioned.values() for source, _ in links}
    return [
        node
        for node in graph.nodes.values()
        if conditioned[node.id]
        and (node.id in guiders or (node.id not in passing_on and _is_sampler(graph, node)))
    ]


def _is_sampler(graph: Graph, node: Node) -> bool:
    """Return True if the last node that takes a conditioning makes pictures from it.

    It is False for a node whose outputs aren't used, and for a node that only searches a picture
    for what the text describes.
    """
    if SAMPLING & node.inputs.keys():
        return True
    has_positive_input = any(POSITIVE_NAME.search(name) for name in node.links())
    return has_positive_input and node.id in graph.used


def _texts(graph: Graph, node: Node, role: str) -> Iterator[PromptText]:
    """Yield the texts of a node for a role, without inputs that are named after the other role."""
    other = POSITIVE_NAME if role == NEGATIVE else NEGATIVE_NAME
    for name in node.inputs:
        if not other.search(name):
            yield from _text(graph, node, name, role)


def _text(graph: Graph, node: Node, name: str, role: str) -> Iterator[PromptText]:
    if _is_text(graph, node, name):
        literal = graph.literal(node, name)
        assert isinstance(literal, Literal)
        yield PromptText(role, node, name, literal.value)
    elif _is_made_text(graph, node, name):
        for part in literal_parts(graph, node, name):
            yield PromptText(role, graph.nodes[part.node], part.name, part.value, is_part=True)


def _is_text(graph: Graph, node: Node, name: str) -> bool:
    if name == SYSTEM_PROMPT or not TEXT.fullmatch(name):
        return False
    literal = graph.literal(node, name)
    return literal is not None and isinstance(literal.value, str)


def _is_made_text(graph: Graph, node: Node, name: str) -> bool:
    """Return True if an input takes a text that only the run makes."""
    is_text_input = TEXT.fullmatch(name) and not CONDITIONING.fullmatch(name)
    if name == SYSTEM_PROMPT or not is_text_input or name not in node.links():
        return False
    return graph.literal(node, name) is None
