"""Nodes of a prompt whose own reports another report replaces."""

from collections.abc import Collection, Mapping

from ..node_types import REPORT_MERGE, RETRY_END, slot_at
from .copies import COPIES
from .links import Graph, is_link, links, node_type
from .merge_rule import Rule
from .retry_body import find_body


def superseded(graph: Graph, originals: Mapping[str, str]) -> set[str]:
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
        originals: node of the prompt by the id of each node that showed a result, which may be a
            copy of it.
    """
    replaced: set[str] = set()
    for node, original in originals.items():
        if node_type(graph, original) == RETRY_END.id:
            replaced_nodes: Collection[str] = find_body(graph, original).nodes
            replaced |= {each for each in originals if each.startswith(node + COPIES)}
        elif _merges_any(graph, original):
            replaced_nodes = _merged(graph, original)
        else:
            continue
        # The copies of one iteration or attempt have the same before the ids of their nodes.
        prefix = node.removesuffix(original)
        replaced |= {
            each
            for each, its_original in originals.items()
            if each.startswith(prefix) and its_original in replaced_nodes
        }
    return replaced


def _merges_any(graph: Graph, node: str) -> bool:
    is_merge = node_type(graph, node) == REPORT_MERGE.id
    return is_merge and graph[node].get("inputs", {}).get("rule") == Rule.ANY.value


def _merged(graph: Graph, merge: str) -> set[str]:
    """Return the nodes whose reports went into a merge, directly or through other merges."""
    visited: set[str] = set()
    waiting = [merge]
    while waiting:
        for _, node, output in links(graph[waiting.pop()]):
            source = _maker(graph, node, output)
            if source is not None and source not in visited:
                visited.add(source)
                if node_type(graph, source) == REPORT_MERGE.id:
                    waiting.append(source)
    return visited


def _maker(graph: Graph, source: str, output: int) -> str | None:
    """Return the node that made the value at an output, even if slots of retries pass it on."""
    while source in graph:
        slot = slot_at(node_type(graph, source), output)
        if slot is None:
            return source
        link = graph[source].get("inputs", {}).get(slot)
        if not is_link(link):
            break
        source, output = link[0], int(link[1])
    return None
