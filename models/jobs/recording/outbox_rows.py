"""Rows of the outbox, before they are written and after they are read."""

import json
from dataclasses import dataclass
from datetime import datetime

from .events import Event

ADD_EVENT = "INSERT OR IGNORE INTO events (id, job_id, prompt_id, body) VALUES (?, ?, ?, ?)"
NO_JOB = ""  # value of the column job_id for an event without a job


@dataclass(frozen=True)
class OutboxRow:
    """A row of the outbox's table of events.

    Attributes:
        id: id of the event.
        job_id: id of its job; "" for an event without a job.
        prompt_id: id of its job's prompt; None for an event without one.
        body: JSON of the event, from `Event.to_json`.
    """

    id: str
    job_id: str
    prompt_id: str | None
    body: str


def row_of(event: Event) -> OutboxRow:
    """Return the row of an event.

    Raises:
        RecursionError: the event's graph or workflow is nested too deeply for JSON.
    """
    job = event.job_if_any
    job_ids = (NO_JOB, None) if job is None else (str(job.id), job.prompt_id)
    return OutboxRow(str(event.id), *job_ids, event.to_json())


@dataclass(frozen=True)
class StoredEvent:
    """An event that waits for the database.

    Attributes:
        position: number that grows with each event; None if the event is only in memory.
        id: id of the event.
        body: JSON of the event, from `Event.to_json`.
    """

    position: int | None
    id: str
    body: str

    def happened_at(self) -> datetime | None:
        """Return the time of the event; None if its JSON can't be read."""
        try:
            return datetime.fromisoformat(json.loads(self.body)["at"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return None
