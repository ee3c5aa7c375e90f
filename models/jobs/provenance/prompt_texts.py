"""Which texts of a graph are its positive and which its negative prompt.

What a sampler is given as `positive` and `negative` is followed back, through whatever changes
the conditioning on its way, to the nodes that encode a text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .graph import SWITCH, Graph, Literal, Node

POSITIVE, NEGATIVE, UNTOLD = "positive", "negative", "prompt"

# Inputs that carry conditioning. Some packs give the encoded text a name of its own.
CONDITIONING = re.compile(
    r"(positive|negative|pos|neg|base_positive|base_negative|empty_conditioning"
    r"|cond(itioning)?(_?[a-z0-9]+)*|text_embeds|prompt_embeds)",
    re.IGNORECASE,
)
NEGATIVE_NAME = re.compile(r"(^|_)(neg|negative)(_|\d|$)|uncond", re.IGNORECASE)
POSITIVE_NAME = re.compile(r"(^|_)(pos|positive)(_|\d|$)", re.IGNORECASE)
# Inputs that hold the text itself, in ComfyUI's encoders and in others.
TEXT = re.compile(
    r"(\w+_)?(text|prompt|caption|string|lyrics|tags)(_?([a-z]|\d+|positive|negative))?"
    r"|clip_[lg]|t5xxl|llama|bert|mt5xl|positive|negative",
    re.IGNORECASE,
)
SYSTEM = "system_prompt"  # Lumina's: which of two fixed sentences goes before the prompt
# Conditioning without its text. The text before it is another's prompt.
EMPTIED = "ConditioningZeroOut"
GUIDER = "guider"
SAMPLING = {"seed", "noise_seed", "noise", "sigmas", "steps"}  # inputs of samplers alone


@dataclass(frozen=True)
class PromptText:
    """A text that a node encodes.

    Attributes:
        role: `positive`, `negative`, or `prompt` where it isn't told which.
        node: that encodes it.
        name: of that node's input.
        text: whole.
    """

    role: str
    node: Node
    name: str
    text: str


def prompt_texts(graph: Graph) -> tuple[PromptText, ...]:
    """All texts that a graph encodes: the positive ones first, then negative, then untold ones."""
    found: dict[tuple[str, str, str], PromptText] = {}
    told: set[str] = set()
    for role in (POSITIVE, NEGATIVE):
        for node in _encoders(graph, role):
            for each in _texts(graph, node, role):
                found[role, each.node.id, each.name] = each
                told.add(node.id)
    for node in graph.nodes.values():
        if node.id not in told:
            for each in _untold(graph, node):
                found[each.role, node.id, each.name] = each
    order = (POSITIVE, NEGATIVE, UNTOLD)
    return tuple(sorted(found.values(), key=lambda each: order.index(each.role)))


def is_encoder(graph: Graph, node: Node) -> bool:
    """Whether a node encodes a text: it is given one, and a model for texts."""
    return "clip" in node.links() and any(_is_text(graph, node, name) for name in node.inputs)


def _untold(graph: Graph, node: Node) -> Iterator[PromptText]:
    """Texts that reach no sampler that is known: by what their inputs are called."""
    named = [name for name in node.inputs if TEXT.fullmatch(name) and "prompt" in name.lower()]
    by_name = any(NEGATIVE_NAME.search(name) or POSITIVE_NAME.search(name) for name in named)
    encodes = node.id in graph.used and is_encoder(graph, node)
    generates = by_name or bool(SAMPLING & node.inputs.keys())
    for name in node.inputs if encodes else named if generates else ():
        role = NEGATIVE if NEGATIVE_NAME.search(name) else POSITIVE if by_name else UNTOLD
        yield from _text(graph, node, name, role)


def _encoders(graph: Graph, role: str) -> list[Node]:
    """The nodes that encode what the samplers are given in a role, in the graph's order."""
    seen: set[tuple[str, str]] = set()
    met: set[str] = set()
    for sampler in _samplers(graph):
        waiting = [
            link
            for name, link in sampler.links().items()
            if CONDITIONING.fullmatch(name) and _role(name) == role
        ]
        while waiting:
            source, output = waiting.pop()
            node = graph.nodes.get(source)
            if node is None or node.type == EMPTIED:
                continue
            for name, link in _before(graph, node, role, output):
                if (node.id, name) not in seen:
                    seen.add((node.id, name))
                    waiting.append(link)
            met.add(node.id)
    return [node for node in graph.nodes.values() if node.id in met]


def _role(name: str) -> str:
    return NEGATIVE if NEGATIVE_NAME.search(name) else POSITIVE


def _before(graph: Graph, node: Node, role: str, output: int) -> list[tuple[str, tuple[str, int]]]:
    """Where the conditioning at a node's output comes from: its inputs, and what they hang on."""
    links = node.links()
    if node.type == SWITCH:
        chosen = graph.chosen(node)
        names = ("on_true", "on_false") if chosen is None else (chosen,)
        return [(name, links[name]) for name in names if name in links]
    through = {name: link for name, link in links.items() if CONDITIONING.fullmatch(name)}
    sides = {name: _role(name) for name in through}
    if set(sides.values()) == {POSITIVE, NEGATIVE}:
        # Such nodes give out the two in the order positive, negative.
        side = {0: POSITIVE, 1: NEGATIVE}.get(output, role)
        return [(name, link) for name, link in through.items() if sides[name] == side]
    if not through and len(links) == 1:  # a reroute
        return list(links.items())
    return list(through.items())


def _samplers(graph: Graph) -> list[Node]:
    """Nodes that take conditioning and don't hand it on: samplers and guiders that are used."""
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
    handing_on = {source for links in conditioned.values() for source, _ in links}
    return [
        node
        for node in graph.nodes.values()
        if conditioned[node.id]
        and (node.id in guiders or (node.id not in handing_on and _samples(graph, node)))
    ]


def _samples(graph: Graph, node: Node) -> bool:
    """Whether a node that conditioning ends in makes pictures of it: none left dangling, and none
    that only looks for what a text says."""
    if SAMPLING & node.inputs.keys():
        return True
    sides = [name for name in node.links() if POSITIVE_NAME.search(name)]
    return bool(sides) and node.id in graph.used


def _texts(graph: Graph, node: Node, role: str) -> Iterator[PromptText]:
    """The texts of a node that is met on a role's way; one that has both roles' gives its own."""
    other = POSITIVE_NAME if role == NEGATIVE else NEGATIVE_NAME
    for name in node.inputs:
        if not other.search(name):
            yield from _text(graph, node, name, role)


def _text(graph: Graph, node: Node, name: str, role: str) -> Iterator[PromptText]:
    if _is_text(graph, node, name):
        found = graph.literal(node, name)
        assert isinstance(found, Literal)
        yield PromptText(role, node, name, found.value)


def _is_text(graph: Graph, node: Node, name: str) -> bool:
    if name == SYSTEM or not TEXT.fullmatch(name):
        return False
    found = graph.literal(node, name)
    return found is not None and isinstance(found.value, str)
