"""Nodes between an `AnimeRetryStart` and its `AnimeRetryEnd`, which every attempt runs again.

Below, a Start and an End are nodes of these two types.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..node_types import RETRY_END, RETRY_START, SLOTS, Output, slot_at
from .blocking import blocking_output, remedy
from .links import Graph, is_link, links, node_type, upstream_of
from .loops import copied_marks, loops_of

START, END = RETRY_START.id, RETRY_END.id
# The outputs of a Start below this number differ from attempt to attempt: seed, attempt, reason,
# last. The slots after them give out their inputs, which are the same in every attempt.
VARYING = RETRY_START.number(SLOTS[0])


class RetryRefused(ValueError):
    """Error of a retry that can't work as it is connected; the message says what to change."""


@dataclass(frozen=True)
class Body:
    """Part of a graph that is run again.

    Attributes:
        start: id of the Start.
        end: id of the End.
        nodes: ids of the nodes between them that depend on the attempt.
    """

    start: str
    end: str
    nodes: tuple[str, ...]


def find_body(graph: Graph, end: str) -> Body:
    """Find the nodes that an End runs again.

    Args:
        graph: graph with all nodes upstream of the End.
        end: id of the End.

    Raises:
        RetryRefused: the End has no Start, or several that are equally near, or its report does
            not depend on the attempt.
    """
    start = start_of(graph, end)
    upstream = upstream_of(graph, end)
    varying = _depending(graph, (*upstream, end), start)
    for loop in loops_of(graph):
        # A loop can't be run again in part, because its End waits for what its Start begins.
        if loop.end in upstream and not varying.isdisjoint(loop.nodes):
            varying |= loop.nodes
    report = graph[end]["inputs"].get("report")
    of_start = is_link(report) and report[0] == start and report[1] < VARYING
    if not of_start and not (is_link(report) and report[0] in varying):
        raise RetryRefused(
            f"{END}: its report does not depend on the seed, attempt, reason or last of its "
            f"{START} (node {start}), so that every attempt would be judged the same. Connect one "
            "of them, usually the seed, to what makes the images that the report is about."
        )
    return Body(start, end, tuple(node for node in upstream if node in varying))


def check_body(graph: Graph, body: Body) -> None:
    """Refuse a body whose End might never run, and slots without an input.

    An End whose inputs are blocked never runs, and ComfyUI shows no message.

    Args:
        graph: the whole graph.
        body: body of the End.

    Raises:
        RetryRefused: an output in the body may be blocked, or an output of a slot is connected
            whose input is not.
    """
    for node in (*body.nodes, body.end):
        for name, source, output in links(graph[node]):
            blocking = blocking_output(graph[source], output) if source in body.nodes else None
            if blocking is not None:
                raise RetryRefused(_blocking_message(graph, source, blocking, node, name))
    for node in graph:
        for name, source, output in links(graph[node]):
            slot = slot_at(node_type(graph, source), output)
            if source in (body.start, body.end) and slot and slot not in graph[source]["inputs"]:
                raise RetryRefused(
                    f"{graph[source]['class_type']} (node {source}): its output {slot} goes "
                    f"to {name} of {graph[node]['class_type']} (node {node}), but its input {slot} "
                    f"is not connected. Connect its input {slot} too."
                )


def copy_body(
    graph: Graph, body: Body, prefix: str, start_inputs: Mapping[str, Any]
) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Copy the nodes of a body for one more attempt, in the form of ComfyUI's node expansion.

    Nodes that don't depend on the attempt are not copied: the copies are linked to them.

    Args:
        graph: graph with the whole body.
        body: body to copy.
        prefix: beginning of the copies' ids.
        start_inputs: additional inputs of the Start's copy, which keeps its seed and no slots.

    Returns:
        The copies by id, each displayed at its original, and the connected inputs of the End,
        linked to the copies.
    """
    copied = set(body.nodes)

    def relinked(inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {name: target(value) if is_link(value) else value for name, value in inputs.items()}

    def target(link: list[Any]) -> list[Any]:
        of_start = link[0] == body.start and link[1] < VARYING
        return [prefix + link[0], link[1]] if of_start or link[0] in copied else list(link)

    seed = {name: value for name, value in graph[body.start]["inputs"].items() if name == "seed"}
    copies = {prefix + body.start: _copy(graph, body.start, {**seed, **start_inputs})}
    for node in body.nodes:
        copies[prefix + node] = {
            **_copy(graph, node, relinked(graph[node]["inputs"])),
            **copied_marks(graph[node], prefix.__add__),
        }
    end_names = {"report", *SLOTS}
    end_inputs = graph[body.end]["inputs"]
    connected = {name: value for name, value in end_inputs.items() if name in end_names}
    return copies, relinked(connected)


def start_of(graph: Graph, end: str) -> str:
    """Return the nearest Start upstream of an End that belongs to no End between the two.

    Args:
        graph: graph with all nodes upstream of the End.
        end: id of the End.

    Raises:
        RetryRefused: the End has no Start, or several that are equally near.
    """
    return _start_of(graph, end, {})


def _start_of(graph: Graph, end: str, start_by_end: dict[str, str]) -> str:
    """Return the Start of an End; this call adds to the results so far, `start_by_end`."""
    if end in start_by_end:
        return start_by_end[end]
    upstream = upstream_of(graph, end)
    inner = [node for node in upstream if graph[node].get("class_type") == END]
    claimed = {_start_of(graph, node, start_by_end) for node in inner}
    free = {
        node: upstream_of(graph, node)
        for node in upstream
        if graph[node].get("class_type") == START and node not in claimed
    }
    nearest = [node for node in free if not any(node in before for before in free.values())]
    if not nearest:
        raise RetryRefused(
            f"{END} (node {end}): no {START} of its own is upstream. Add one, and connect its "
            "seed to the node that every attempt runs again."
        )
    if len(nearest) > 1:
        raise RetryRefused(
            f"{END} (node {end}): {len(nearest)} {START} are equally near upstream (nodes "
            f"{', '.join(sorted(nearest))}). Use only one of them in this retry."
        )
    start_by_end[end] = nearest[0]
    return nearest[0]


def _depending(graph: Graph, nodes: Iterable[str], start: str) -> set[str]:
    """Return the nodes that depend on a varying output of a Start."""
    consumers: dict[str, list[str]] = {}
    waiting = []
    for node in nodes:
        for _, source, output in links(graph[node]):
            if source != start:
                consumers.setdefault(source, []).append(node)
            elif output < VARYING:
                waiting.append(node)
    depending: set[str] = set()
    while waiting:
        node = waiting.pop()
        if node not in depending:
            depending.add(node)
            waiting += consumers.get(node, [])
    return depending


def _blocking_message(graph: Graph, source: str, output: Output, node: str, name: str) -> str:
    kind, consumer = graph[source]["class_type"], graph[node]["class_type"]
    for_a_gate = (
        f"Within a retry the {END} is the gate: connect it to what goes into the gate, or set "
        "the gate's on_fail to pass_through and use its accepted side."
    )
    return (
        f"{END}: {kind} (node {source}) within its retry may block {name} of {consumer} (node "
        f"{node}); then the {END} would never run, without any message. "
        f"{remedy(graph, source, output, for_a_gate)}"
    )


def _copy(graph: Graph, node: str, inputs: dict[str, Any]) -> dict[str, Any]:
    kind = graph[node]["class_type"]
    return {"class_type": kind, "inputs": inputs, "override_display_id": node}
