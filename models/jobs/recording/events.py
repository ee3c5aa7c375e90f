"""What can be said of jobs and of saved characters: events, each with its own id and time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Union
from uuid import UUID, uuid4

from ..character_version import CharacterVersion
from ..job import Artifact, Job, JobError, JobState, NodeReport, Review, ShownReport


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class JobQueued:
    """A tracked prompt was queued. Every event carries its job, so that none depends on another.

    Attributes:
        graph: the prompt in API format.
        workflow: as the editor saves it, None where a script asked.
    """

    job: Job
    graph: Mapping[str, Any]
    workflow: Mapping[str, Any] | None = None
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class JobStarted:
    """A tracked prompt began; its job's names are those that its AnimeJob was given."""

    job: Job
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class JobProgressed:
    """How far a prompt is. Kept with the job alone: the next one takes its place.

    Attributes:
        progress: part of the prompt's nodes that are done, 0 to 1.
        node_id: the node that runs, None between nodes.
    """

    job: Job
    progress: float
    node_id: str | None
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class JobReviewed:
    """A person judged a job."""

    job: Job
    review: Review
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class ArtifactWritten:
    """A job wrote a file.

    Attributes:
        thumbnail: a small WebP of it, None where none could be made.
    """

    job: Job
    artifact: Artifact
    thumbnail: bytes | None = None
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class JobFinished:
    """A tracked prompt ended.

    Attributes:
        state: completed, failed or cancelled.
        started_at: None where ComfyUI didn't say.
        error: None unless it failed.
        graph: the prompt in API format, None where `JobQueued` has it.
        reports: those that its nodes showed, in their order.
        saved_by: ids of the Save Jobs that wrote files; None where that isn't known.
        shown: the same before anybody has read them, which takes the thread that runs prompts too
            long. They come back from JSON as `reports`.
    """

    job: Job
    state: JobState
    started_at: datetime | None
    finished_at: datetime
    error: JobError | None
    graph: Mapping[str, Any] | None
    reports: tuple[NodeReport, ...]
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)
    shown: tuple[ShownReport, ...] = ()
    saved_by: tuple[str, ...] | None = None


@dataclass(frozen=True)
class CharacterSaved:
    """A character was saved in a library. It belongs to no job, and its id is the version's own:
    said again, it changes nothing."""

    character: CharacterVersion

    @property
    def id(self) -> UUID:
        """The version's."""
        return self.character.id

    @property
    def at(self) -> datetime:
        """When the version was saved."""
        return self.character.saved_at


JobEvent = Union[  # noqa: UP007 - isinstance of 3.10
    JobQueued, JobStarted, JobProgressed, JobReviewed, ArtifactWritten, JobFinished
]
Event = Union[JobEvent, CharacterSaved]  # noqa: UP007 - isinstance of 3.10 needs it
KINDS: dict[str, type] = {
    "job_queued": JobQueued,
    "job_started": JobStarted,
    "job_progressed": JobProgressed,
    "job_reviewed": JobReviewed,
    "artifact_written": ArtifactWritten,
    "job_finished": JobFinished,
    "character_saved": CharacterSaved,
}


def kind_of(event: Event) -> str:
    """The event's name in JSON and in the database."""
    return next(kind for kind, each in KINDS.items() if isinstance(event, each))


def job_of(event: Event) -> Job | None:
    """The job that an event belongs to, if it belongs to one."""
    return None if isinstance(event, CharacterSaved) else event.job
