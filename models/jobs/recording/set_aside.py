"""Events that were set aside in the outbox because they could not be written into the database."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from .outbox_file import open_file
from .outbox_rows import ADD_EVENT, NO_JOB

# An event that is set aside again replaces its earlier row.
SET_ASIDE = "INSERT OR REPLACE INTO rejected (id, body, reason) VALUES (?, ?, ?)"

UNREADABLE = "?"  # stands for a value of an event whose JSON can't be read


@dataclass(frozen=True)
class SetAsideEvent:
    """An event that is set aside.

    Attributes:
        id: id of the event.
        kind: kind of the event, such as `job_finished`; "?" if its JSON can't be read.
        job_id: id of its job; "" for an event without a job.
        prompt_id: id of its job's prompt; None for an event without one.
        at: time of the event in ISO format; "?" if its JSON can't be read.
        reason: error that it failed with.
    """

    id: str
    kind: str
    job_id: str
    prompt_id: str | None
    at: str
    reason: str


def list_set_aside(path: Path) -> list[SetAsideEvent]:
    """Return the events that are set aside in an outbox, in the order in which they were.

    Args:
        path: path of the outbox.

    Raises:
        sqlite3.Error, OSError: the file can't be read.
    """
    with closing(open_file(path)) as connection:
        rows = connection.execute("SELECT id, body, reason FROM rejected ORDER BY rowid")
        return [_read(*row) for row in rows]


def retry_set_aside(path: Path) -> int:
    """Let the events that are set aside in an outbox wait for the database again.

    Args:
        path: path of the outbox; a running ComfyUI ships them within ten seconds.

    Returns:
        The number of events.

    Raises:
        sqlite3.Error, OSError: the file can't be written.
    """
    with closing(open_file(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        with connection:
            rows = connection.execute("SELECT id, body, reason FROM rejected ORDER BY rowid")
            events = list(_rows_with_jobs(rows.fetchall()))
            connection.executemany(ADD_EVENT, events)
            connection.execute("DELETE FROM rejected")
    return len(events)


def _rows_with_jobs(
    rows: list[tuple[str, str, str]],
) -> Iterator[tuple[str, str, str | None, str]]:
    for event_id, body, reason in rows:
        event = _read(event_id, body, reason)
        yield event_id, event.job_id, event.prompt_id, body


def _read(event_id: str, body: str, reason: str) -> SetAsideEvent:
    try:
        values = json.loads(body)
        job = values.get("job") or {}
        kind, at = str(values["kind"]), str(values["at"])
        prompt_id = job.get("prompt_id")
        return SetAsideEvent(event_id, kind, job.get("id", NO_JOB), prompt_id, at, reason)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return SetAsideEvent(event_id, UNREADABLE, NO_JOB, None, UNREADABLE, reason)
