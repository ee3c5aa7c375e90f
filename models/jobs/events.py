"""What can be said of jobs and of saved characters: events, each with its own id and time, as
strict JSON and back."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any, Union
from uuid import UUID, uuid4

from ..report import Report, ReportError
from .character import CharacterReference, CharacterVersion
from .job import Artifact, Job, JobError, JobState, NodeReport

SCHEMA = 1
REPLACEMENT = "\ufffd"  # PostgreSQL stores no NUL in a text


class EventError(ValueError):
    """JSON that is no event of this pack."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class JobStarted:
    """A tracked prompt began. Every event carries its job, so that none depends on another."""

    job: Job
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class ArtifactWritten:
    """A job wrote a file."""

    job: Job
    artifact: Artifact
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


@dataclass(frozen=True)
class JobFinished:
    """A tracked prompt ended.

    Attributes:
        state: completed, failed or cancelled.
        started_at: None where ComfyUI didn't say.
        error: None unless it failed.
        graph: the prompt in API format.
        reports: those that its nodes showed, in their order.
    """

    job: Job
    state: JobState
    started_at: datetime | None
    finished_at: datetime
    error: JobError | None
    graph: Mapping[str, Any]
    reports: tuple[NodeReport, ...]
    id: UUID = field(default_factory=uuid4)
    at: datetime = field(default_factory=_now)


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


JobEvent = Union[JobStarted, ArtifactWritten, JobFinished]  # noqa: UP007 - isinstance of 3.10
Event = Union[JobEvent, CharacterSaved]  # noqa: UP007 - isinstance of 3.10 needs it
KINDS: dict[str, type] = {
    "job_started": JobStarted,
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


def to_json(event: Event) -> str:
    """The event as strict JSON text that PostgreSQL can hold."""
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": kind_of(event),
        "id": str(event.id),
        "at": event.at.isoformat(),
    }
    if isinstance(event, CharacterSaved):
        data["character"] = _character_to_dict(event.character)
        return strict_json(data)
    data["job"] = _job_to_dict(event.job)
    if isinstance(event, ArtifactWritten):
        data["artifact"] = asdict(event.artifact)
    elif isinstance(event, JobFinished):
        data["state"] = event.state.value
        data["started_at"] = event.started_at and event.started_at.isoformat()
        data["finished_at"] = event.finished_at.isoformat()
        data["error"] = event.error and asdict(event.error)
        data["graph"] = event.graph
        data["reports"] = [
            {"node_id": each.node_id, "report": each.report.to_dict()} for each in event.reports
        ]
    return strict_json(data)


def from_json(text: str) -> Event:
    """The event that `to_json` wrote.

    Raises:
        EventError: no such event, or one of another schema.
    """
    try:
        data = json.loads(text)
        if data["schema"] != SCHEMA:
            raise EventError(f"Expected an event of schema {SCHEMA}, got {data['schema']!r}.")
        kind = KINDS[data["kind"]]
        if kind is CharacterSaved:
            return CharacterSaved(_character_from_dict(data))
        common: dict[str, Any] = {
            "id": UUID(data["id"]),
            "at": datetime.fromisoformat(data["at"]),
            "job": _job_from_dict(data["job"]),
        }
        if kind is JobStarted:
            return JobStarted(**common)
        if kind is ArtifactWritten:
            return ArtifactWritten(artifact=Artifact(**data["artifact"]), **common)
        started = data["started_at"]
        return JobFinished(
            state=JobState(data["state"]),
            started_at=started and datetime.fromisoformat(started),
            finished_at=datetime.fromisoformat(data["finished_at"]),
            error=data["error"] and JobError(**data["error"]),
            graph=data["graph"],
            reports=tuple(
                NodeReport(each["node_id"], Report.from_dict(each["report"]))
                for each in data["reports"]
            ),
            **common,
        )
    except (ValueError, KeyError, TypeError, ReportError) as error:
        raise EventError(f"This is no event of this pack: {error!r}.") from error


def strict_json(value: Any) -> str:
    """JSON without NaN, infinity, NUL or half characters, none of which PostgreSQL would take."""
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()  # half a surrogate pair has no UTF-8
        if "\\u0000" not in text:
            return text
    except (ValueError, TypeError):  # UnicodeEncodeError is a ValueError
        pass
    return json.dumps(_storable(value), allow_nan=False, ensure_ascii=False)


def _storable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(each) for each in value]
    if isinstance(value, str):
        return value.replace("\0", REPLACEMENT).encode("utf-8", "replace").decode()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, int) else str(value)


def _job_to_dict(job: Job) -> dict[str, Any]:
    return {
        **asdict(job),
        "id": str(job.id),
        "tags": list(job.tags),
        "created_at": job.created_at.isoformat(),
    }


def _job_from_dict(data: Mapping[str, Any]) -> Job:
    return Job(
        id=UUID(data["id"]),
        prompt_id=data["prompt_id"],
        project=data["project"],
        scene=data["scene"],
        shot=data["shot"],
        character=data["character"],
        tags=tuple(data["tags"]),
        created_at=datetime.fromisoformat(data["created_at"]),
    )


def _character_to_dict(character: CharacterVersion) -> dict[str, Any]:
    data = asdict(character)
    del data["id"], data["saved_at"]  # the event's own
    return data


def _character_from_dict(event: Mapping[str, Any]) -> CharacterVersion:
    data = dict(event["character"])
    references = tuple(CharacterReference(**each) for each in data.pop("references"))
    return CharacterVersion(
        id=UUID(event["id"]),
        saved_at=datetime.fromisoformat(event["at"]),
        references=references,
        **data,
    )
