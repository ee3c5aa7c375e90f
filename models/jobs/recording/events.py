"""Events of jobs and of saved characters, each with its own id and time.

They write and read themselves: strict JSON in the outbox, where an older pack's wait too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, ClassVar
from uuid import UUID, uuid4

from ..character_version import CharacterVersion
from ..job import Artifact, Job, JobError, JobState, Review, ShownReport
from ..json_values import of_json_value, to_json_value
from ..strict_json import strict_json

SCHEMA = 1  # what it has gained since may be absent: an older pack's events are read too


class EventError(ValueError):
    """JSON that is no event of this pack."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Event:
    """Something that happened.

    Attributes:
        kind: name of the class in JSON and in the database.
    """

    id: UUID = field(default_factory=uuid4, kw_only=True)
    at: datetime = field(default_factory=_now, kw_only=True)
    kind: ClassVar[str]
    _classes: ClassVar[dict[str, type["Event"]]] = {}

    def __init_subclass__(cls, kind: str = "") -> None:
        """Have events of this kind read as this class."""
        if kind:
            cls.kind = kind
            Event._classes[kind] = cls

    @property
    def job_if_any(self) -> Job | None:
        """The job that it belongs to, None if it belongs to none."""
        return None

    def to_json(self) -> str:
        """This event as strict JSON text that PostgreSQL can hold."""
        return strict_json({"schema": SCHEMA, "kind": self.kind, **self.to_dict()})

    def to_dict(self) -> dict[str, Any]:
        """The fields of this event as JSON values."""
        values: dict[str, Any] = to_json_value(self)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Event":
        """Return the event whose fields these are."""
        event: Event = of_json_value(cls, values)
        return event

    @staticmethod
    def from_json(text: str) -> "Event":
        """Return the event that `to_json` wrote, in this version of the pack or an older one.

        Raises:
            EventError: no such event, or one of another schema.
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
    """Something that happened to a job. Each has the job, so that none depends on another.

    Attributes:
        in_history: the event is kept in the history of its job.
    """

    job: Job
    in_history: ClassVar[bool] = True

    @property
    def job_if_any(self) -> Job | None:
        """Its job."""
        return self.job

    def state_of_job(self) -> JobState | None:
        """Return the state that this gives its job; None if it gives none."""
        return JobState.IN_PROGRESS

    def facts(self) -> dict[str, Any]:
        """Return the facts that the history of its job shows beside the state."""
        return {}


@dataclass(frozen=True)
class JobQueued(JobEvent, kind="job_queued"):
    """A tracked prompt was queued.

    Attributes:
        graph: the prompt in API format.
        workflow: as the editor saves it, None where a script asked.
    """

    graph: Mapping[str, Any]
    workflow: Mapping[str, Any] | None = None

    def state_of_job(self) -> JobState:
        """Return the first state of a job."""
        return JobState.PENDING


@dataclass(frozen=True)
class JobStarted(JobEvent, kind="job_started"):
    """A tracked prompt began; its job's names are those that its AnimeJob was given."""

    def facts(self) -> dict[str, Any]:
        """Return the names that its job has."""
        names = ("project", "episode", "scene", "shot", "character")
        return {name: value for name in names if (value := getattr(self.job, name))}


@dataclass(frozen=True)
class JobProgressed(JobEvent, kind="job_progressed"):
    """How far a prompt is. Kept with the job alone: the next one takes its place.

    Attributes:
        progress: part of the prompt's nodes that are done, 0 to 1.
        node_id: the node that runs, None between nodes.
    """

    progress: float
    node_id: str | None
    in_history: ClassVar[bool] = False


@dataclass(frozen=True)
class JobReviewed(JobEvent, kind="job_reviewed"):
    """A person judged a job."""

    review: Review

    def state_of_job(self) -> None:
        """Return None: anybody may judge a job, at any time."""

    def facts(self) -> dict[str, Any]:
        """Return the review."""
        values: dict[str, Any] = to_json_value(self.review)
        return values


@dataclass(frozen=True)
class ArtifactWritten(JobEvent, kind="artifact_written"):
    """A job wrote a file.

    Attributes:
        thumbnail: a small WebP of it, None where none could be made.
    """

    artifact: Artifact
    thumbnail: bytes | None = None

    def facts(self) -> dict[str, Any]:
        """Return the path and kind of the file."""
        return {"path": self.artifact.path, "kind": self.artifact.kind}


@dataclass(frozen=True)
class JobFinished(JobEvent, kind="job_finished"):
    """A tracked prompt ended.

    Attributes:
        state: completed, failed or cancelled.
        started_at: None where ComfyUI didn't say.
        error: None unless it failed.
        graph: the prompt in API format, None where `JobQueued` has it.
        reports: those that its nodes showed, in their order.
        saved_by: ids of the Save Jobs that wrote files; None where that isn't known.
    """

    state: JobState
    started_at: datetime | None
    finished_at: datetime
    error: JobError | None
    graph: Mapping[str, Any] | None
    reports: tuple[ShownReport, ...]
    saved_by: tuple[str, ...] | None = None

    def state_of_job(self) -> JobState:
        """Return the state that it ended in."""
        return self.state

    def facts(self) -> dict[str, Any]:
        """Return how it ended, and how many reports there are."""
        facts: dict[str, Any] = {"state": self.state.value, "reports": len(self.reports)}
        return {**facts, "error": self.error.message} if self.error else facts


@dataclass(frozen=True)
class CharacterSaved(Event, kind="character_saved"):
    """A character was saved in a library. It belongs to no job.

    Its id and time are the version's: said again, it changes nothing.
    """

    character: CharacterVersion

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", self.character.id)
        object.__setattr__(self, "at", self.character.saved_at)

    def to_dict(self) -> dict[str, Any]:
        """The fields of this event, without the id and time twice."""
        values = super().to_dict()
        del values["character"]["id"], values["character"]["saved_at"]
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Event:
        """Return the event whose fields these are."""
        character = {**values["character"], "id": values["id"], "saved_at": values["at"]}
        return super().from_dict({**values, "character": character})
