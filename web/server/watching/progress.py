"""Progress of a running prompt: the share of its nodes that are done."""

import time
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from ....models.gating.copies import original_of
from ....models.gating.links import is_link

ANNOUNCE_SECONDS = 1.0  # least time between two announcements of a job's progress


def nodes_that_run(
    graph: Mapping[str, Any], outputs: Collection[str], cached: Collection[str]
) -> set[str]:
    """Return the nodes that a prompt needs: its output nodes and all nodes that lead to them.

    The nodes that lead to a cached node are not needed.

    Args:
        graph: prompt in API format.
        outputs: ids of the output nodes for which the prompt runs.
        cached: ids of the nodes whose results are cached.
    """
    needed: set[str] = set()
    pending = [node for node in outputs if node in graph]
    while pending:
        node = pending.pop()
        if node in needed:
            continue
        needed.add(node)
        if node not in cached:
            inputs = graph[node].get("inputs", {}).values()
            pending += [value[0] for value in inputs if is_link(value) and value[0] in graph]
    return needed


class Progress:
    """Counter of a running prompt's finished nodes."""

    def __init__(self, job_id: UUID, nodes: set[str], cached: Collection[str]) -> None:
        """Count the cached nodes as finished.

        Args:
            job_id: id of the job whose prompt runs.
            nodes: ids of the nodes that the prompt needs.
            cached: ids of the nodes whose results are cached.
        """
        self.job_id = job_id
        self._nodes, self._done = nodes, nodes.intersection(cached)
        self._next_announcement = time.monotonic() + ANNOUNCE_SECONDS

    @property
    def share(self) -> float:
        """Share of the nodes that are done, 0 to 1."""
        return len(self._done) / len(self._nodes) if self._nodes else 0.0

    def count_node(self, node_id: str) -> bool:
        """Count a finished node; return True if the progress should be announced now.

        In a loop only copies of the nodes run. A node is done with the first of its copies.
        """
        node_id = original_of(node_id, self._nodes)
        if node_id not in self._nodes or node_id in self._done:
            return False
        self._done.add(node_id)
        if time.monotonic() < self._next_announcement:
            return False
        self._next_announcement = time.monotonic() + ANNOUNCE_SECONDS
        return True
