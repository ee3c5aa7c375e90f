"""Events of jobs and of saved characters, each with its own id and time.

An event converts itself to strict JSON and back. The outbox holds this JSON, also from older
versions of the pack.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, ClassVar
from uuid import UUID, uuid4

from ...snapshots.flipbook import Flipbook
from ...snapshots.snapshot import Snapshot
from ..character_version import CharacterVersion
from ..job import Artifact, Job, JobError, JobState, Review, ShownReport
from ..json_values import from_json_value, to_json_value
from ..strict_json import strict_json

# Version of the JSON. Fields that were added since may be absent, so that older events can be read.
SCHEMA = 1


class EventError(ValueError):
    """The JSON is not an event of this pack."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Event:
    """A recorded event.

    Attributes:
        id: id that was made when the event happened, so that it is written only once.
        at: time of the event, with time zone.
        kind: name of the event's class in JSON and in the database.
    """

    id: UUID = field(default_factory=uuid4, kw_only=True)
    at: datetime = field(default_factory=_now, kw_only=True)
    kind: ClassVar[str]
    _classes: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, kind: str = "") -> None:
        """Register the class for JSON of this kind."""
        if kind:
            cls.kind = kind
            Event._classes[kind] = cls

    @property
    def job_if_any(self) -> Job | None:
        """Job that the event belongs to; None if it belongs to no job."""
        return None

    def to_json(self) -> str:
        """Return this event as strict JSON text that PostgreSQL can store."""
        return strict_json({"schema": SCHEMA, "kind": self.kind, **self.to_dict()})

    def to_dict(self) -> dict[str, Any]:
        """Return the fields of this event as JSON values."""
        values: dict[str, Any] = to_json_value(self)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Event":
        """Return the event with these fields, which `to_dict` made."""
        event: Event = from_json_value(cls, values)
        return event

    @staticmethod
    def from_json(text: str) -> "Event":
        """Return the event from JSON that `to_json` of this pack or an older version wrote.

        Raises:
            EventError: the text is not such an event, or it has another schema.
        """
        try:
            values = json.loads(text)
            if values["schema"] != SCHEMA:
                raise EventError(f"Expected an event of schema {SCHEMA}, got {values['schema']!r}.")
            return Event._classes[values["kind"]].from_dict(values)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise EventError(f"This is no event of this pack: {error!r}.") from error


@dataclass(frozen=True)
class JobEvent(Event):
    """An event of a job.

    Each event contains the whole job, so that no event depends on an earlier one.

    Attributes:
        job: job at the time of the event.
        in_history: True if the history of the job keeps the event.
    """

    job: Job
    in_history: ClassVar[bool] = True

    @property
    def job_if_any(self) -> Job | None:
        """Job that the event belongs to."""
        return self.job

    def state_of_job(self) -> JobState | None:
        """Return the state that this event gives its job; None if it doesn't concern the state."""
        return JobState.IN_PROGRESS

    def facts(self) -> dict[str, Any]:
        """Return the values that the history of the job shows beside the state."""
        return {}


@dataclass(frozen=True)
class JobQueued(JobEvent, kind="job_queued"):
    """The event that a tracked prompt was queued.

    Attributes:
        graph: prompt in API format.
        workflow: workflow in the editor's format; None if a script queued the prompt.
        output_nodes: ids of the output nodes that were asked for; None if they are unknown.
    """

    graph: Mapping[str, Any]
    workflow: Mapping[str, Any] | None = None
    output_nodes: tuple[str, ...] | None = None

    def state_of_job(self) -> JobState:
        """Return the first state of a job."""
        return JobState.PENDING

    def facts(self) -> dict[str, Any]:
        """Return the output nodes that were asked for, so that the job can be run again so."""
        return {} if self.output_nodes is None else {"output_nodes": list(self.output_nodes)}


@dataclass(frozen=True)
class JobStarted(JobEvent, kind="job_started"):
    """The event that a tracked prompt began to run, or that its AnimeJob node named the job."""

    def facts(self) -> dict[str, Any]:
        """Return the job's names that aren't empty."""
        names = ("project", "episode", "scene", "shot", "character")
        return {name: value for name in names if (value := getattr(self.job, name))}


@dataclass(frozen=True)
class JobProgressed(JobEvent, kind="job_progressed"):
    """The progress of a prompt; only the last one is kept, with the job itself.

    Attributes:
        progress: share of the prompt's nodes that are done, 0 to 1.
        node_id: id of the running node; None between two nodes.
    """

    progress: float
    node_id: str | None
    in_history: ClassVar[bool] = False


@dataclass(frozen=True)
class JobReviewed(JobEvent, kind="job_reviewed"):
    """The event that a person judged a job."""

    review: Review

    def state_of_job(self) -> None:
        """Return None, because a job may be judged in any state."""

    def facts(self) -> dict[str, Any]:
        """Return the review."""
        values: dict[str, Any] = to_json_value(self.review)
        return values


@dataclass(frozen=True)
class ArtifactWritten(JobEvent, kind="artifact_written"):
    """The event that a job wrote a file.

    Attributes:
        artifact: the file.
        thumbnail: small WebP of the file; None if none could be made.
    """

    artifact: Artifact
    thumbnail: bytes | None = None

    def facts(self) -> dict[str, Any]:
        """Return path and kind of the file."""
        return {"path": self.artifact.path, "kind": self.artifact.kind}


@dataclass(frozen=True)
class SnapshotsTaken(JobEvent, kind="snapshots_taken"):
    """The event that a set of small pictures of a report's frames was made, or could not be.

    It follows the end of its job, whose reports name the set.

    Attributes:
        set_id: id of the set.
        snapshots: the pictures; empty if there are none.
        absent: code of the reason why there are none; None if there are some.
        flipbook: all frames of a loop; None if there is none.
        flipbook_absent: code of the reason why a loop has no flipbook; None if it has one.
    """

    set_id: UUID
    snapshots: tuple[Snapshot, ...]
    absent: str | None = None
    flipbook: Flipbook | None = None
    flipbook_absent: str | None = None
    in_history: ClassVar[bool] = False

    def state_of_job(self) -> None:
        """Return None, because pictures don't change the state of a job."""


@dataclass(frozen=True)
class JobFinished(JobEvent, kind="job_finished"):
    """The event that a tracked prompt ended.

    Attributes:
        state: completed, failed or cancelled.
        started_at: time when the prompt began to run; None if ComfyUI doesn't tell.
        finished_at: time when the prompt ended.
        error: error that failed the prompt; None for another end.
        graph: prompt in API format; None if a `JobQueued` event contains it.
        reports: reports that the nodes showed, in their order.
        saved_by: ids of the Save Job nodes that wrote files; None if they are unknown.
    """

    state: JobState
    started_at: datetime | None
    finished_at: datetime
    error: JobError | None
    graph: Mapping[str, Any] | None
    reports: tuple[ShownReport, ...]
    saved_by: tuple[str, ...] | None = None

    def state_of_job(self) -> JobState:
        """Return the job's final state."""
        return self.state

    def facts(self) -> dict[str, Any]:
        """Return the final state, the number of reports, and the message of an error."""
        facts: dict[str, Any] = {"state": self.state.value, "reports": len(self.reports)}
        return {**facts, "error": self.error.message} if self.error else facts


@dataclass(frozen=True)
class CharacterSaved(Event, kind="character_saved"):
    """The event that a character was saved in a library, which belongs to no job.

    It has the id and the time of the saved version, so recording it again has no effect.
    """

    character: CharacterVersion

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.character.id)
        object.__setattr__(self, "at", self.character.saved_at)

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values; id and time are stored only once."""
        values = super().to_dict()
        del values["character"]["id"], values["character"]["saved_at"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Event:
        """Return the event with these fields, which `to_dict` made."""
        character = {**values["character"], "id": values["id"], "saved_at": values["at"]}
        return super().from_dict({**values, "character": character})
