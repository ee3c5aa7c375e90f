import json
import logging

import pytest

from anime_production.models.jobs.recording.tracking import Tracking
from anime_production.models.settings import TRACKING


@pytest.mark.parametrize("said", ["off", "jobs", "all", " ALL "])
def test_the_environment_says_it(tmp_path, said):
    assert TRACKING.read(tmp_path, {TRACKING.variable: said}) is Tracking(said.strip().lower())


def test_jobs_are_tracked_where_nobody_says_anything(tmp_path):
    assert TRACKING.read(tmp_path, {}) is Tracking.JOBS


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"tracking": "off"}, Tracking.OFF),
        ({"database_url": "x"}, Tracking.JOBS),
        ([], Tracking.JOBS),
        ({"tracking": 7}, Tracking.JOBS),
    ],
)
def test_the_private_config_file_says_it_too(tmp_path, config, wanted):
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert TRACKING.read(tmp_path, {}) is wanted
    assert TRACKING.read(tmp_path, {TRACKING.variable: "all"}) is Tracking.ALL


def test_an_unknown_word_is_said_and_jobs_are_tracked(tmp_path, caplog):
    with caplog.at_level(logging.WARNING):
        assert (
            TRACKING.read(tmp_path, {TRACKING.variable: "postgresql://a:secret@b/c"})
            is Tracking.JOBS
        )
    assert "ANIME_TRACKING must be one of off, jobs, all" in caplog.text
    assert "secret" not in caplog.text
