"""Links of a prompt along which reports and pictures go, for the verdict on what was kept.

Nothing here raises, whatever the graph holds.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...node_types import (
    BEST_OF,
    GATE,
    JOB_SAVE,
    LOOP_CLOSE,
    LOOP_FIND,
    REPORT_MERGE,
    RETRY_END,
    Blocked,
    slot_at,
)
from ...report import MERGED
from .graph import LONGEST_WAY, Graph, Node

SAVE, MERGE, END = JOB_SAVE.id, REPORT_MERGE.id, RETRY_END.id
DECIDERS = (GATE.id, BEST_OF.id, END)
REJECTED_SIDE = GATE.blocked_when(Blocked.REJECTED)
REPORT, PICTURES = "report", ("images", "video")  # inputs of Save Job and of deciders
# These report on the pictures that they give out. All others report on those that they are given.
JUDGE_THEIR_OUTPUT = (*DECIDERS, LOOP_FIND.id, LOOP_CLOSE.id)


@dataclass(frozen=True)
class Decider:
    """A Gate, Best Of or Retry End before a Save Job.

    Attributes:
        node: id of the node.
        rejected_side: True if the Save Job gets what this gate rejected, and nothing else of it.
    """

    node: str
    rejected_side: bool


class ReportLinks:
    """The nodes of one prompt and the reports that they showed."""

    def __init__(self, graph: object, shown_by: Mapping[str, Sequence[int]]) -> None:
        """Read the graph.

        Args:
            graph: the prompt in API format.
            shown_by: positions of the reports of each node, by its id.
        """
        self._graph, self._shown_by = Graph(graph), shown_by
        self._ancestors: dict[str, frozenset[str]] = {}
        self._pictures: dict[str, frozenset[str]] = {}

    def saves(self) -> Iterator[Node]:
        """Yield the Save Job nodes."""
        return (node for node in self._graph.nodes.values() if node.type == SAVE)

    def may_write(self, save: Node) -> bool:
        """Return True if a Save Job has pictures or a video to save."""
        return any(name in save.links() for name in PICTURES)

    def has_unknown_report(self, save: Node) -> bool:
        """Return True if a report that this job did not measure is wired into a Save Job."""
        return REPORT in save.links() and not self.wired(save.id)

    def type_of(self, node: str) -> str:
        """Return the class of a node; "" if the graph doesn't have it."""
        return self._graph.nodes[node].type if node in self._graph.nodes else ""

    def wired(self, node: str, name: str = REPORT) -> tuple[int, ...]:
        """Return the positions of the reports that reach an input; none if none was shown.

        A report through a slot of a Retry is that of the Retry End, which speaks for its attempts.
        """
        maker, ends = self._maker(node, name)
        for each in (maker, *ends):
            if each is not None and self._shown_by.get(each):
                return tuple(self._shown_by[each])
        return ()

    def taken_in(self, node: str) -> tuple[int, ...]:
        """Return the positions of the reports that went into a node's own report."""
        if self.type_of(node) not in (MERGE, *DECIDERS):
            return ()
        names = self._report_inputs(self._graph.nodes[node])
        return tuple(position for name in names for position in self.wired(node, name))

    def deciders(self, save: Node) -> tuple[Decider, ...]:
        """Return the deciders upstream of what a Save Job saves, the nearest first.

        What is upstream of a scoring node counts only if the node was not reached: then a decider
        before it may have blocked it.
        """
        names = [*PICTURES, *(() if self.wired(save.id) else (REPORT,))]
        waiting, visited = deque([(save, names)]), {save.id}
        accepted_sides: dict[str, bool] = {}
        while waiting:
            node, names = waiting.popleft()
            links = node.links()
            for name in names:
                source, output = links.get(name, ("", 0))
                if source not in self._graph.nodes:
                    continue
                maker = self._graph.nodes[source]
                if maker.type in DECIDERS:
                    rejected = maker.type == GATE.id and output in REJECTED_SIDE
                    accepted_sides[source] = accepted_sides.get(source, False) or not rejected
                if source not in visited:
                    visited.add(source)
                    waiting.append((maker, self._leading_up(maker)))
        return tuple(Decider(node, not accepted) for node, accepted in accepted_sides.items())

    def is_before(self, earlier: str, later: str) -> bool:
        """Return True if a node reported on pictures that came before those of another node.

        False as well where the graph sets no order.
        """
        first, second = self._pictures_of(earlier), self._pictures_of(later)
        return bool(first and second) and all(
            any(each in self.ancestors(other) for other in second) for each in first
        )

    def ancestors(self, node: str) -> frozenset[str]:
        """Return the ids of all nodes upstream of a node, without itself."""
        if node not in self._ancestors:
            visited, waiting = {node}, [node]
            while waiting:
                for source, _ in self._graph.nodes[waiting.pop()].links().values():
                    if source in self._graph.nodes and source not in visited:
                        visited.add(source)
                        waiting.append(source)
            self._ancestors[node] = frozenset(visited - {node})
        return self._ancestors[node]

    def subjects(self, node: str, subject: str, subject_of: Mapping[str, str]) -> frozenset[str]:
        """Return what a node's report is about, of a merged report all that went into it.

        Args:
            node: id of the node.
            subject: of its report.
            subject_of: the subject of each node's report, by the node's id.
        """
        if subject != MERGED:
            return frozenset([subject])

        def is_merged(each: str) -> bool:
            merges = self.type_of(each) in (MERGE, *DECIDERS)
            return merges and subject_of.get(each, MERGED) == MERGED

        leaves = self._leaves(node, is_merged)
        return frozenset(subject_of.get(each, MERGED) for each in leaves) or frozenset([MERGED])

    def _leading_up(self, node: Node) -> list[str]:
        """Return the inputs through which the way upstream goes on."""
        if node.type in DECIDERS and self.wired(node.id):
            return [name for name in node.inputs if name != REPORT]
        return list(node.inputs)

    def _pictures_of(self, node: str) -> frozenset[str]:
        """Return the nodes whose pictures a node's report is about."""
        if node not in self._pictures:
            leaves = self._leaves(node, lambda each: self.type_of(each) == MERGE)
            makers = (self._judged_by(each) for each in leaves)
            self._pictures[node] = frozenset(maker for maker in makers if maker is not None)
        return self._pictures[node]

    def _judged_by(self, node: str) -> str | None:
        if self.type_of(node) in JUDGE_THEIR_OUTPUT:
            return node
        maker, ends = self._maker(node, PICTURES[0])
        return ends[0] if ends else maker  # out of a retry come the pictures of its End

    def _leaves(self, node: str, is_merged: Callable[[str], bool]) -> list[str]:
        """Return the nodes whose reports a merge is made of; of other nodes the node itself."""
        waiting, visited, leaves = [node], {node}, list[str]()
        while waiting:
            each = waiting.pop()
            if not is_merged(each):
                leaves.append(each)
                continue
            for name in self._report_inputs(self._graph.nodes[each]):
                maker, _ = self._maker(each, name)
                if maker is not None and maker not in visited:
                    visited.add(maker)
                    waiting.append(maker)
        return leaves

    @staticmethod
    def _report_inputs(node: Node) -> list[str]:
        if node.type == MERGE:
            return [name for name in node.inputs if name.startswith("reports")]
        return [REPORT]

    def _maker(self, node: str, name: str) -> tuple[str | None, list[str]]:
        """Find the node that made what comes into an input, behind nodes that only hand on.

        Returns:
            The node's id, None if nothing comes; and the Retry Ends on the way, the last first.
        """
        ends: list[str] = []
        each = self._graph.nodes.get(node)
        for _ in range(LONGEST_WAY):
            link = None if each is None else each.links().get(name)
            if link is None or link[0] not in self._graph.nodes:
                break
            each, output = self._graph.nodes[link[0]], link[1]
            following = self._handed_on(each, output)
            if following is None:
                return each.id, ends
            if each.type == END:
                ends.append(each.id)
            name = following
        return None, ends

    def _handed_on(self, node: Node, output: int) -> str | None:
        return slot_at(node.type, output) or self._graph.handed_on(node, output)
