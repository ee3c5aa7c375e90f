"""What a phase is judged by: the reports that reach its gates, and the thresholds that hold."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..gating.gate import Level, OnFail, OnNotMeasured, Reason, decide, decide_frames
from ..gating.retry_body import is_link
from ..gating.thresholds import read_thresholds, with_thresholds
from ..node_types import GATE, NODE_TYPES
from ..profile import DEFAULT, Profile, ProfileError
from ..report import Report, merge
from .graph import nodes_of, title_of
from .phase_parameters import NODES, VALUE

# Which subject a node's report is of. A sheet's has no thresholds that a profile could move.
JUDGES = {each.id: each.subject for each in NODE_TYPES.values() if each.subject}
REPORT = "report"


@dataclass(frozen=True)
class Judge:
    """A node whose report reaches a gate.

    Attributes:
        node_id, title: of the node.
        subject: of its report; None for a node of another pack.
        profile: what it takes to pass, as the workflow was saved.
        profile_parameter: the parameter that chooses the profile, where one does.
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
        node_id, title: of the gate.
        report_node: whose report it decides by: a judge, or what merges several.
        judges: whose reports come together in that.
        thresholds: its own, which go before those of the report.
        frame_by_frame: whether it decides about each frame, and passes where all do.
        takes_unmeasured: whether what could not be measured passes.
    """

    node_id: str
    title: str
    report_node: str
    judges: tuple[Judge, ...]
    thresholds: str = ""
    frame_by_frame: bool = False
    takes_unmeasured: bool = False


def read_gates(graph: Mapping[str, Any]) -> tuple[Gate, ...]:
    """The gates of a graph that `check_graph` accepts."""
    gates = []
    for node_id in nodes_of(graph, GATE.id):
        inputs = graph[node_id]["inputs"]
        gate = Gate(
            node_id,
            title_of(graph[node_id]),
            report_node=str(inputs[REPORT][0]),
            judges=tuple(_judges(graph, node_id)),
            thresholds=str(inputs.get("thresholds") or ""),
            frame_by_frame=inputs.get("level") == Level.FRAME.value,
            takes_unmeasured=inputs.get("on_not_measured") == OnNotMeasured.ACCEPT.value,
        )
        gates.append(gate)
    return tuple(gates)


@dataclass(frozen=True)
class Judgement:
    """What an attempt comes to, by the gates of its workflow.

    Attributes:
        passed: whether it passes all of them.
        report: what the gates decided by, merged where they are several, with their thresholds.
        text: the gates' decisions in English, a line for each thing that doesn't pass.
        reasons: the same, one entry for each thing.
    """

    passed: bool
    report: Report
    text: str
    reasons: tuple[Reason, ...] = ()


def judge(gates: Sequence[Gate], reports: Mapping[str, Report]) -> Judgement | None:
    """What the gates of a workflow decided about a run, from the reports that it left.

    A sheet's report, or one that only a retry inside the workflow looked at, is no judgement of
    what was made: only what reaches a gate counts.

    Args:
        gates: of the workflow.
        reports: by the ids of the nodes that made them.

    Returns:
        The judgement; None where a gate's report isn't there, because the run ended before.

    Raises:
        InputError: a gate has thresholds that its report can't have.
    """
    found = [(gate, reports.get(gate.report_node)) for gate in gates]
    judged = [
        (gate, with_thresholds(report, read_thresholds(gate.thresholds)))
        for gate, report in found
        if report is not None
    ]
    if not judged or len(judged) < len(gates):
        return None
    decisions = []
    for gate, report in judged:
        unmeasured = OnNotMeasured.ACCEPT if gate.takes_unmeasured else OnNotMeasured.REJECT
        by_frame = gate.frame_by_frame and report.frames != 0
        decisions.append((decide_frames if by_frame else decide)(report, OnFail.BLOCK, unmeasured))
    return Judgement(
        passed=all(each.passed for each in decisions),
        report=merge(report for _, report in judged),
        text="\n".join(each.text for each in decisions),
        reasons=tuple(why for each in decisions for why in each.reasons),
    )


def described(gate: Gate, profile_of: Callable[[str], Profile | None]) -> dict[str, Any]:
    """A gate as JSON values, with the thresholds of what is required.

    Args:
        gate: of a phase.
        profile_of: the profile of a name; None where there is none that can be read.
    """
    return {
        "node": gate.node_id,
        "title": gate.title,
        "thresholds": gate.thresholds,
        "judges": [
            {
                "node": judge.node_id,
                "title": judge.title,
                "subject": judge.subject,
                "profile": judge.profile,
                "profile_parameter": judge.profile_parameter,
                "thresholds": _thresholds(judge, profile_of),
            }
            for judge in gate.judges
        ],
    }


def _thresholds(
    judge: Judge, profile_of: Callable[[str], Profile | None]
) -> list[dict[str, Any]] | None:
    """None where they can't be known before it runs."""
    if judge.subject is None or judge.profile is None:
        return None
    profile = profile_of(judge.profile)
    if profile is None:
        return None
    try:
        from ..measures import MEASURES  # late: it loads all that measures

        measures = profile.applied(judge.subject, *MEASURES[judge.subject])
    except ProfileError:  # said where the profile is used
        return None
    return [
        {
            "measure": each.name,
            # A character's references set the threshold of likeness themselves.
            "threshold": list(each.threshold)
            if isinstance(each.threshold, tuple)
            else each.threshold,
            "unit": each.unit,
            "better": each.better.value,
        }
        for each in measures
        if each.required
    ]


def _judges(graph: Mapping[str, Any], gate: str) -> Iterator[Judge]:
    """Upstream from a gate by reports alone: an input that is called so, or leads to a merge."""
    waiting, met = [str(graph[gate]["inputs"][REPORT][0])], set()
    while waiting:
        node_id = waiting.pop(0)
        if node_id in met:
            continue
        met.add(node_id)
        node = graph[node_id]
        inputs = node["inputs"]
        if node["class_type"] not in JUDGES:
            behind = [
                value[0]
                for name, value in inputs.items()
                if name.startswith(REPORT) and is_link(value)
            ]
            waiting += behind
            if behind:
                continue
        subject = JUDGES.get(node["class_type"])
        named, parameter = inputs.get("profile", DEFAULT), None
        if is_link(named):
            source = graph[named[0]]
            known = source["class_type"] in NODES
            parameter = source["inputs"].get("name") if known else None
            named = source["inputs"].get(VALUE) if known else None
        profile = named if subject is not None and isinstance(named, str) else None
        yield Judge(node_id, title_of(node), subject, profile, parameter)
