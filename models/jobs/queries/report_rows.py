"""Rows of a job's reports, of their measurements, and of the attempts of a retry."""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...gating.copies import possible_originals
from ...gating.retry import reason_of
from ...measurement import Measurement
from ...node_types import RETRY_END
from ...report import RETRY, Report, ReportError
from ..job import NodeReport, ShownReport
from ..strict_json import strict_json
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class NewReport:
    """A report to add to a job.

    Attributes:
        event_id: id of the event of the job's end.
        job_id: id of the job.
        position: number of the report in the job, from 0.
        node_report: report with its node.
        score: score of the report. The version of the pack that made the report may have computed
            it by another formula, and what a maker saw stays.
    """

    event_id: UUID
    job_id: UUID
    position: int
    node_report: NodeReport
    score: float | None


def add_reports(
    connection: "Connection", event_id: UUID, job_id: UUID, shown_reports: Iterable[ShownReport]
) -> None:
    """Add the reports that a job's nodes showed, with their measurements and retry attempts.

    Args:
        connection: connection inside a transaction.
        event_id: id of the event of the job's end.
        job_id: id of the job.
        shown_reports: reports in the order in which the nodes ran.
    """
    reports = list(_read(shown_reports))
    ids = add_rows(
        connection,
        [
            NewReport(event_id, job_id, position, node_report, score)
            for position, (node_report, score, _) in enumerate(reports)
        ],
    )
    # These columns are filled afterwards, because the step of migration 7 uses `add_rows` on a
    # schema that doesn't have them yet.
    explained = [
        {"id": report_id, "name": measurement.name}
        for report_id, (each, _, _) in zip(ids, reports, strict=True)
        if (measurement := each.report.explained_by) is not None
    ]
    with_sets = [
        {"id": report_id, "sets": list(sets)}
        for report_id, (_, _, sets) in zip(ids, reports, strict=True)
        if sets
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql("explain_report"), explained)
        cursor.executemany(sql("note_snapshot_sets"), with_sets)
    for node_report, _, _ in reports:
        attempts = [{"job_id": job_id, **attempt} for attempt in _attempts(node_report)]
        if attempts and _is_retry_end(connection, job_id, node_report.node_id):
            with connection.cursor() as cursor:
                cursor.executemany(sql("add_retry_attempt"), attempts)


def add_rows(connection: "Connection", reports: Sequence[NewReport]) -> list[int]:
    """Add reports with their measurements, and return the ids of their rows.

    Args:
        connection: connection inside a transaction.
        reports: reports of any jobs.
    """
    if not reports:
        return []
    ids = []
    with connection.cursor() as cursor:
        cursor.executemany(sql("add_report"), map(_report, reports), returning=True)
        for _ in reports:
            (report_id,) = cursor.fetchone() or (0,)  # RETURNING always returns a row
            ids.append(int(report_id))
            cursor.nextset()
        measurements = [
            {"report_id": report_id, "position": position, **_measurement(measurement)}
            for report_id, each in zip(ids, reports, strict=True)
            for position, measurement in enumerate(each.node_report.report.measurements)
        ]
        cursor.executemany(sql("add_measurement"), measurements)
    return ids


def _read(
    shown_reports: Iterable[ShownReport],
) -> Iterator[tuple[NodeReport, float | None, tuple[UUID, ...]]]:
    """Yield each report of this pack, the score that was shown, and the ids of its snapshots."""
    for shown_report in shown_reports:
        try:
            node_report = shown_report.read()
            score = _shown_score(shown_report.report, node_report.report)
            yield node_report, score, shown_report.snapshots
        except ReportError as error:  # a node of another pack may show it under the same key
            log.warning(
                "Node %s showed a report that isn't one of this pack: %s",
                shown_report.node_id,
                error,
            )


def _shown_score(data: Mapping[str, Any], report: Report) -> float | None:
    """Return the score in a report's JSON, or the report's own if that is none."""
    score = data.get("score")
    return score if isinstance(score, int | float) and 0 <= score <= 100 else report.score


def _report(new_report: NewReport) -> dict[str, Any]:
    report = new_report.node_report.report
    worst = report.worst
    return {
        "event_id": new_report.event_id,
        "job_id": new_report.job_id,
        "position": new_report.position,
        "node_id": new_report.node_report.node_id,
        "subject": report.subject,
        "verdict": report.verdict.value,
        "score": new_report.score,
        "frames": report.frames,
        "fps": report.fps,
        "worst_frame": worst and worst.frame,
        "worst_reason_code": worst and worst.reason_code,
        "worst_reason": worst and worst.reason,
    }


def _measurement(measurement: Measurement) -> dict[str, Any]:
    data = measurement.to_dict()
    threshold = data.pop("threshold")
    ends = threshold if isinstance(threshold, list) else [threshold, threshold]
    data["threshold_from"], data["threshold_to"] = ends
    for json_column in ("reason_values", "per_frame", "details"):
        data[json_column] = strict_json(data[json_column])
    return data


def _is_retry_end(connection: "Connection", job_id: UUID, node_id: str) -> bool:
    """Return True if a node is a Retry End.

    Nodes after a Retry End can show the same report, merged or gated. A node that isn't in the
    graph and is no copy of one that is, was made while the graph ran: it is a Retry End that
    continues the first one.
    """
    values = {"job_id": job_id, "nodes": list(possible_originals(node_id))}
    row = connection.execute(sql("type_of_node"), values).fetchone()
    return row is None or row[0] == RETRY_END.id


def _attempts(node_report: NodeReport) -> Iterator[dict[str, Any]]:
    """Yield the attempts of a Retry End: its retry is the last one, after the retries inside it."""
    retries = [each for each in node_report.report.measurements if each.backend == RETRY]
    details = retries[-1].details if retries else {}
    for attempt in details.get("attempts", ()):
        report = Report.from_dict(attempt["report"])
        yield {
            "node_id": node_report.node_id,
            "number": attempt["attempt"],
            "seed": attempt["seed"],
            "verdict": report.verdict.value,
            "score": _shown_score(attempt["report"], report),
            "reason": reason_of(report),
            "chosen": attempt["attempt"] == details.get("chosen"),
        }
