"""Writes events into the database's tables, each once in effect."""

import platform
from typing import TYPE_CHECKING, Any

from ..report import Measurement
from .character import CharacterVersion
from .events import ArtifactWritten, CharacterSaved, Event, JobFinished, kind_of, strict_json
from .job import Artifact, Job, JobState, NodeReport

if TYPE_CHECKING:
    from psycopg import Connection

IS_JOB_KNOWN = "SELECT 1 FROM anime.jobs WHERE id = %(id)s"

# Updating a row to what it is returns its id also when another process has just added it.
PROJECT = """
INSERT INTO anime.projects (name) VALUES (%(project)s)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id
"""
SHOT = """
INSERT INTO anime.shots (project_id, scene, shot) VALUES (%(project_id)s, %(scene)s, %(shot)s)
ON CONFLICT (project_id, episode, scene, shot) DO UPDATE SET shot = excluded.shot RETURNING id
"""
CHARACTER = """
INSERT INTO anime.characters (project_id, name) VALUES (%(project_id)s, %(character)s)
ON CONFLICT (project_id, name) DO UPDATE SET name = excluded.name RETURNING id
"""
MACHINE = """
INSERT INTO anime.machines (name) VALUES (%(machine)s)
ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id
"""

ADD_JOB = """
INSERT INTO anime.jobs
    (id, prompt_id, project_id, shot_id, character_id, machine_id, tags, state, created_at)
VALUES
    (%(id)s, %(prompt_id)s, %(project_id)s, %(shot_id)s, %(character_id)s, %(machine_id)s,
     %(tags)s, %(state)s, %(created_at)s)
ON CONFLICT (id) DO NOTHING
"""

ADD_EVENT = """
INSERT INTO anime.job_events (id, job_id, kind, at) VALUES (%(id)s, %(job_id)s, %(kind)s, %(at)s)
ON CONFLICT (id) DO NOTHING
"""

FINISH_JOB = """
UPDATE anime.jobs SET
    state = %(state)s, started_at = %(started_at)s, finished_at = %(finished_at)s,
    error_node_id = %(node_id)s, error_node_type = %(node_type)s,
    error_exception = %(exception)s, error_message = %(message)s,
    error_traceback = %(traceback)s, graph = %(graph)s::jsonb
WHERE id = %(job_id)s
"""

ADD_ARTIFACT = """
INSERT INTO anime.artifacts
    (event_id, job_id, path, kind, bytes, sha256, width, height, frames, fps, written_at)
VALUES
    (%(event_id)s, %(job_id)s, %(path)s, %(kind)s, %(bytes)s, %(sha256)s, %(width)s, %(height)s,
     %(frames)s, %(fps)s, %(written_at)s)
"""

ADD_REPORT = """
INSERT INTO anime.reports
    (event_id, job_id, position, node_id, subject, verdict, score, frames, fps,
     worst_frame, worst_reason_code, worst_reason)
VALUES
    (%(event_id)s, %(job_id)s, %(position)s, %(node_id)s, %(subject)s, %(verdict)s, %(score)s,
     %(frames)s, %(fps)s, %(worst_frame)s, %(worst_reason_code)s, %(worst_reason)s)
RETURNING id
"""

ADD_MEASUREMENT = """
INSERT INTO anime.measurements
    (report_id, position, name, value, unit, better, low, high, threshold_from, threshold_to,
     required, verdict, reason_code, reason_values, reason, backend, per_frame, details)
VALUES
    (%(report_id)s, %(position)s, %(name)s, %(value)s, %(unit)s, %(better)s, %(low)s, %(high)s,
     %(threshold_from)s, %(threshold_to)s, %(required)s, %(verdict)s, %(reason_code)s,
     %(reason_values)s::jsonb, %(reason)s, %(backend)s, %(per_frame)s::jsonb, %(details)s::jsonb)
"""


ADD_CHARACTER_VERSION = """
INSERT INTO anime.character_versions
    (id, character_id, machine_id, folder, version, sha256, model, backend, threshold, calibrated,
     saved_at)
VALUES
    (%(id)s, %(character_id)s, %(machine_id)s, %(folder)s, %(version)s, %(sha256)s, %(model)s,
     %(backend)s, %(threshold)s, %(calibrated)s, %(saved_at)s)
ON CONFLICT (id) DO NOTHING
"""

ADD_CHARACTER_REFERENCE = """
INSERT INTO anime.character_references (version_id, position, standing, used, similarity)
VALUES (%(version_id)s, %(position)s, %(standing)s, %(used)s, %(similarity)s)
"""


def write(connection: "Connection", event: Event) -> bool:
    """Write one event. An event that comes again changes nothing.

    Args:
        connection: inside a transaction.
        event: its job, or its character, is added where the database doesn't know it yet.

    Returns:
        Whether the event was new.

    Raises:
        psycopg.Error: the database refuses.
    """
    if isinstance(event, CharacterSaved):
        return _add_character_version(connection, event.character)
    _ensure_job(connection, event.job)
    values = {"id": event.id, "job_id": event.job.id, "kind": kind_of(event), "at": event.at}
    if connection.execute(ADD_EVENT, values).rowcount == 0:
        return False
    if isinstance(event, ArtifactWritten):
        _add_artifact(connection, event, event.artifact)
    elif isinstance(event, JobFinished):
        _finish(connection, event)
    return True


def _ensure_job(connection: "Connection", job: Job) -> None:
    if connection.execute(IS_JOB_KNOWN, {"id": job.id}).fetchone():
        return
    values: dict[str, Any] = {**vars(job), "tags": list(job.tags)}
    values |= {"machine": platform.node(), "state": JobState.IN_PROGRESS.value}
    values["machine_id"] = _id(connection, MACHINE, values)
    values["project_id"] = _id(connection, PROJECT, values)
    values["shot_id"] = _id(connection, SHOT, values) if job.scene or job.shot else None
    values["character_id"] = _id(connection, CHARACTER, values) if job.character else None
    connection.execute(ADD_JOB, values)


def _id(connection: "Connection", statement: str, values: dict[str, Any]) -> int:
    row = connection.execute(statement.encode(), values).fetchone()
    assert row is not None  # RETURNING always gives one
    return int(row[0])


def _add_artifact(connection: "Connection", event: ArtifactWritten, artifact: Artifact) -> None:
    values = {"event_id": event.id, "job_id": event.job.id, "written_at": event.at}
    connection.execute(ADD_ARTIFACT, {**values, **vars(artifact)})


def _finish(connection: "Connection", event: JobFinished) -> None:
    nothing = dict.fromkeys(("node_id", "node_type", "exception", "message", "traceback"))
    values = {
        "job_id": event.job.id,
        "state": event.state.value,
        "started_at": event.started_at,
        "finished_at": event.finished_at,
        "graph": strict_json(event.graph),
        **(vars(event.error) if event.error else nothing),
    }
    connection.execute(FINISH_JOB, values)
    for position, each in enumerate(event.reports):
        _add_report(connection, event, position, each)


def _add_report(
    connection: "Connection", event: JobFinished, position: int, each: NodeReport
) -> None:
    report, worst = each.report, each.report.worst
    values = {
        "event_id": event.id,
        "job_id": event.job.id,
        "position": position,
        "node_id": each.node_id,
        "subject": report.subject,
        "verdict": report.verdict.value,
        "score": report.score,
        "frames": report.frames,
        "fps": report.fps,
        "worst_frame": worst and worst.frame,
        "worst_reason_code": worst and worst.reason_code,
        "worst_reason": worst and worst.reason,
    }
    report_id = _id(connection, ADD_REPORT, values)
    rows = [
        {"report_id": report_id, "position": place, **_measurement(measurement)}
        for place, measurement in enumerate(report.measurements)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(ADD_MEASUREMENT.encode(), rows)


def _add_character_version(connection: "Connection", character: CharacterVersion) -> bool:
    values: dict[str, Any] = {**vars(character), "machine": platform.node()}
    # A library is no project's; the migration says why its characters stand under the nameless.
    values |= {"project": "", "character": character.name}
    values["machine_id"] = _id(connection, MACHINE, values)
    values["project_id"] = _id(connection, PROJECT, values)
    values["character_id"] = _id(connection, CHARACTER, values)
    if connection.execute(ADD_CHARACTER_VERSION, values).rowcount == 0:
        return False
    rows = [
        {"version_id": character.id, "position": position, **vars(reference)}
        for position, reference in enumerate(character.references)
    ]
    with connection.cursor() as cursor:
        cursor.executemany(ADD_CHARACTER_REFERENCE.encode(), rows)
    return True


def _measurement(measurement: Measurement) -> dict[str, Any]:
    data = measurement.to_dict()
    threshold = data.pop("threshold")
    ends = threshold if isinstance(threshold, list) else [threshold, threshold]
    data["threshold_from"], data["threshold_to"] = ends
    for shapeless in ("reason_values", "per_frame", "details"):
        data[shapeless] = strict_json(data[shapeless])
    return data
