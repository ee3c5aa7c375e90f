# mypy: disable-error-code="union-attr"
import json
import logging
import os
import sys
import traceback

import pytest

from anime_production.models.dependency import MissingDependency
from anime_production.models.jobs.database.address import (
    external_address,
    hide_secrets_in_logs,
    without_secrets,
)
from anime_production.models.jobs.database.database import Database, DatabaseUnavailable
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.recording.events import JobStarted
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.models.settings import SettingsError

from ..postgres import PASSWORD, USER

URL = "postgresql://keeper:a-secret-word@db.example.invalid:5433/studio"


def write_config(folder, text: str, mode: int = 0o600) -> None:
    config = folder / "config.json"
    config.write_text(text)
    config.chmod(mode)


def test_without_a_setting_the_database_is_the_embedded_one(tmp_path):
    assert external_address(tmp_path, {}) is None
    assert external_address(tmp_path, {"ANIME_DATABASE_URL": " "}) is None
    write_config(tmp_path, "{}")
    assert external_address(tmp_path, {}) is None


def test_the_environment_wins_over_the_config_file(tmp_path):
    write_config(tmp_path, json.dumps({"database_url": "postgresql://file/database"}))
    assert external_address(tmp_path, {"ANIME_DATABASE_URL": URL}).url == URL
    assert external_address(tmp_path, {}).url == "postgresql://file/database"


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_a_config_file_that_others_can_read_is_closed_to_them(tmp_path, caplog):
    write_config(tmp_path, json.dumps({"database_url": URL}), mode=0o644)
    external_address(tmp_path, {})
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o600
    assert "could read" in caplog.text


@pytest.mark.parametrize(
    "config", ["{", "[]", '{"database_url": 5}', '{"database_url": "a-secret-word at work"}']
)
def test_a_setting_that_makes_no_sense_is_named_but_not_shown(tmp_path, config: str):
    write_config(tmp_path, config)
    with pytest.raises(SettingsError, match=r"config\.json") as caught:
        external_address(tmp_path, {})
    assert "a-secret-word" not in "".join(traceback.format_exception(caught.value))


def test_an_address_does_not_show_its_connection_string(tmp_path):
    assert "a-secret-word" not in repr(external_address(tmp_path, {"ANIME_DATABASE_URL": URL}))


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://{user}:{word}@no-such-host.invalid/{name}",
        "postgresql://{user}:{word}@127.0.0.1:1/{name}",
        "postgresql://{user}:not-{word}@127.0.0.1:{port}/{name}",
        "postgresql://{user}:{word}@127.0.0.1:{port}/no_such_{name}",
        "postgresql://{user}:{word}@127.0.0.1:{port}/{name}?sslmode=require",
        "postgresql://{user}:{word}@127.0.0.1:{port}/{name}?no_such_option={word}",
        "host=127.0.0.1 password={word} user={user} {word}",
        "postgresql+driver://{user}:{word}@127.0.0.1:{port}/{name}",
        "postgresql://{user}:{word}@127.0.0.1:{port},no-such-host.invalid:77/no_such_{name}",
        "{word}",
    ],
)
def test_no_part_of_a_connection_string_is_ever_said(
    wrong: str, system_postgres, private, monkeypatch, caplog
):
    parts = {"user": USER, "word": PASSWORD, "port": system_postgres.port, "name": "studio"}
    url = wrong.format(**parts)
    monkeypatch.setenv("ANIME_DATABASE_URL", url)
    recorder = Recorder(private, longest_pause=0.05)
    with caplog.at_level(logging.DEBUG):
        recorder.record(JobStarted(new_job("p")))
        recorder.settle()
        with pytest.raises(DatabaseUnavailable) as caught:
            recorder.database.run(find_job, "p")
        status = recorder.status()
        recorder.close()
    assert status.database
    assert status.backlog == 1
    said = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(status)
    assert "ANIME_DATABASE_URL" in said
    secrets = [url, PASSWORD, USER, str(system_postgres.port), "no-such-host", "studio"]
    assert [secret for secret in secrets if secret in said] == []


def test_a_database_that_is_too_old_or_away_is_said_with_its_source(private, monkeypatch):
    monkeypatch.setenv("ANIME_DATABASE_URL", "postgresql://127.0.0.1:1/x")
    with pytest.raises(DatabaseUnavailable, match=r"ANIME_DATABASE_URL.*Connection refused"):
        Database(private).connect()


def test_what_the_driver_logs_holds_no_address(caplog):
    hide_secrets_in_logs()
    hide_secrets_in_logs()
    for name in ("psycopg", "psycopg.pool", "psycopg.transaction"):
        said = "error ignored in rollback of <psycopg.Transaction (host=%s user=keeper) at 0x7f>"
        logging.getLogger(name).warning(said, "db.studio")
        logging.getLogger(name).warning('connection to server at "db.studio", port 5433 failed')
        logging.getLogger(name).warning('connection to server at "elsewhere", port 5433 failed')
    assert len(caplog.records) == 6  # the last says nothing new without its secrets
    assert "error ignored in rollback" in caplog.text
    for secret in ("db.studio", "keeper", "5433"):
        assert secret not in caplog.text


def test_the_command_of_a_missing_package_is_logged_whole(private, monkeypatch, caplog):
    monkeypatch.delenv("ANIME_DATABASE_URL", raising=False)
    for module in [each for each in sys.modules if each.partition(".")[0] == "psycopg"]:
        monkeypatch.setitem(sys.modules, module, None)  # its import fails
    recorder = Recorder(private, longest_pause=0.05)
    recorder.record(JobStarted(new_job(None)))
    recorder.settle()
    assert f'"{sys.executable}" -m pip install "psycopg[binary,pool]"' in caplog.text
    assert recorder.status().backlog == 1
    recorder.close()


@pytest.mark.parametrize("kind", [DatabaseUnavailable, MissingDependency])
def test_advice_keeps_its_quoted_command(kind):
    advice = 'Run: "/opt/python" -m pip install "psycopg[binary,pool]" (see above)'
    error = kind(advice, name="psycopg") if kind is MissingDependency else kind(advice)
    assert without_secrets(error) == advice
    assert without_secrets(ValueError(advice)) != advice
