"""Verdict on the results that a job kept; the database, the API and the panel use the same one.

The report that is wired into a Save Job decides, together with the reports of the gates, Best Ofs
and retries before it. If there are none of these, the last report of each kind decides. Earlier
measurements don't count. A job whose Save Jobs wrote nothing never passes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from ...gating.copies import original_of
from ...report import Verdict
from ..job import JobState, ShownReport
from .graph import Node
from .report_links import Decider, ReportLinks

WORST_FIRST = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)


class JudgedBy(str, Enum):
    """Rule that gave a job its verdict."""

    KEPT = "kept"  # the reports on the results that its Save Jobs save decide
    LAST = "last"  # no Save Job decides, so the last report of each kind does
    WORST = "worst"  # all reports decide, for an older job whose data don't allow the other rules


@dataclass(frozen=True)
class ReportSummary:
    """Part of a report that the verdict of a job needs.

    Attributes:
        node_id: id of the node that showed the report.
        subject: subject of the `Report`.
        verdict: PASS, FAIL or NOT_MEASURED.
        score: score from 0 to 100; None if a required measurement has no value.
    """

    node_id: str
    subject: str
    verdict: Verdict
    score: float | None


@dataclass(frozen=True)
class JobVerdict:
    """Verdict of a job.

    Attributes:
        verdict: worst verdict of the deciding reports; None if no report decides.
        score: lowest score of the deciding reports; None if one of them has no score.
        deciding: positions of the deciding reports, in their order.
        judged_by: rule that gave the verdict; None if no report decides.
    """

    verdict: Verdict | None = None
    score: float | None = None
    deciding: tuple[int, ...] = ()
    judged_by: JudgedBy | None = None


def judge(
    state: JobState,
    graph: Mapping[str, Any] | None,
    reports: Sequence[ReportSummary],
    saved_by: Collection[str] | None = None,
) -> JobVerdict:
    """Return the verdict of a job by its reports.

    Args:
        state: state of the job; only a completed job has a verdict.
        graph: prompt in API format, valid or not; None if it is unknown.
        reports: reports that the nodes showed, without the attempts of a retry.
        saved_by: ids of the Save Jobs that wrote files; None if they are unknown.

    Examples:
        >>> reports = [ReportSummary("5", "loop", Verdict.PASS, 92.0)]
        >>> judge(JobState.COMPLETED, {}, reports).verdict.value
        'PASS'
        >>> judge(JobState.FAILED, {}, reports).verdict is None
        True
    """
    if state is not JobState.COMPLETED or not reports:
        return JobVerdict()
    judging = _Judging(graph, reports)
    kept = judging.kept(saved_by)
    if kept is None:
        return _verdict(reports, judging.last(), JudgedBy.LAST)
    return _verdict(reports, kept, JudgedBy.KEPT)


def judge_by_worst(reports: Sequence[ReportSummary]) -> JobVerdict:
    """Return the verdict of a completed job by all its reports, the rule before `judge` existed."""
    return _verdict(reports, range(len(reports)), JudgedBy.WORST)


def summaries(reports: Iterable[ShownReport]) -> list[ReportSummary]:
    """Return the parts of reports that `judge` needs.

    Raises:
        KeyError, TypeError, ValueError: one of them is not a report of this pack.
    """
    return [
        ReportSummary(
            each.node_id,
            str(each.report.get("subject")),
            Verdict(each.report["verdict"]),
            None if each.report["score"] is None else float(each.report["score"]),
        )
        for each in reports
    ]


def _verdict(
    reports: Sequence[ReportSummary], deciding: Iterable[int], judged_by: JudgedBy
) -> JobVerdict:
    positions = tuple(sorted(deciding))
    if not positions:
        return JobVerdict()
    verdicts = {reports[each].verdict for each in positions}
    verdict = next((each for each in WORST_FIRST if each in verdicts), None)
    scores = [reports[each].score for each in positions]
    measured = [score for score in scores if score is not None]
    score = min(measured) if len(measured) == len(scores) else None
    return JobVerdict(verdict, score, positions, judged_by)


class _Judging:
    """The reports of a job with their subjects, and the links between the nodes that made them."""

    def __init__(self, graph: Mapping[str, Any] | None, reports: Sequence[ReportSummary]) -> None:
        nodes_of_prompt = graph if isinstance(graph, Mapping) else {}
        reports = [
            replace(each, node_id=original_of(each.node_id, nodes_of_prompt)) for each in reports
        ]
        self._reports = reports
        self._shown_by: dict[str, list[int]] = {}
        for position, report in enumerate(reports):
            self._shown_by.setdefault(report.node_id, []).append(position)
        self._links = ReportLinks(graph, self._shown_by)
        kinds = [self._links.kind(each.node_id, each.subject) for each in reports]
        nodes = [each.node_id for each in reports]
        kind_of = dict(zip(nodes, kinds, strict=True))
        self._subjects = [
            self._links.subjects(node, kind, kind_of)
            for node, kind in zip(nodes, kinds, strict=True)
        ]

    def kept(self, saved_by: Collection[str] | None) -> set[int] | None:
        """Return the positions of the reports that decide about the results that were saved.

        Returns:
            The positions; empty if there can be no verdict, because nothing was saved and no report
            failed, or because the wired report was measured in another job. None if no Save Job
            decides.
        """
        saves = list(self._links.saves())
        connected = [each for each in saves if self._links.may_write(each)]
        if connected and saved_by is not None:
            saves = [each for each in connected if each.id in saved_by]
            if not saves:  # nothing was saved, so a PASS must not count
                latest = {each for save in connected for each in self._latest_of(save)}
                return self._failing(latest)
        decisions: set[int] = set()
        of_rejected: set[int] = set()
        for save in saves:
            positions = self._decisions(save)
            if any(each.rejected_side for each in self._links.deciders(save)):
                of_rejected |= positions
            else:
                decisions |= positions
        unknown = any(self._links.has_unknown_report(save) for save in saves)
        # Save Jobs of rejected results decide only if there is no other Save Job.
        return decisions or of_rejected or (set() if unknown else None)

    def last(self) -> set[int]:
        """Return the positions of the last report of each kind."""
        positions = set(range(len(self._reports)))
        for node in self._shown_by:
            positions.difference_update(self._links.included(node))
        return self._latest(positions or set(range(len(self._reports))))

    def _decisions(self, save: Node) -> set[int]:
        """Return the positions of the reports that decide about the results of one Save Job."""
        wired, latest = self._wired(save), self._latest_of(save)
        # Besides the wired report, a decider before it counts only if it did not pass, or if it
        # measured the subjects of the wired report again.
        return (wired & latest or latest) | self._failing(latest) if wired else latest

    def _wired(self, save: Node) -> set[int]:
        return self._replace_by_kept(self._links.wired(save.id), self._links.deciders(save))

    def _latest_of(self, save: Node) -> set[int]:
        """Return the positions of the last reports upstream of a Save Job or wired into it."""
        deciders = self._links.deciders(save)
        of_deciders = {position for each in deciders for position in self._report_of(each)}
        return self._latest(of_deciders | self._wired(save))

    def _failing(self, positions: set[int]) -> set[int]:
        return {each for each in positions if self._reports[each].verdict is not Verdict.PASS}

    def _replace_by_kept(self, wired: Sequence[int], deciders: Sequence[Decider]) -> set[int]:
        """Return the deciders' reports that were made from a wired report, or else that report."""
        nodes = [
            each.node
            for each in deciders
            if wired and not each.rejected_side and self._shown_by.get(each.node)
            and tuple(wired) == self._links.included(each.node)
        ]  # fmt: skip
        last = [
            node
            for node in nodes
            if not any(node in self._links.ancestors(other) for other in nodes)
        ]
        return {position for node in last for position in self._shown_by[node]} or set(wired)

    def _report_of(self, decider: Decider) -> Sequence[int]:
        """Return the positions of a decider's own report, or of the report that it read."""
        own_reports = self._shown_by.get(decider.node)
        if own_reports and not decider.rejected_side:
            return own_reports
        return self._links.included(decider.node)

    def _latest(self, positions: set[int]) -> set[int]:
        """Return the positions without the reports whose subjects were all measured again later."""
        return {each for each in positions if not self._is_outdated(each, positions)}

    def _is_outdated(self, position: int, positions: set[int]) -> bool:
        not_repeated = set(self._subjects[position])
        for other in positions:
            if not_repeated & self._subjects[other] and self._is_before(position, other):
                not_repeated -= self._subjects[other]
        return not not_repeated

    def _is_before(self, earlier: int, later: int) -> bool:
        first, second = self._reports[earlier].node_id, self._reports[later].node_id
        return self._links.is_before(first, second) and not self._links.is_before(second, first)
