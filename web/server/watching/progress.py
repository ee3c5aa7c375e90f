"""How far a prompt is: the part of its nodes that are done."""

import time
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from ....models.gating.retry_body import is_link

PAUSE = 1.0  # seconds between two words on one job


def nodes_that_run(
    graph: Mapping[str, Any], outputs: Collection[str], cached: Collection[str]
) -> set[str]:
    """The nodes that a prompt needs: its outputs and what they depend on, up to what is cached.

    Args:
        graph: the prompt in API format.
        outputs: ids of the nodes that it is run for.
        cached: ids of those whose results are there already.
    """
    needed: set[str] = set()
    waiting = [node for node in outputs if node in graph]
    while waiting:
        node = waiting.pop()
        if node in needed:
            continue
        needed.add(node)
        if node not in cached:
            inputs = graph[node].get("inputs", {}).values()
            waiting += [value[0] for value in inputs if is_link(value) and value[0] in graph]
    return needed


class Progress:
    """Counts a prompt's nodes as they are done, and says once a second that it is worth saying."""

    def __init__(self, job_id: UUID, nodes: set[str], cached: Collection[str]) -> None:
        """Begin with what is cached.

        Args:
            job_id: whose prompt runs.
            nodes: those that it needs.
            cached: ids of those whose results are there already.
        """
        self.job_id = job_id
        self._nodes, self._done = nodes, nodes.intersection(cached)
        self._next = time.monotonic() + PAUSE

    @property
    def share(self) -> float:
        """The part that is done, 0 to 1."""
        return len(self._done) / len(self._nodes) if self._nodes else 0.0

    def is_worth_saying(self, node_id: str) -> bool:
        """A node is done: whether somebody should hear how far the prompt is.

        A node that an expansion added doesn't count: the one that asked for it does.
        """
        if node_id not in self._nodes or node_id in self._done:
            return False
        self._done.add(node_id)
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + PAUSE
        return True
