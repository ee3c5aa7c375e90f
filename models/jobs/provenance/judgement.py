"""Verdict of a job: that of what it kept, in one function for the database, the API and the panel.

A report that is wired into a Save Job decides, with those of the gates, Best Ofs and retries before
it. Without any of these the last report of each kind does. Earlier measurements don't count. A job
whose Save Jobs wrote nothing never passes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ...report import Verdict
from ..job import JobState, ShownReport
from .graph import Node
from .report_links import Decider, ReportLinks

WORST_FIRST = (Verdict.FAIL, Verdict.NOT_MEASURED, Verdict.PASS)


class JudgedBy(str, Enum):
    """Rule by which a job has its verdict."""

    KEPT = "kept"  # the reports of what its Save Jobs save
    LAST = "last"  # no Save Job says which: the last report of each kind
    WORST = "worst"  # all reports, of a job that was recorded before this rule and can't be judged


@dataclass(frozen=True)
class ReportSummary:
    """Part of a report that a job's verdict is made from.

    Attributes:
        node_id: of the node that showed it.
        subject: as in a `Report`.
        verdict: PASS, FAIL or NOT_MEASURED.
        score: 0 to 100; None if something required is not measured.
    """

    node_id: str
    subject: str
    verdict: Verdict
    score: float | None


@dataclass(frozen=True)
class JobVerdict:
    """Verdict of a job.

    Attributes:
        verdict: the worst of the deciding reports; None if nothing decides.
        score: the lowest of theirs; None if one of them has none.
        deciding: positions of the reports that decide, in their order.
        judged_by: the rule; None if nothing decides.
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
    """Judge a job by its reports.

    Args:
        state: only a completed job has a verdict.
        graph: the prompt in API format, whatever it holds; None if it isn't known.
        reports: those that its nodes showed, without the attempts of a retry.
        saved_by: ids of the Save Jobs that wrote files; None if that isn't known.
    """
    if state is not JobState.COMPLETED or not reports:
        return JobVerdict()
    judging = _Judging(graph, reports)
    kept = judging.kept(saved_by)
    if kept is None:
        return _verdict(reports, judging.last(), JudgedBy.LAST)
    return _verdict(reports, kept, JudgedBy.KEPT)


def judge_by_worst(reports: Sequence[ReportSummary]) -> JobVerdict:
    """Judge a completed job by all its reports, as it was done before `judge`."""
    return _verdict(reports, range(len(reports)), JudgedBy.WORST)


def summaries(reports: Iterable[ShownReport]) -> list[ReportSummary]:
    """Return what `judge` needs of reports.

    Raises:
        KeyError, TypeError, ValueError: one of them is no report.
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
    """The reports of one job, with the links that say what each of them is about."""

    def __init__(self, graph: Mapping[str, Any] | None, reports: Sequence[ReportSummary]) -> None:
        self._reports = reports
        self._shown_by: dict[str, list[int]] = {}
        for position, each in enumerate(reports):
            self._shown_by.setdefault(each.node_id, []).append(position)
        self._links = ReportLinks(graph, self._shown_by)
        subject_of = {each.node_id: each.subject for each in reports}
        self._subjects = [
            self._links.subjects(each.node_id, each.subject, subject_of) for each in reports
        ]

    def kept(self, saved_by: Collection[str] | None) -> set[int] | None:
        """Return the positions of the reports that decide by what the Save Jobs saved.

        Returns:
            None if no Save Job says what was kept; nothing if none can have a verdict: it saved
            nothing, or what is wired into it was measured elsewhere.
        """
        saves = list(self._links.saves())
        able = [each for each in saves if self._links.may_write(each)]
        if able and saved_by is not None:
            saves = [each for each in able if each.id in saved_by]
            if not saves:  # whatever passes passed for nothing
                return self._failing({each for save in able for each in self._latest_of(save)})
        decisions: set[int] = set()
        of_rejected: set[int] = set()
        for save in saves:
            positions = self._decisions(save)
            if any(each.rejected_side for each in self._links.deciders(save)):
                of_rejected |= positions
            else:
                decisions |= positions
        unknown = any(self._links.has_unknown_report(save) for save in saves)
        return decisions or of_rejected or (set() if unknown else None)

    def last(self) -> set[int]:
        """Return the positions of the last report of each kind."""
        positions = set(range(len(self._reports)))
        for node in self._shown_by:
            positions.difference_update(self._links.taken_in(node))
        return self._latest(positions or set(range(len(self._reports))))

    def _decisions(self, save: Node) -> set[int]:
        """Return the positions of the reports that decide about what one Save Job saves."""
        wired, latest = self._wired(save), self._latest_of(save)
        # A decider before the wired report counts only where it stood in the way, or where it
        # measured again what the wired report had measured.
        return (wired & latest or latest) | self._failing(latest) if wired else latest

    def _wired(self, save: Node) -> set[int]:
        return self._in_place_of(self._links.wired(save.id), self._links.deciders(save))

    def _latest_of(self, save: Node) -> set[int]:
        """Return the positions of the last reports on the way to a Save Job, its own among them."""
        deciders = self._links.deciders(save)
        of_deciders = {position for each in deciders for position in self._report_of(each)}
        return self._latest(of_deciders | self._wired(save))

    def _failing(self, positions: set[int]) -> set[int]:
        return {each for each in positions if self._reports[each].verdict is not Verdict.PASS}

    def _in_place_of(self, wired: Sequence[int], deciders: Sequence[Decider]) -> set[int]:
        """Return the kept reports that were made of a wired report; itself if there are none."""
        takers = [
            each.node
            for each in deciders
            if wired and not each.rejected_side and self._shown_by.get(each.node)
            and tuple(wired) == self._links.taken_in(each.node)
        ]  # fmt: skip
        last = [
            node
            for node in takers
            if not any(node in self._links.ancestors(other) for other in takers)
        ]
        return {position for node in last for position in self._shown_by[node]} or set(wired)

    def _report_of(self, decider: Decider) -> Sequence[int]:
        """Return the positions of a decider's own report, or of the one that it read."""
        own = self._shown_by.get(decider.node)
        if own and not decider.rejected_side:
            return own
        return self._links.taken_in(decider.node)

    def _latest(self, positions: set[int]) -> set[int]:
        """Drop the reports whose subjects were all measured again later."""
        return {each for each in positions if not self._is_outdated(each, positions)}

    def _is_outdated(self, position: int, positions: set[int]) -> bool:
        left = set(self._subjects[position])
        for other in positions:
            if left & self._subjects[other] and self._is_before(position, other):
                left -= self._subjects[other]
        return not left

    def _is_before(self, earlier: int, later: int) -> bool:
        first, second = self._reports[earlier].node_id, self._reports[later].node_id
        return self._links.is_before(first, second) and not self._links.is_before(second, first)
