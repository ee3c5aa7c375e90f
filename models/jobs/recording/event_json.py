"""Events as strict JSON, and back."""

import json
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from ...report import Report, ReportError
from ..character_version import CharacterReference, CharacterVersion
from ..job import Artifact, Job, JobError, JobSource, JobState, NodeReport, Review, ReviewVerdict
from ..strict_json import strict_json
from .events import (
    KINDS,
    ArtifactWritten,
    CharacterSaved,
    Event,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
    kind_of,
)

log = logging.getLogger(__name__)

SCHEMA = 1  # what it has gained since may be absent: an older pack's events are read too


class EventError(ValueError):
    """JSON that is no event of this pack."""


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
    if isinstance(event, JobQueued):
        data |= {"graph": event.graph, "workflow": event.workflow}
    elif isinstance(event, JobProgressed):
        data |= {"progress": event.progress, "node_id": event.node_id}
    elif isinstance(event, JobReviewed):
        data["review"] = asdict(event.review)
    elif isinstance(event, ArtifactWritten):
        picture = event.thumbnail
        data["artifact"] = asdict(event.artifact)
        data["thumbnail"] = None if picture is None else b64encode(picture).decode()
    elif isinstance(event, JobFinished):
        data |= _finished_to_dict(event)
    return strict_json(data)


def from_json(text: str) -> Event:
    """The event that `to_json` wrote, in this version of the pack or an older one.

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
        common = {
            "id": UUID(data["id"]),
            "at": datetime.fromisoformat(data["at"]),
            "job": _job_from_dict(data["job"]),
        }
        event: Event = kind(**common, **OWN_FIELDS[kind](data))
        return event
    except (ValueError, KeyError, TypeError, AttributeError, ReportError) as error:
        raise EventError(f"This is no event of this pack: {error!r}.") from error


def _finished_to_dict(event: JobFinished) -> dict[str, Any]:
    return {
        "state": event.state.value,
        "started_at": event.started_at and event.started_at.isoformat(),
        "finished_at": event.finished_at.isoformat(),
        "error": event.error and asdict(event.error),
        "graph": event.graph,
        "reports": [
            {"node_id": each.node_id, "report": each.report.to_dict()} for each in event.reports
        ]
        + [{"node_id": each.node_id, "report": each.shown} for each in event.shown],
        "saved_by": None if event.saved_by is None else list(event.saved_by),
    }


def _finished(data: Mapping[str, Any]) -> dict[str, Any]:
    started = data["started_at"]
    return {
        "state": JobState(data["state"]),
        "started_at": started and datetime.fromisoformat(started),
        "finished_at": datetime.fromisoformat(data["finished_at"]),
        "error": data["error"] and JobError(**data["error"]),
        "graph": data["graph"],
        "reports": tuple(_reports(data["reports"])),
        "saved_by": None if data.get("saved_by") is None else tuple(data["saved_by"]),
    }


def _reports(data: Iterable[Mapping[str, Any]]) -> Iterator[NodeReport]:
    for each in data:
        try:
            yield NodeReport(each["node_id"], Report.from_dict(each["report"]))
        except ReportError as error:  # another pack's, shown under our name
            log.warning("Node %s showed a report that is none: %s", each["node_id"], error)


def _artifact(data: Mapping[str, Any]) -> dict[str, Any]:
    picture = data.get("thumbnail")
    return {
        "artifact": Artifact(**data["artifact"]),
        "thumbnail": None if picture is None else b64decode(picture, validate=True),
    }


def _review(data: Mapping[str, Any]) -> dict[str, Any]:
    said = dict(data["review"])
    return {"review": Review(verdict=ReviewVerdict(said.pop("verdict")), **said)}


# What each kind carries besides its id, its time and its job.
OWN_FIELDS: dict[type, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    JobQueued: lambda data: {"graph": data["graph"], "workflow": data["workflow"]},
    JobStarted: lambda data: {},
    JobProgressed: lambda data: {"progress": data["progress"], "node_id": data["node_id"]},
    JobReviewed: _review,
    ArtifactWritten: _artifact,
    JobFinished: _finished,
}


def _job_to_dict(job: Job) -> dict[str, Any]:
    return {
        **vars(job),  # not `asdict`, whose copies take longer than all the rest
        "id": str(job.id),
        "tags": list(job.tags),
        "created_at": job.created_at.isoformat(),
        "source": job.source.value,
        "process_id": job.process_id and str(job.process_id),
        "reproduced_from": job.reproduced_from and str(job.reproduced_from),
    }


def _job_from_dict(data: Mapping[str, Any]) -> Job:
    process, original = data.get("process_id"), data.get("reproduced_from")
    return Job(
        id=UUID(data["id"]),
        prompt_id=data["prompt_id"],
        project=data["project"],
        scene=data["scene"],
        shot=data["shot"],
        character=data["character"],
        tags=tuple(data["tags"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        episode=data.get("episode", ""),
        client_id=data.get("client_id"),
        source=JobSource(data.get("source", JobSource.API.value)),
        process_id=process and UUID(process),
        reproduced_from=original and UUID(original),
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
