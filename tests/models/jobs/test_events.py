import json

import pytest

from anime_production.models.jobs.events import EventError, from_json, job_of, strict_json, to_json


def test_every_event_comes_back_as_it_was(story):
    assert [from_json(to_json(event)) for event in story] == story


def test_a_saved_character_belongs_to_no_job_and_comes_back_as_it_was(saved, story):
    back = from_json(to_json(saved))
    assert back == saved
    assert (back.id, back.at) == (saved.character.id, saved.character.saved_at)
    assert job_of(saved) is None
    assert job_of(story[0]) == story[0].job


def test_what_postgresql_refuses_never_gets_into_an_event():
    text = strict_json({"is_changed": [float("nan")], "text": "a\0b\ud800", "odd": {1: object}})
    assert "NaN" not in text
    assert "\\u0000" not in text
    text.encode()
    assert json.loads(text)["is_changed"] == [None]


def test_a_text_that_only_looks_like_a_nul_stays_as_it_is():
    assert json.loads(strict_json({"path": "C:\\u0000"})) == {"path": "C:\\u0000"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": 2}', '{"schema": 1, "kind": "x"}',
     '{"schema": 1, "kind": "character_saved", "character": {}}'])  # fmt: skip
def test_what_is_no_event_is_said_to_be_none(text: str):
    with pytest.raises(EventError):
        from_json(text)
