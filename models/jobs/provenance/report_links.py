"""Links of reports and pictures in a prompt, for the verdict on the results that were kept.

Nothing here raises, whatever the graph contains.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...node_types import (
    BEST_OF,
    BEST_TAKE,
    GATE,
    JOB_SAVE,
    LOOP_CLOSE,
    LOOP_FIND,
    REPORT_FROM_ANSWER,
    REPORT_FROM_VALUE,
    REPORT_MERGE,
    RETRY_END,
    Blocked,
    slot_at,
)
from ...report import MERGED, OF_OTHER_PACKS
from .graph import LONGEST_PATH, Graph, Node

SAVE, MERGE, END = JOB_SAVE.id, REPORT_MERGE.id, RETRY_END.id
DECIDERS = (GATE.id, BEST_OF.id, BEST_TAKE.id, END)
SEVERAL_REPORTS = (MERGE, BEST_TAKE.id)  # classes with inputs `reports.report0`, `reports.report1`
REJECTED_SIDE = GATE.blocked_when(Blocked.NONE_REJECTED)
REPORT, PICTURES = "report", ("images", "video")  # inputs of Save Job and of deciders
# Classes that report on the pictures they return; all others report on the pictures they receive.
REPORTS_ON_OUTPUT = (*DECIDERS, LOOP_FIND.id, LOOP_CLOSE.id)
# Classes that report on what a node of another pack measured. That node receives the pictures.
REPORTS_FROM_NODES = (REPORT_FROM_VALUE.id, REPORT_FROM_ANSWER.id)
PICTURES_OF_OTHER_PACKS = ("images", "image", "frames", "video", "pixels")


@dataclass(frozen=True)
class Decider:
    """A Gate, Best Of, Best Take or Retry End before a Save Job.

    Attributes:
        node: id of the node.
        rejected_side: True if the Save Job receives only what this gate rejected.
    """

    node: str
    rejected_side: bool


class ReportLinks:
    """The nodes of one prompt and the reports that they showed."""

    def __init__(self, graph: object, shown_by: Mapping[str, Sequence[int]]) -> None:
        """Read the graph.

        Args:
            graph: prompt in API format.
            shown_by: positions of each node's reports, by the node's id.
        """
        self._graph, self._shown_by = Graph(graph), shown_by
        self._ancestors: dict[str, frozenset[str]] = {}
        self._pictures: dict[str, frozenset[str]] = {}

    def saves(self) -> Iterator[Node]:
        """Yield the Save Job nodes."""
        return (node for node in self._graph.nodes.values() if node.type == SAVE)

    def may_write(self, save: Node) -> bool:
        """Return True if a Save Job has pictures or a video as input."""
        return any(name in save.links() for name in PICTURES)

    def has_unknown_report(self, save: Node) -> bool:
        """Return True if the report wired into a Save Job was not measured in this job."""
        return REPORT in save.links() and not self.wired(save.id)

    def type_of(self, node: str) -> str:
        """Return the class of a node; "" if the graph doesn't contain it."""
        return self._graph.nodes[node].type if node in self._graph.nodes else ""

    def wired(self, node: str, name: str = REPORT) -> tuple[int, ...]:
        """Return the positions of the reports that reach an input; empty if none was shown.

        If the report comes through a slot of a Retry, these are the reports of the Retry End,
        because they stand for the reports of all its attempts.
        """
        maker, ends = self._maker(node, name)
        for source in (maker, *ends):
            if source is not None and self._shown_by.get(source):
                return tuple(self._shown_by[source])
        return ()

    def included(self, node: str) -> tuple[int, ...]:
        """Return the positions of the reports from which a node's own report was made."""
        if self.type_of(node) not in (MERGE, *DECIDERS):
            return ()
        names = self._report_inputs(self._graph.nodes[node])
        return tuple(position for name in names for position in self.wired(node, name))

    def deciders(self, save: Node) -> tuple[Decider, ...]:
        """Return the deciders upstream of a Save Job's inputs, the nearest first.

        The search follows the input `report` of a Save Job or decider only if no report reached it,
        because then a decider further upstream may have blocked the node that makes the report.
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
                    waiting.append((maker, self._upstream_inputs(maker)))
        return tuple(Decider(node, not accepted) for node, accepted in accepted_sides.items())

    def is_before(self, earlier: str, later: str) -> bool:
        """Return True if the pictures of one node's report are upstream of another node's.

        It is False if the graph sets no order.
        """
        first, second = self._pictures_of(earlier), self._pictures_of(later)
        return bool(first and second) and all(
            any(source in self.ancestors(target) for target in second) for source in first
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

    def kind(self, node: str, subject: str) -> str:
        """Return the kind of a node's report: its subject, and of another pack's value the name.

        Two values of other packs measure the same thing only if the maker gave them one name.
        """
        if subject not in OF_OTHER_PACKS:
            return subject
        inputs = self._graph.nodes[node].inputs if node in self._graph.nodes else {}
        name = inputs.get("name", "")
        return f"{subject}: {name if isinstance(name, str) else node}"

    def subjects(self, node: str, subject: str, subject_of: Mapping[str, str]) -> frozenset[str]:
        """Return the subjects of a node's report, for a merged report those of all its parts.

        Args:
            node: id of the node.
            subject: subject of the node's report.
            subject_of: subject of each node's report, by the node's id.
        """
        if subject != MERGED:
            return frozenset([subject])

        def is_merged(node_id: str) -> bool:
            merges = self.type_of(node_id) in (MERGE, *DECIDERS)
            return merges and subject_of.get(node_id, MERGED) == MERGED

        leaves = self._leaves(node, is_merged)
        return frozenset(subject_of.get(each, MERGED) for each in leaves) or frozenset([MERGED])

    def _upstream_inputs(self, node: Node) -> list[str]:
        """Return the inputs through which the search for deciders goes on."""
        reports = self._report_inputs(node)
        if node.type in DECIDERS and any(self.wired(node.id, name) for name in reports):
            return [name for name in node.inputs if name not in reports]
        return list(node.inputs)

    def _pictures_of(self, node: str) -> frozenset[str]:
        """Return the nodes that made the pictures of a node's report."""
        if node not in self._pictures:
            leaves = self._leaves(node, lambda each: self.type_of(each) == MERGE)
            makers = (self._picture_maker(each) for each in leaves)
            self._pictures[node] = frozenset(maker for maker in makers if maker is not None)
        return self._pictures[node]

    def _picture_maker(self, node: str) -> str | None:
        if self.type_of(node) in REPORTS_ON_OUTPUT:
            return node
        name = PICTURES[0]
        if self.type_of(node) in REPORTS_FROM_NODES:
            node, name = self._measuring_input(node)
        maker, ends = self._maker(node, name)
        return ends[0] if ends else maker  # the pictures of a retry are those of its Retry End

    def _measuring_input(self, node: str) -> tuple[str, str]:
        """Return the nearest node upstream with an input for pictures, and that input's name.

        Returns:
            The node itself and an input that it lacks, if there is none.
        """
        waiting, visited = deque([node]), {node}
        while waiting:
            current = waiting.popleft()
            links = self._graph.nodes[current].links()
            # ComfyUI writes the inputs that grow as "images.image_1".
            name = next(
                (each for each in links if each.partition(".")[0] in PICTURES_OF_OTHER_PACKS), None
            )
            if name is not None:
                return current, name
            for source, _ in links.values():
                if source in self._graph.nodes and source not in visited:
                    visited.add(source)
                    waiting.append(source)
        return node, PICTURES[0]

    def _leaves(self, node: str, is_merged: Callable[[str], bool]) -> list[str]:
        """Return the nodes whose reports a merged report contains; else the node itself."""
        waiting, visited, leaves = [node], {node}, list[str]()
        while waiting:
            current = waiting.pop()
            if not is_merged(current):
                leaves.append(current)
                continue
            for name in self._report_inputs(self._graph.nodes[current]):
                maker, _ = self._maker(current, name)
                if maker is not None and maker not in visited:
                    visited.add(maker)
                    waiting.append(maker)
        return leaves

    @staticmethod
    def _report_inputs(node: Node) -> list[str]:
        if node.type in SEVERAL_REPORTS:
            return [name for name in node.inputs if name.startswith("reports")]
        return [REPORT]

    def _maker(self, node: str, name: str) -> tuple[str | None, list[str]]:
        """Find the node that made the value of an input, behind nodes that pass it on unchanged.

        Returns:
            The node's id, or None if the input has no link; and the Retry Ends in between, the
            last one first.
        """
        ends: list[str] = []
        current = self._graph.nodes.get(node)
        for _ in range(LONGEST_PATH):
            link = None if current is None else current.links().get(name)
            if link is None or link[0] not in self._graph.nodes:
                break
            current, output = self._graph.nodes[link[0]], link[1]
            passed_input = self._passed_input(current, output)
            if passed_input is None:
                return current.id, ends
            if current.type == END:
                ends.append(current.id)
            name = passed_input
        return None, ends

    def _passed_input(self, node: Node, output: int) -> str | None:
        return slot_at(node.type, output) or self._graph.passed_input(node, output)
