"""Gates of a phase's workflow: the reports that reach them, their thresholds, their decisions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..gating.frame_verdicts import is_about_the_whole
from ..gating.gate import Level, OnFail, OnNotMeasured, Reason, decide, decide_frames
from ..gating.links import is_link
from ..gating.thresholds import read_thresholds, with_thresholds
from ..node_types import GATE, NODE_TYPES, REPORT_FROM_ANSWER, REPORT_FROM_VALUE
from ..profile import DEFAULT, Profile, ProfileError
from ..report import FROM_ANSWER, FROM_VALUE, Report, merge
from .graph import nodes_of, title_of
from .phase_parameters import NODES, VALUE

# Subject of the report of each scoring node, by class. A Character Sheet is not among them: its
# report has no thresholds that a profile can set.
REPORT_SUBJECTS = {each.id: each.subject for each in NODE_TYPES.values() if each.subject}
REPORT = "report"  # input of a gate, and start of the names of a merging node's inputs


@dataclass(frozen=True)
class ScoringNode:
    """A node whose report reaches a gate.

    Attributes:
        node_id, title: id and title of the node.
        subject: subject of its report; None for a node of another pack.
        profile: name of the profile that the saved workflow judges with; None if it can't be read
            from the graph.
        profile_parameter: name of the parameter that chooses the profile, or None.
    """

    node_id: str
    title: str
    subject: str | None
    profile: str | None = None
    profile_parameter: str | None = None


@dataclass(frozen=True)
class Gate:
    """A gate of a workflow.

    Attributes:
        node_id, title: id and title of the gate.
        report_node: id of the node whose report the gate decides by: a scoring node, or a node
            that merges several reports.
        scoring_nodes: nodes whose reports that report consists of.
        thresholds: text of the gate's own thresholds, which replace those of the report.
        frame_by_frame: True if the gate decides about each frame, and passes if all frames pass.
        accepts_unmeasured: True if a measurement without a value passes.
    """

    node_id: str
    title: str
    report_node: str
    scoring_nodes: tuple[ScoringNode, ...]
    thresholds: str = ""
    frame_by_frame: bool = False
    accepts_unmeasured: bool = False


def read_gates(graph: Mapping[str, Any]) -> tuple[Gate, ...]:
    """Return the gates of a graph that `check_graph` accepts."""
    gates = []
    for node_id in nodes_of(graph, GATE.id):
        inputs = graph[node_id]["inputs"]
        gate = Gate(
            node_id,
            title_of(graph[node_id]),
            report_node=str(inputs[REPORT][0]),
            scoring_nodes=tuple(_scoring_nodes(graph, node_id)),
            thresholds=str(inputs.get("thresholds") or ""),
            frame_by_frame=inputs.get("level") == Level.FRAME.value,
            accepts_unmeasured=inputs.get("on_not_measured") == OnNotMeasured.ACCEPT.value,
        )
        gates.append(gate)
    return tuple(gates)


def own_names(graph: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names that a graph gives to the measurements of other packs."""
    names = [
        graph[node_id]["inputs"].get("name", subject)
        for node_type, subject in (
            (REPORT_FROM_VALUE, FROM_VALUE),
            (REPORT_FROM_ANSWER, FROM_ANSWER),
        )
        for node_id in nodes_of(graph, node_type.id)
    ]
    return tuple(each.strip() for each in names if isinstance(each, str))


@dataclass(frozen=True)
class Judgement:
    """Decision of all gates of a workflow about one run.

    Attributes:
        passed: True if all gates pass.
        report: report that the gates decided by, with the gates' thresholds; the reports of
            several gates are merged.
        text: decisions in English, one line for each measurement that doesn't pass.
        reasons: the same decisions, one entry for each measurement that doesn't pass.
    """

    passed: bool
    report: Report
    text: str
    reasons: tuple[Reason, ...] = ()


def judge(gates: Sequence[Gate], reports: Mapping[str, Report]) -> Judgement | None:
    """Repeat the decisions of a workflow's gates about a run, from the reports of the run.

    Only reports that reach a gate count. The report of a Character Sheet, or a report that only a
    retry inside the workflow used, doesn't judge the result of the run.

    Args:
        gates: gates of the workflow.
        reports: reports of the run, by the ids of the nodes that made them.

    Returns:
        The decision; None if a gate's report is missing, because the run ended before it.

    Raises:
        InputError: a gate's thresholds don't fit its report.
    """
    gate_reports = [
        (gate, with_thresholds(reports[gate.report_node], read_thresholds(gate.thresholds)))
        for gate in gates
        if gate.report_node in reports
    ]
    if not gate_reports or len(gate_reports) < len(gates):
        return None
    decisions = []
    for gate, report in gate_reports:
        unmeasured = OnNotMeasured.ACCEPT if gate.accepts_unmeasured else OnNotMeasured.REJECT
        # About one picture, a report about the whole is the same as one about its only frame.
        by_frame = gate.frame_by_frame and not (report.frames == 0 or is_about_the_whole(report))
        decisions.append((decide_frames if by_frame else decide)(report, OnFail.BLOCK, unmeasured))
    return Judgement(
        passed=all(each.passed for each in decisions),
        report=merge(report for _, report in gate_reports),
        text="\n".join(each.text for each in decisions),
        reasons=tuple(reason for each in decisions for reason in each.reasons),
    )


def describe_gate(gate: Gate, profile_of: Callable[[str], Profile | None]) -> dict[str, Any]:
    """Return a gate as JSON values, with the thresholds of its required measurements.

    Args:
        gate: gate of a phase.
        profile_of: function that returns the profile of a name, or None if it can't be read.
    """
    return {
        "node": gate.node_id,
        "title": gate.title,
        "thresholds": gate.thresholds,
        "judges": [
            {
                "node": node.node_id,
                "title": node.title,
                "subject": node.subject,
                "profile": node.profile,
                "profile_parameter": node.profile_parameter,
                "thresholds": _thresholds(node, profile_of),
            }
            for node in gate.scoring_nodes
        ],
    }


def _thresholds(
    node: ScoringNode, profile_of: Callable[[str], Profile | None]
) -> list[dict[str, Any]] | None:
    """Return a scoring node's required thresholds; None if they are unknown before it runs."""
    if node.subject is None or node.profile is None:
        return None
    profile = profile_of(node.profile)
    if profile is None:
        return None
    try:
        from ..measures import MEASURES  # imported late, because it loads every measure's code

        measures = profile.applied(node.subject, *MEASURES[node.subject])
    except ProfileError:  # the node that uses the profile reports the error
        return None
    return [
        {
            "measure": each.name,
            # None for a character's similarity, whose threshold comes from its references.
            "threshold": list(each.threshold)
            if isinstance(each.threshold, tuple)
            else each.threshold,
            "unit": each.unit,
            "better": each.better.value,
        }
        for each in measures
        if each.required
    ]


def _scoring_nodes(graph: Mapping[str, Any], gate: str) -> Iterator[ScoringNode]:
    """Yield the scoring nodes upstream of a gate, along inputs whose names begin with `report`."""
    pending, visited = [str(graph[gate]["inputs"][REPORT][0])], set()
    while pending:
        node_id = pending.pop(0)
        if node_id in visited:
            continue
        visited.add(node_id)
        node = graph[node_id]
        inputs = node["inputs"]
        if node["class_type"] not in REPORT_SUBJECTS:
            upstream = [
                value[0]
                for name, value in inputs.items()
                if name.startswith(REPORT) and is_link(value)
            ]
            pending += upstream
            if upstream:
                continue
        subject = REPORT_SUBJECTS.get(node["class_type"])
        profile, parameter = inputs.get("profile", DEFAULT), None
        if is_link(profile):
            source = graph[profile[0]]
            is_parameter = source["class_type"] in NODES
            parameter = source["inputs"].get("name") if is_parameter else None
            profile = source["inputs"].get(VALUE) if is_parameter else None
        if subject is None or not isinstance(profile, str):
            profile = None
        yield ScoringNode(node_id, title_of(node), subject, profile, parameter)
