"""What is tracked: told with who decides, and changed in the private config file."""

import json
import os
import stat

import pytest

from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.jobs.recording.tracking import Tracking
from anime_production.models.settings import TRACKING

from .asking import Desk

ROUTE = "/anime/tracking"
SECRET = "postgresql://keeper:a-secret-word@host/x"


@pytest.fixture(autouse=True)
def undecided(monkeypatch):
    """No variable of the environment decides."""
    monkeypatch.delenv("ANIME_TRACKING", raising=False)


@pytest.fixture
def config(desk: Desk):
    """The private config file, with the database's address in it."""
    path = desk.folder / "private" / "config.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"database_url": SECRET}))
    return path


def test_every_prompt_is_tracked_from_now_on_where_that_is_asked_for(desk, recorder, config):
    before, after = desk.ask(("GET", ROUTE, None), ("POST", ROUTE, {"tracking": "all"}))
    assert before.json == {"tracking": "jobs", "after_restart": "jobs", "decided_by": None}
    assert after.json == {"tracking": "all", "after_restart": "all", "decided_by": None}
    assert recorder.tracking is Tracking.ALL
    assert TRACKING.read(config.parent) is Tracking.ALL


def test_what_else_stands_in_the_config_file_stays_and_nobody_else_can_read_it(desk, config):
    answers = desk.ask(("POST", ROUTE, {"tracking": "all"}), ("GET", ROUTE, None))
    assert json.loads(config.read_text()) == {"database_url": SECRET, "tracking": "all"}
    assert sorted(config.parent.iterdir()) == [config]
    if os.name == "posix":
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
    assert all(b"a-secret-word" not in answer.body for answer in answers)


@pytest.mark.parametrize(("now", "then"), [("jobs", "off"), ("off", "all")])
def test_off_takes_a_restart_and_the_answer_says_so(tmp_path, now, then):
    recorder = Recorder(tmp_path / "private", tracking=Tracking(now))
    (answer,) = Desk(recorder, tmp_path).ask(("POST", ROUTE, {"tracking": then}))
    assert answer.json == {"tracking": now, "after_restart": then, "decided_by": None}
    assert recorder.tracking is Tracking(now)
    recorder.close()


def test_the_environment_decides_where_it_says_something(desk, config, monkeypatch):
    monkeypatch.setenv("ANIME_TRACKING", "all")
    told, refused = desk.ask(("GET", ROUTE, None), ("POST", ROUTE, {"tracking": "off"}))
    assert told.json["decided_by"] == "ANIME_TRACKING"
    assert told.json["after_restart"] == "all"
    assert refused.status == 409
    assert "ANIME_TRACKING decides" in refused.json["error"]["message"]
    assert "tracking" not in config.read_text()


@pytest.mark.parametrize("body", [{}, {"tracking": "everything"}, {"tracking": 1}])
def test_another_word_is_refused_with_those_that_there_are(desk, body):
    (answer,) = desk.ask(("POST", ROUTE, body))
    assert answer.status == 400
    assert "one of off, jobs, all" in answer.json["error"]["message"]


@pytest.mark.parametrize("content", ["{", "[]", f'"{SECRET}"'])
def test_a_config_file_that_is_none_is_left_and_named(desk, config, content):
    config.write_text(content)
    (answer,) = desk.ask(("POST", ROUTE, {"tracking": "all"}))
    assert answer.status == 409
    assert "config.json" in answer.json["error"]["message"]
    assert "a-secret-word" not in answer.json["error"]["message"]
    assert config.read_text() == content
