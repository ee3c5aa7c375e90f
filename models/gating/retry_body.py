"""Nodes between an `AnimeRetryStart` and its `AnimeRetryEnd`, which every attempt runs again.

A graph is a prompt in ComfyUI's API format: node id -> {"class_type": …, "inputs": {name: value or
[node id, output]}}. Below, a Start and an End are nodes of these two types.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..node_types import (
    BEST_TAKE,
    GATE,
    REPORT_MERGE,
    RETRY_END,
    RETRY_START,
    SLOTS,
    Blocked,
    Output,
    output_at,
    slot_at,
)
from .gate import OnFail
from .merge_rule import Rule
from .retry import OnExhausted
from .takes import OnNone

Graph = Mapping[str, Mapping[str, Any]]

START, END = RETRY_START.id, RETRY_END.id
# The outputs of a Start below this number differ from attempt to attempt: seed, attempt, reason,
# last. The slots after them give out their inputs, which are the same in every attempt.
VARYING = RETRY_START.number(SLOTS[0])
COPIES = ".attempt_"  # part of the ids of copies
# Policies with which a gate never blocks its accepted side, and a Best Take none of its pictures:
# something goes on, or the prompt fails.
NON_BLOCKING = (OnFail.PASS_THROUGH.value, OnFail.BEST.value, OnFail.ERROR.value)


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


def find_body(graph: Graph, end: str) -> Body:
    """Find the nodes that an End runs again.

    Args:
        graph: graph with all nodes upstream of the End.
        end: id of the End.

    Raises:
        RetryRefused: the End has no Start, or several that are equally near, or its report does
            not depend on the attempt.
    """
    start = _start_of(graph, end, {})
    upstream = upstream_of(graph, end)
    varying = _depending(graph, (*upstream, end), start)
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
            blocking = _blocking_output(graph[source], output) if source in body.nodes else None
            if blocking is not None:
                raise RetryRefused(_blocking_message(graph, source, blocking, node, name))
    for node in graph:
        for name, source, output in links(graph[node]):
            slot = slot_at(_node_type(graph, source), output)
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
        copies[prefix + node] = _copy(graph, node, relinked(graph[node]["inputs"]))
    end_names = {"report", *SLOTS}
    end_inputs = graph[body.end]["inputs"]
    connected = {name: value for name, value in end_inputs.items() if name in end_names}
    return copies, relinked(connected)


def attempt_prefix(end: str, attempt: int) -> str:
    """Return the beginning of the ids of an attempt's copies."""
    return f"{end}{COPIES}{attempt}."


def superseded(graph: Graph, executed: Collection[str]) -> set[str]:
    """Return the nodes whose own reports another report replaces, so that they aren't recorded.

    - An End replaces the reports of all attempts, in copies and outside of them. Only the End's
      report says which attempt was kept.
    - A merge with the rule any replaces the reports that it merges, directly or through other
      merges: it passes if one of them does, and its report holds them all. With the rule all, each
      of them counts, so none is replaced.

    A Gate and a Best Of replace nothing. The report that they read is of the whole batch, and it is
    recorded beside the report of the kept frames. `judgement.judge` decides between the two.

    Args:
        graph: the prompt.
        executed: ids of the nodes that showed a result, copies included.
    """
    replaced: set[str] = set()
    for node in executed:
        kind, inputs = graph.get(node, {}).get("class_type"), graph.get(node, {}).get("inputs", {})
        if kind == END:
            replaced.update(find_body(graph, node).nodes)
            replaced.update(each for each in executed if each.startswith(node + COPIES))
        elif kind == REPORT_MERGE.id and inputs.get("rule") == Rule.ANY.value:
            replaced |= _merged(graph, node)
    return replaced.intersection(executed)


def _merged(graph: Graph, merge: str) -> set[str]:
    """Return the nodes whose reports went into a merge, directly or through other merges."""
    visited: set[str] = set()
    waiting = [merge]
    while waiting:
        for _, node, output in links(graph[waiting.pop()]):
            source = _maker(graph, node, output)
            if source is not None and source not in visited:
                visited.add(source)
                if _node_type(graph, source) == REPORT_MERGE.id:
                    waiting.append(source)
    return visited


def _maker(graph: Graph, source: str, output: int) -> str | None:
    """Return the node that made the value at an output, even if slots of retries pass it on."""
    while source in graph:
        slot = slot_at(_node_type(graph, source), output)
        if slot is None:
            return source
        link = graph[source].get("inputs", {}).get(slot)
        if not is_link(link):
            break
        source, output = link[0], int(link[1])
    return None


def _start_of(graph: Graph, end: str, start_by_end: dict[str, str]) -> str:
    """Return the nearest Start upstream of an End that belongs to no End between the two.

    Args:
        graph: graph with all nodes upstream of the End.
        end: id of the End.
        start_by_end: results so far, which this call adds to.
    """
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


def _blocking_output(node: Mapping[str, Any], number: int) -> Output | None:
    """Return an output of a node if the node's settings may block it, else None."""
    inputs, output = node.get("inputs", {}), output_at(node.get("class_type", ""), number)
    if output is None or output.blocked is Blocked.NEVER:
        return None
    takes_go_on = inputs.get("on_none", OnNone.BEST.value) in NON_BLOCKING
    never_blocks = {
        # A policy from a link may be `block`, which is also the default.
        Blocked.NONE_ACCEPTED: inputs.get("on_fail", OnFail.BLOCK.value) in NON_BLOCKING,
        Blocked.EXHAUSTED: inputs.get("on_exhausted") != OnExhausted.BLOCK.value,
        Blocked.UNCONNECTED: True,
        Blocked.NONE_PASSES: takes_go_on,
        Blocked.NO_SOUND: takes_go_on
        and _connected(inputs, "audios") == _connected(inputs, "takes"),
    }
    is_filled = _connected(inputs, output.source) > 0
    return None if is_filled and never_blocks.get(output.blocked, False) else output


def _connected(inputs: Mapping[str, Any], name: str) -> int:
    """Return the number of values at an input, which may be one that grows (`takes.take0`)."""
    return sum(each == name or each.startswith(f"{name}.") for each in inputs)


def _blocking_message(graph: Graph, source: str, output: Output, node: str, name: str) -> str:
    kind, consumer = graph[source]["class_type"], graph[node]["class_type"]
    remedy = "Connect an output that is never blocked, such as pass, instead."
    is_empty = output.source and not _connected(graph[source]["inputs"], output.source)
    if is_empty and output.blocked is not Blocked.NONE_REJECTED:
        remedy = f"Connect its input {output.source}."
    elif kind == GATE.id:
        remedy = (
            f"Within a retry the {END} is the gate: connect it to what goes into the gate, or set "
            "the gate's on_fail to pass_through and use its accepted side."
        )
    elif kind == BEST_TAKE.id:
        remedy = "Set its on_none to best, and for its sound connect one for each take."
    elif kind == END:
        remedy = "Set its on_exhausted to best or pass_through."
    return (
        f"{END}: {kind} (node {source}) within its retry may block {name} of {consumer} (node "
        f"{node}); then the {END} would never run, without any message. {remedy}"
    )


def _node_type(graph: Graph, node: str) -> str:
    return str(graph.get(node, {}).get("class_type", ""))


def _copy(graph: Graph, node: str, inputs: dict[str, Any]) -> dict[str, Any]:
    kind = graph[node]["class_type"]
    return {"class_type": kind, "inputs": inputs, "override_display_id": node}
