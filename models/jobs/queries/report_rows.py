"""The rows of a job's reports: their measurements, and the attempts of a retry."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ...gating.retry import reason_of
from ...measurement import Measurement
from ...node_types import RETRY_END
from ...report import Report, ReportError
from ..job import NodeReport, ShownReport
from ..strict_json import strict_json
from . import sql

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

RETRY = "retry"  # backend of the measurement that carries a retry's attempts


@dataclass(frozen=True)
class NewReport:
    """A report that a job is to have.

    Attributes:
        event_id: of the job's end.
        job_id: of the job.
        position: the place among the reports of the job, from 0.
        node_report: the report and its node.
    """

    event_id: UUID
    job_id: UUID
    position: int
    node_report: NodeReport


def add_reports(
    connection: "Connection", event_id: UUID, job_id: UUID, shown: Iterable[ShownReport]
) -> None:
    """Add everything that a job's nodes reported.

    Args:
        connection: inside a transaction.
        event_id: of the job's end.
        job_id: of the job.
        shown: in the order in which the nodes ran.
    """
    reports = list(_read(shown))
    ids = add_rows(
        connection,
        [NewReport(event_id, job_id, place, each) for place, each in enumerate(reports)],
    )
    # Not in the row from the start: step 7 of the migrations adds rows before there is the column.
    explained = [
        {"id": report_id, "name": measurement.name}
        for report_id, each in zip(ids, reports, strict=True)
        if (measurement := each.report.explained_by) is not None
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql("explain_report"), explained)
    for each in reports:
        attempts = [{"job_id": job_id, **attempt} for attempt in _attempts(each)]
        if attempts and _is_retry_end(connection, job_id, each.node_id):
            with connection.cursor() as cursor:
                cursor.executemany(sql("add_retry_attempt"), attempts)


def add_rows(connection: "Connection", reports: Sequence[NewReport]) -> list[int]:
    """Add reports with their measurements, and return the ids of their rows.

    Args:
        connection: inside a transaction.
        reports: of any jobs.
    """
    if not reports:
        return []
    ids = []
    with connection.cursor() as cursor:
        cursor.executemany(sql("add_report"), map(_report, reports), returning=True)
        for _ in reports:
            (report_id,) = cursor.fetchone() or (0,)  # RETURNING always gives one
            ids.append(int(report_id))
            cursor.nextset()
        measurements = [
            {"report_id": report_id, "position": place, **_measurement(measurement)}
            for report_id, each in zip(ids, reports, strict=True)
            for place, measurement in enumerate(each.node_report.report.measurements)
        ]
        cursor.executemany(sql("add_measurement"), measurements)
    return ids


def _read(shown: Iterable[ShownReport]) -> Iterator[NodeReport]:
    for each in shown:
        try:
            yield each.read()
        except ReportError as error:  # another pack's, shown under our name
            log.warning("Node %s showed a report that is none: %s", each.node_id, error)


def _report(each: NewReport) -> dict[str, Any]:
    report, worst = each.node_report.report, each.node_report.report.worst
    return {
        "event_id": each.event_id,
        "job_id": each.job_id,
        "position": each.position,
        "node_id": each.node_report.node_id,
        "subject": report.subject,
        "verdict": report.verdict.value,
        "score": report.score,
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
    for shapeless in ("reason_values", "per_frame", "details"):
        data[shapeless] = strict_json(data[shapeless])
    return data


def _is_retry_end(connection: "Connection", job_id: UUID, node_id: str) -> bool:
    """Not a node after it, which shows the same report, merged or gated. A node that the graph
    doesn't have was made while it ran: a Retry End that continued the first."""
    row = connection.execute(sql("type_of_node"), {"job_id": job_id, "node_id": node_id}).fetchone()
    return row is not None and row[0] in (RETRY_END.id, None)


def _attempts(each: NodeReport) -> Iterator[dict[str, Any]]:
    """The rounds of a Retry End's own retry; those of one within it come before it."""
    carriers = [one for one in each.report.measurements if one.backend == RETRY]
    details = carriers[-1].details if carriers else {}
    for attempt in details.get("attempts", ()):
        report = Report.from_dict(attempt["report"])
        yield {
            "node_id": each.node_id,
            "number": attempt["attempt"],
            "seed": attempt["seed"],
            "verdict": report.verdict.value,
            "score": report.score,
            "reason": reason_of(report),
            "chosen": attempt["attempt"] == details.get("chosen"),
        }
