"""Columns of a job: where each comes from, its type, and the answers that have it.

The SELECTs, the JSON of the list and of one job, and the columns of the export are made of this
table. A column that a `Job` has from its beginning is a field of `Job` too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import Flag, auto
from typing import Any
from uuid import UUID

from ..report import Verdict
from .job import Job, JobError, JobSource, JobState, ReviewVerdict
from .json_values import to_json_value
from .provenance.judgement import JudgedBy

# Of each job, beside its row: what its ids name. A SELECT of columns has it after `FROM … jobs`.
NAMES = """
JOIN anime.projects ON projects.id = jobs.project_id
JOIN anime.machines ON machines.id = jobs.machine_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
"""


class Answer(Flag):
    """An answer that has columns of jobs."""

    LIST = auto()  # a row of the list
    RECORD = auto()  # one job
    EXPORT = auto()  # a file for a spreadsheet, in the order of the table


@dataclass(frozen=True)
class JobColumn:
    """A column of a job.

    Attributes:
        name: in answers.
        type: of its values in Python.
        sql: expression over `jobs` and `NAMES`; in the list also over `worst`, the measurement
            that explains the verdict.
        answers: those that have it.
        digits: decimal places of a number in answers; None for all.
    """

    name: str
    type: Any
    sql: str
    answers: Answer
    digits: int | None = None

    def json(self, value: Any) -> Any:
        """Return a value as answers have it."""
        if value is not None and self.digits is not None:
            return round(value, self.digits)
        return to_json_value(value)


LIST, RECORD, EXPORT = Answer.LIST, Answer.RECORD, Answer.EXPORT
ALL = LIST | RECORD | EXPORT
ERROR = """
CASE WHEN jobs.error_message IS NOT NULL THEN jsonb_build_object(
    'node_id', jobs.error_node_id, 'node_type', jobs.error_node_type,
    'exception', jobs.error_exception, 'message', jobs.error_message,
    'traceback', jobs.error_traceback
) END"""
HAS_THUMBNAIL = """
EXISTS (
    SELECT FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
    WHERE artifacts.job_id = jobs.id
)"""

COLUMNS = (
    JobColumn("id", UUID, "jobs.id", ALL),
    JobColumn("prompt_id", str | None, "jobs.prompt_id", ALL),
    JobColumn("project", str, "projects.name", ALL),
    JobColumn("episode", str, "coalesce(shots.episode, '')", ALL),
    JobColumn("scene", str, "coalesce(shots.scene, '')", ALL),
    JobColumn("shot", str, "coalesce(shots.shot, '')", ALL),
    JobColumn("character", str, "coalesce(characters.name, '')", ALL),
    JobColumn("tags", tuple[str, ...], "jobs.tags", ALL),
    JobColumn("model", str | None, "jobs.model", LIST | EXPORT),
    JobColumn("state", JobState, "jobs.state", ALL),
    JobColumn("progress", float | None, "jobs.progress", LIST | RECORD),
    JobColumn("progress_node_id", str | None, "jobs.progress_node_id", LIST),
    JobColumn("verdict", Verdict | None, "jobs.verdict", ALL),
    JobColumn("score", float | None, "jobs.score", ALL, digits=2),
    JobColumn("judged_by", JudgedBy | None, "jobs.judged_by", ALL),
    JobColumn("reason_code", str | None, "worst.reason_code", LIST),
    JobColumn("reason_values", Mapping[str, Any] | None, "worst.reason_values", LIST),
    JobColumn("reason", str | None, "worst.reason", LIST | EXPORT),
    JobColumn("review", ReviewVerdict | None, "jobs.review", ALL),
    JobColumn("source", JobSource, "jobs.source", ALL),
    JobColumn("machine", str, "machines.name", ALL),
    JobColumn("client_id", str | None, "jobs.client_id", RECORD),
    JobColumn("process_id", UUID | None, "jobs.process_id", RECORD),
    JobColumn("created_at", datetime, "jobs.created_at", ALL),
    JobColumn("started_at", datetime | None, "jobs.started_at", ALL),
    JobColumn("finished_at", datetime | None, "jobs.finished_at", ALL),
    JobColumn("reproduced_from", UUID | None, "jobs.reproduced_from", ALL),
    JobColumn("error", str | None, "jobs.error_message", LIST | EXPORT),
    JobColumn("error", JobError | None, ERROR, RECORD),
    JobColumn("has_thumbnail", bool, HAS_THUMBNAIL, LIST),
)


def columns_of(answer: Answer) -> list[JobColumn]:
    """Return the columns that an answer has, in the order of the table."""
    return [each for each in COLUMNS if answer in each.answers]


def select(answer: Answer) -> str:
    """Return the columns of an answer, for a SELECT from jobs and `NAMES`."""
    return ", ".join(f"{each.sql} AS {each.name}" for each in columns_of(answer))


def as_json(answer: Answer, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an answer as JSON values.

    Args:
        answer: which.
        row: values of its columns, by name.
    """
    return {each.name: each.json(row[each.name]) for each in columns_of(answer)}


def given_columns() -> list[str]:
    """Return the columns of the table `anime.jobs` that a `Job` gives as they are."""
    of_job = {each.name for each in fields(Job)}
    own = (each.name for each in COLUMNS if each.sql == f"jobs.{each.name}")
    return [name for name in own if name in of_job]
