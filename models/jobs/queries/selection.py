"""Changes to many jobs at once; each job is changed or left alone with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any
from uuid import UUID

from ..columns import NAME_JOINS, RECORD, select
from ..job import MOST_TAGS, Job, JobSource
from ..job_states import UNFINISHED
from ..strict_json import strict_json
from . import sql
from .deletion import WrittenFile
from .filters import Condition
from .listing import page_statement
from .rows import rows_of

if TYPE_CHECKING:
    from psycopg import Connection

UNFINISHED_STATES = {state.value for state in UNFINISHED}


@dataclass(frozen=True)
class ChangedJobs:
    """Result of a change to many jobs.

    Attributes:
        done: ids of the jobs that were changed.
        states: for the other jobs that exist, the state that forbids the change, by id.
        full: ids of the jobs that would have had too many tags.
        files: files that the deleted jobs wrote, by id.
    """

    done: tuple[UUID, ...]
    states: dict[UUID, str] = field(default_factory=dict)
    full: frozenset[UUID] = frozenset()
    files: dict[UUID, list[WrittenFile]] = field(default_factory=dict)


def jobs_of_ids(connection: "Connection", ids: Sequence[UUID]) -> list[Job]:
    """Return those of some jobs that the database has, in no certain order."""
    statement = sql("names_of_jobs", columns=select(RECORD), name_joins=NAME_JOINS)
    jobs = []
    for row in rows_of(connection, statement, {"ids": list(ids)}):
        values = {each.name: row[each.name] for each in fields(Job)}
        values |= {"tags": tuple(row["tags"]), "source": JobSource(row["source"])}
        jobs.append(Job(**values))
    return jobs


def rows_of_ids(connection: "Connection", ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Return the rows of some jobs as `list_jobs` does, the newest first."""
    condition = Condition("jobs.id = ANY(%(ids)s)", {"ids": list(ids)})
    return rows_of(connection, *page_statement(condition, len(ids)))


def delete_jobs(connection: "Connection", ids: Sequence[UUID]) -> ChangedJobs:
    """Delete those of some jobs that have ended, with all rows that belong to them.

    Their files are not deleted.
    """
    with connection.transaction():
        rows = _locked(connection, ids)
        states = {row["id"]: row["state"] for row in rows if row["state"] in UNFINISHED_STATES}
        ended = [row["id"] for row in rows if row["id"] not in states]
        files: dict[UUID, list[WrittenFile]] = {}
        for row in rows_of(connection, sql("files_of_jobs"), {"ids": ended}):
            files.setdefault(row.pop("job_id"), []).append(WrittenFile(**row))
        connection.execute(sql("add_deleted_jobs"), {"ids": ended})
        connection.execute(sql("delete_jobs"), {"ids": ended})
    return ChangedJobs(tuple(ended), states, files=files)


def tag_jobs(
    connection: "Connection", ids: Sequence[UUID], add: Sequence[str], remove: Sequence[str]
) -> ChangedJobs:
    """Remove tags from jobs and add others at the end; a tag that a job has stays in its place.

    A job that waits in the queue is left alone, because it gets the tags of its Job node when it
    starts. So is one that would have more than `MOST_TAGS` tags.
    """
    with connection.transaction():
        rows = _locked(connection, ids)
        states = {row["id"]: row["state"] for row in rows if row["state"] == "pending"}
        tags = {
            row["id"]: list(dict.fromkeys([t for t in row["tags"] if t not in remove] + list(add)))
            for row in rows
            if row["id"] not in states
        }
        full = frozenset(job_id for job_id, each in tags.items() if len(each) > MOST_TAGS)
        changed = {job_id: each for job_id, each in tags.items() if job_id not in full}
        records = [{"id": str(job_id), "tags": each} for job_id, each in changed.items()]
        connection.execute(sql("store_tags"), {"tags": strict_json(records)})
    return ChangedJobs(tuple(changed), states, full)


def _locked(connection: "Connection", ids: Sequence[UUID]) -> list[dict[str, Any]]:
    return rows_of(connection, sql("lock_jobs"), {"ids": list(ids)})
