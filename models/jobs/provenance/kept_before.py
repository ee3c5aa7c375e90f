"""Computation of the reports on results that Gates and Best Ofs kept, for jobs without them.

Older versions of the pack did not record these reports.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from ...gating.gate import Level, OnFail, OnNotMeasured
from ...gating.kept import GateSettings, best_report, gate_report
from ...gating.retry import OnExhausted
from ...node_types import BEST_OF, GATE, RETRY_END, Blocked
from ...report import Report, Verdict
from ..job import NodeReport
from .graph import Graph, Node
from .report_links import DECIDERS, ReportLinks

Value = TypeVar("Value", str, int)
# Gates of the versions that recorded such jobs had no sound: version 0.1.0 had an output at the
# first of these numbers that was never blocked.
LATER_OUTPUTS = frozenset(map(GATE.number, ("accepted_audio", "rejected_audio")))


class NotRecomputable(ValueError):
    """The graph of a job doesn't tell what a Gate or Best Of kept; the message gives the reason."""


def has_kept_reports(graph: object) -> bool:
    """Return True if this version of the pack would record reports on kept results for a prompt."""
    nodes = graph.values() if isinstance(graph, Mapping) else ()
    classes = (node.get("class_type") for node in nodes if isinstance(node, Mapping))
    if not any(each in (GATE.id, BEST_OF.id) for each in classes):
        return False  # most jobs have neither, so that their graphs needn't be read
    return any(_shows_kept(node) for node in Graph(graph).nodes.values())


def compute_kept_reports(graph: object, reports: Sequence[NodeReport]) -> list[NodeReport]:
    """Compute the reports on the results that the Gates and Best Ofs of a completed prompt kept.

    Args:
        graph: prompt in API format.
        reports: reports that the nodes showed.

    Raises:
        NotRecomputable: a setting isn't in the graph, or a node can't use its report.
    """
    return list(_Replay(graph, reports).kept())


class _Replay:
    """Replay of a prompt: the decisions of its nodes in their order, and the blocked outputs."""

    def __init__(self, graph: object, reports: Sequence[NodeReport]) -> None:
        self._graph, self._reports = Graph(graph), reports
        shown_by: dict[str, list[int]] = {}
        for position, node_report in enumerate(reports):
            shown_by.setdefault(node_report.node_id, []).append(position)
        self._links = ReportLinks(graph, shown_by)
        self._blocked: set[tuple[str, int]] = set()
        self._unreached: set[str] = set()

    def kept(self) -> Iterator[NodeReport]:
        """Yield the kept reports of the nodes that were reached."""
        for node in self._in_order():
            sources = node.links().values()
            if any(each in self._blocked or each[0] in self._unreached for each in sources):
                self._unreached.add(node.id)
                continue
            report = self._report_at(node)
            kept = None if report is None else self._kept_by(node, report)
            if kept is not None:
                yield NodeReport(node.id, kept)

    def _in_order(self) -> list[Node]:
        """Return the nodes, each after all nodes that it depends on."""
        nodes = self._graph.nodes
        sources = {
            node.id: {source for source, _ in node.links().values() if source in nodes}
            for node in nodes.values()
        }
        try:
            return [nodes[each] for each in TopologicalSorter(sources).static_order()]
        except CycleError as error:
            raise NotRecomputable("the links of its graph form a cycle") from error

    def _report_at(self, node: Node) -> Report | None:
        """Return the report that a deciding node used; None if it used none."""
        if node.type not in DECIDERS:
            return None
        if node.type == RETRY_END.id:  # it shows the report of its attempts itself
            reports = [each.report for each in self._reports if each.node_id == node.id]
        else:
            reports = [self._reports[each].report for each in self._links.wired(node.id)]
        if len(reports) > 1:
            raise NotRecomputable(f"node {node.id} ran several times")
        return reports[0] if reports else None

    def _kept_by(self, node: Node, report: Report) -> Report | None:
        """Note the outputs that a node blocked; return the report on its kept results, if any."""
        if node.type == RETRY_END.id:
            exhausted = _setting(self._graph, node, "on_exhausted", OnExhausted.BEST.value)
            if report.verdict is not Verdict.PASS and exhausted == OnExhausted.BLOCK.value:
                self._block(node, RETRY_END.blocked_when(Blocked.EXHAUSTED))
            return None
        try:
            if node.type == BEST_OF.id:
                return best_report(report, _setting(self._graph, node, "k", 1))
            gating = gate_report(report, self._settings(node))
        except ValueError as error:  # also InputError, with which the node would have failed
            raise NotRecomputable(f"node {node.id}: {error}") from error
        if not gating.keeps:
            self._block(node, GATE.blocked_when(Blocked.NONE_ACCEPTED))
        if not gating.rejects:
            self._block(node, GATE.blocked_when(Blocked.NONE_REJECTED))
        return gating.kept

    def _block(self, node: Node, outputs: Iterable[int]) -> None:
        later = LATER_OUTPUTS if node.type == GATE.id else frozenset[int]()
        self._blocked.update((node.id, output) for output in outputs if output not in later)

    def _settings(self, node: Node) -> GateSettings:
        defaults = GateSettings()
        texts = {
            name: _setting(self._graph, node, name, str(default.value))
            for name, default in (
                ("level", defaults.level),
                ("on_fail", defaults.on_fail),
                ("on_not_measured", defaults.on_not_measured),
            )
        }
        return GateSettings(
            Level(texts["level"]),
            OnFail(texts["on_fail"]),
            OnNotMeasured(texts["on_not_measured"]),
            _setting(self._graph, node, "thresholds", defaults.thresholds),
        )


def _shows_kept(node: Node) -> bool:
    """Return True for a Best Of, and for a Gate that may judge frames or has own thresholds."""
    settings: Mapping[str, Any] = node.inputs
    judges_batch = settings.get("level", Level.BATCH.value) == Level.BATCH.value
    is_simple_gate = judges_batch and settings.get("thresholds", "") == ""
    return node.type == BEST_OF.id or (node.type == GATE.id and not is_simple_gate)


def _setting(graph: Graph, node: Node, name: str, default: Value) -> Value:
    """Return the value of an input, or a default if the node doesn't have the input.

    Raises:
        NotRecomputable: the value only existed while the graph ran.
    """
    if name not in node.inputs:
        return default
    literal = graph.literal(node, name)
    if literal is None or not isinstance(literal.value, type(default)):
        raise NotRecomputable(f"{name} of node {node.id} isn't written in its graph")
    value: Value = literal.value
    return value
