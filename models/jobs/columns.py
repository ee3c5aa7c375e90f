"""Table of the columns of a job: SQL expression, type, and the answers that contain the column.

The SELECT statements, the JSON of the job list and of a single job, and the columns of the export
are built from this table. A value that is set when a job is created is also a field of `Job`.
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

# A job's row holds the ids of its project, machine, shot, character and process. These joins add
# their names and the process; a SELECT of the columns below needs them after `FROM … jobs`.
NAME_JOINS = """
JOIN anime.projects ON projects.id = jobs.project_id
JOIN anime.machines ON machines.id = jobs.machine_id
LEFT JOIN anime.shots ON shots.id = jobs.shot_id
LEFT JOIN anime.characters ON characters.id = jobs.character_id
LEFT JOIN anime.processes ON processes.id = jobs.process_id
"""


class Answer(Flag):
    """An answer of the server that contains columns of jobs."""

    LIST = auto()  # one row of the job list
    RECORD = auto()  # one job, shown with its reports and files
    EXPORT = auto()  # a file for a spreadsheet; its columns have the order of `COLUMNS`


@dataclass(frozen=True)
class JobColumn:
    """A column of a job.

    Attributes:
        name: name of the column in answers.
        type: Python type of the values.
        sql: SQL expression over `jobs` and `NAME_JOINS`; in the list it can also use `worst`, the
            measurement that explains the verdict.
        answers: answers that contain the column.
    """

    name: str
    type: Any
    sql: str
    answers: Answer

    def json(self, value: Any) -> Any:
        """Return a value of this column in the form that answers contain."""
        return to_json_value(value)


LIST, RECORD, EXPORT = Answer.LIST, Answer.RECORD, Answer.EXPORT
ALL = LIST | RECORD | EXPORT
ERROR = """
CASE WHEN jobs.error_message IS NOT NULL THEN jsonb_build_object(
    'node_id', jobs.error_node_id, 'node_type', jobs.error_node_type,
    'exception', jobs.error_exception, 'message', jobs.error_message,
    'traceback', jobs.error_traceback
) END"""
# The database has a small picture of the job with this id.
HAS_THUMBNAIL = """
EXISTS (
    SELECT FROM anime.artifacts JOIN anime.thumbnails USING (event_id)
    WHERE artifacts.job_id = {job_id}
) OR EXISTS (
    SELECT FROM anime.snapshots
    WHERE snapshots.job_id = {job_id} AND snapshots.thumbnail IS NOT NULL
)"""
# The seed of the chosen attempt of a retry inside the job, else the first seed of its graph. It is
# a text, because a number in a browser does not hold all its digits.
SEED = """
coalesce(
    (
        SELECT attempts.seed FROM anime.retry_attempts AS attempts
        WHERE attempts.job_id = jobs.id AND attempts.chosen
        ORDER BY attempts.node_id, attempts.number LIMIT 1
    ),
    (
        SELECT parameters.number FROM anime.generation_parameters AS parameters
        WHERE parameters.job_id = jobs.id AND parameters.kind = 'seed'
            AND parameters.number IS NOT NULL
        ORDER BY parameters.position LIMIT 1
    )
)::text"""
# Of a production: the number of the phase's attempt. Of a job that repeats another one: its place,
# in the order of time, among the first job and all that repeat it; at most 200 are looked through.
# Of a job with a retry: the number of the chosen attempt.
ATTEMPT = """
coalesce(
    (SELECT attempts.number FROM anime.attempts WHERE attempts.job_id = jobs.id LIMIT 1),
    CASE WHEN jobs.reproduced_from IS NOT NULL THEN (
        WITH RECURSIVE ancestors AS (
            SELECT jobs.reproduced_from AS id, 1 AS steps
            UNION ALL
            SELECT parents.reproduced_from, ancestors.steps + 1
            FROM ancestors JOIN anime.jobs AS parents ON parents.id = ancestors.id
            WHERE parents.reproduced_from IS NOT NULL AND ancestors.steps < 100
        ), family AS (
            SELECT first.id, first.created_at FROM anime.jobs AS first
            WHERE first.id = (SELECT id FROM ancestors ORDER BY steps DESC LIMIT 1)
            UNION ALL
            SELECT repeated.id, repeated.created_at
            FROM family JOIN anime.jobs AS repeated ON repeated.reproduced_from = family.id
        )
        SELECT count(*) FROM (SELECT * FROM family LIMIT 200) AS members
        WHERE (members.created_at, members.id) <= (jobs.created_at, jobs.id)
    ) END,
    (
        SELECT attempts.number FROM anime.retry_attempts AS attempts
        WHERE attempts.job_id = jobs.id AND attempts.chosen
        ORDER BY attempts.node_id, attempts.number LIMIT 1
    )
)::integer"""
# When the process of a lost job gave its last sign of life.
LAST_HEARD = (
    "CASE WHEN jobs.state = 'lost' THEN coalesce(processes.ended_at, processes.seen_at) END"
)

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
    JobColumn("score", float | None, "jobs.score", ALL),
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
    JobColumn("has_thumbnail", bool, HAS_THUMBNAIL.format(job_id="jobs.id"), LIST),
    JobColumn("seed", str | None, SEED, ALL),
    JobColumn("attempt", int | None, ATTEMPT, ALL),
    JobColumn("last_heard_at", datetime | None, LAST_HEARD, ALL),
    JobColumn("process_pid", int | None, "processes.pid", LIST | RECORD),
)


def columns_of(answer: Answer) -> list[JobColumn]:
    """Return the columns that an answer contains, in the order of `COLUMNS`."""
    return [each for each in COLUMNS if answer in each.answers]


def select(answer: Answer) -> str:
    """Return the column list of an answer, for a SELECT from jobs and `NAME_JOINS`."""
    return ", ".join(f"{each.sql} AS {each.name}" for each in columns_of(answer))


def as_json(answer: Answer, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of an answer as JSON values.

    Args:
        answer: the answer to build.
        row: values of the answer's columns, by column name.
    """
    return {each.name: each.json(row[each.name]) for each in columns_of(answer)}


def columns_from_job_fields() -> list[str]:
    """Return the columns of the table `anime.jobs` that are filled from the same field of `Job`."""
    field_names = {field.name for field in fields(Job)}
    own_columns = (each.name for each in COLUMNS if each.sql == f"jobs.{each.name}")
    return [name for name in own_columns if name in field_names]
