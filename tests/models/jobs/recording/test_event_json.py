import json
from dataclasses import replace
from uuid import uuid4

import pytest

from anime_production.models.jobs.job import JobSource, Review, ReviewVerdict
from anime_production.models.jobs.recording.event_json import EventError, from_json, to_json
from anime_production.models.jobs.recording.events import (
    ArtifactWritten,
    JobProgressed,
    JobQueued,
    JobReviewed,
    job_of,
)


def test_every_event_comes_back_as_it_was(story):
    assert [from_json(to_json(event)) for event in story] == story


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
    assert [from_json(to_json(event)) for event in events] == events


def test_what_an_older_pack_left_behind_is_read(story):
    added = ("episode", "client_id", "source", "process_id", "reproduced_from")
    for event in story:
        data = json.loads(to_json(event))
        for name in added:
            del data["job"][name]
        data.pop("thumbnail", None)
        assert from_json(json.dumps(data)) == event


def test_a_saved_character_belongs_to_no_job_and_comes_back_as_it_was(saved, story):
    back = from_json(to_json(saved))
    assert back == saved
    assert (back.id, back.at) == (saved.character.id, saved.character.saved_at)
    assert job_of(saved) is None
    assert job_of(story[0]) == story[0].job


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "kind": "x"}',
     '{"schema": 1, "kind": "character_saved", "character": {}}',
     '{"schema": 1, "kind": "job_queued", "job": []}'])  # fmt: skip
def test_what_is_no_event_is_said_to_be_none(text: str):
    with pytest.raises(EventError):
        from_json(text)
