import json
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from anime_production.models.jobs.job import (
    JobError,
    JobSource,
    JobState,
    Review,
    ReviewVerdict,
    ShownReport,
)
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    CharacterSaved,
    Event,
    EventError,
    JobFinished,
    JobProgressed,
    JobQueued,
    JobReviewed,
    JobStarted,
)

# One of each kind, as version 0.1.0 left them in its outbox.
OF_0_1_0 = (Path(__file__).parent / "events_0_1_0.jsonl").read_text(encoding="utf-8").splitlines()
AT = datetime(2026, 3, 1, 12, 0, 0, 250_000, tzinfo=timezone.utc)


def test_every_event_comes_back_as_it_was(story):
    assert [Event.from_json(event.to_json()) for event in story] == story


def test_the_events_of_a_queued_job_come_back_as_they_were(job, artifact):
    job = replace(
        job,
        episode="4",
        client_id="c",
        source=JobSource.PRODUCTION,
        process_id=uuid4(),
        reproduced_from=uuid4(),
    )
    events = [
        JobQueued(job, {"1": {"class_type": "AnimeJob"}}, {"nodes": []}),
        JobQueued(job, {}),
        JobProgressed(job, 0.1 + 0.2, "7"),
        JobProgressed(job, 1.0, None),
        JobReviewed(job, Review(ReviewVerdict.REJECTED, "the hair flickers", "Aoi")),
        ArtifactWritten(job, artifact, thumbnail=bytes(range(256))),
    ]
    assert [Event.from_json(event.to_json()) for event in events] == events


def test_what_version_0_1_0_left_behind_is_read_and_written_the_same():
    queued, started, progressed, reviewed, written, finished, saved = events = [
        Event.from_json(text) for text in OF_0_1_0
    ]
    for event, text in zip(events, OF_0_1_0, strict=True):
        before, now = json.loads(text), json.loads(event.to_json())
        for part in {"job", "artifact"} & before.keys():  # without what they have gained since
            now[part] = {name: now[part][name] for name in before[part]}
        if now.get("output_nodes", "") is None:  # the event has gained it
            del now["output_nodes"]
        for report in now.get("reports", ()):
            assert report.pop("snapshots") == []  # reports have gained them
        assert now == before
    job = started.job_if_any
    assert (job.id, job.prompt_id, job.created_at) == (UUID(int=1), "8c1f", AT)
    assert (job.project, job.episode, job.scene, job.shot) == ("Winter", "4", "03", "012")
    assert (job.character, job.tags, job.client_id) == ("葵", ("night", "snow"), "c")
    assert (job.source, job.process_id) == (JobSource.PRODUCTION, UUID(int=2))
    assert job.reproduced_from == UUID(int=3)
    graph = {"1": {"class_type": "AnimeJob", "inputs": {"seed": 2**64 - 1}}}
    assert queued == JobQueued(job, graph, {"nodes": []}, id=UUID(int=11), at=AT)
    assert started == JobStarted(job, id=UUID(int=12), at=AT)
    assert progressed == JobProgressed(job, 0.1 + 0.2, "7", id=UUID(int=13), at=AT)
    review = Review(ReviewVerdict.REJECTED, "the hair flickers", "Aoi")
    assert reviewed == JobReviewed(job, review, id=UUID(int=14), at=AT)
    assert isinstance(written, ArtifactWritten)
    assert (written.artifact.path, written.artifact.fps) == ("Winter/a.webp", 12.0)
    assert written.thumbnail == bytes(range(250, 256))
    assert isinstance(finished, JobFinished)
    error = JobError("7", "KSampler", "RuntimeError", "out of memory", "Traceback")
    ends = (finished.state, finished.started_at, finished.finished_at, finished.error)
    assert ends == (JobState.FAILED, AT, AT, error)
    assert (finished.graph, finished.saved_by) == (None, ("9",))
    (shown,) = finished.reports
    assert isinstance(shown, ShownReport)
    assert (shown.node_id, shown.read().report.measurements[0].value) == ("5", 0.1 + 0.2)
    assert isinstance(saved, CharacterSaved)
    assert (
        (saved.id, saved.at) == (saved.character.id, saved.character.saved_at) == (UUID(int=17), AT)
    )
    assert [each.used for each in saved.character.references] == [True, False]


def test_what_an_older_pack_left_behind_is_read(story):
    added = ("episode", "client_id", "source", "process_id", "reproduced_from")
    for event in story:
        data = json.loads(event.to_json())
        for name in added:
            del data["job"][name]
        data.pop("thumbnail", None)
        data.pop("saved_by", None)
        assert Event.from_json(json.dumps(data)) == event


def test_a_saved_character_belongs_to_no_job_and_comes_back_as_it_was(saved, story):
    back = Event.from_json(saved.to_json())
    assert back == saved
    assert (back.id, back.at) == (saved.character.id, saved.character.saved_at)
    assert saved.job_if_any is None
    assert story[0].job_if_any == story[0].job


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "kind": "x"}',
     '{"schema": 1, "kind": "character_saved", "character": {}}',
     '{"schema": 1, "kind": "job_queued", "job": []}',
     '{"schema": 1, "kind": "job_queued", "job": 7}',
     '{"schema": 1, "kind": "job_started", "job": {"id": "x"}}'])  # fmt: skip
def test_what_is_no_event_is_said_to_be_none(text: str):
    with pytest.raises(EventError):
        Event.from_json(text)
