"""Backups that the pack makes of its own database, and a database that is lost."""

import json
import os
import shutil
import stat
import sys
import threading
import zipfile
from datetime import datetime, timedelta, timezone

import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording import daily_backups
from anime_production.models.jobs.recording.backup import restore
from anime_production.models.jobs.recording.backup_folder import KEPT
from anime_production.models.jobs.recording.daily_backups import (
    BackupState,
    BackupStatus,
    DailyBackups,
)
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.processes import Presence
from anime_production.models.jobs.recording.recorder import Recorder
from anime_production.web.server.backup_health import backups_health

from ..postgres import private_folder, wait_until
from .test_backup import everything, put_in, silent

pytestmark = pytest.mark.database
START = datetime(2026, 3, 1, 9, tzinfo=timezone.utc)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def own_server():
    """A private folder whose embedded server runs."""
    with private_folder() as folder:
        database = Database(folder, only_embedded=True)
        database.connect().close()
        yield folder, database
        database.close()


@pytest.fixture
def own(own_server, monkeypatch):
    """The private folder and its database, which is empty, without backups."""
    monkeypatch.delenv("ANIME_DATABASE_URL", raising=False)
    directory, database = own_server
    with database.connect() as connection:
        connection.execute("DROP SCHEMA anime CASCADE")
    database.connect().close()
    shutil.rmtree(directory.with_name("__anime_backups"), ignore_errors=True)
    return directory, database


def add(database: Database, *jobs: str) -> None:
    with database.connect() as connection:
        for name in jobs:
            write(connection, JobQueued(new_job(name), {}))


def files(directory) -> list[str]:
    return sorted(each.name for each in directory.with_name("__anime_backups").glob("*"))


def test_a_day_with_jobs_makes_a_backup_and_the_last_seven_are_kept(own):
    directory, database = own
    clock = Clock()
    backups = DailyBackups(directory, database, clock)
    assert backups.look()
    assert files(directory) == []  # nothing is recorded yet
    assert backups.status().state is BackupState.NONE
    for day in range(9):
        add(database, f"p{day}")
        for hour in (0, 1, 23):
            clock.now = START + timedelta(days=day, hours=hour)
            assert backups.look()
    names = files(directory)
    assert len(names) == KEPT
    assert [name[-19:] for name in names] == [f"202603{day:02}-090000.zip" for day in range(3, 10)]
    status = backups.status()
    newest = directory.with_name("__anime_backups") / names[-1]
    assert (status.state, status.count, status.newest.path) == (BackupState.KEPT, KEPT, newest)
    assert (status.newest.size, status.failure) == (newest.stat().st_size, None)
    if os.name == "posix":
        assert stat.S_IMODE(newest.stat().st_mode) == 0o600
        assert stat.S_IMODE(newest.parent.stat().st_mode) == 0o700
    with zipfile.ZipFile(newest) as archive:
        tables = json.loads(archive.read("manifest.json"))["tables"]
    assert {each["name"]: each["contents"]["rows"] for each in tables}["jobs"] == 9


def test_no_backup_is_made_while_nothing_changes(own):
    directory, database = own
    clock, presence = Clock(), Presence(directory)
    add(database, "p")
    backups = DailyBackups(directory, database, clock)
    assert backups.look()
    before = files(directory)
    assert len(before) == 1
    with database.connect() as connection:
        for day in (1, 2, 5):
            presence.beat(connection)  # a heartbeat is no change
            clock.now = START + timedelta(days=day)
            assert backups.look()
            status = backups.status()
            assert (status.is_unchanged, status.is_late(clock.now)) == (True, False)
    presence.release()
    assert files(directory) == before
    add(database, "later")
    wait_until(lambda: backups.look() and len(files(directory)) == 2)


@pytest.mark.parametrize("lost", ["postgres", "."])
def test_a_lost_database_comes_back_from_the_newest_backup(private, story, saved, lost):
    first = Database(private, only_embedded=True)
    put_in(first, story, saved)
    backups = DailyBackups(private, first, Clock())
    assert backups.look()
    before = everything(first)
    first.close()
    (kept,) = private.with_name("__anime_backups").glob("*.zip")
    shutil.rmtree(private / lost)

    recorder = Recorder(private)  # the next start, which makes a new database
    try:
        recorder.record(JobQueued(new_job("after the loss"), {}))
        recorder.settle()
        assert DailyBackups(private, recorder.database).look()
    finally:
        recorder.close()
    assert len(files(private)) == 2, "the new database's backup does not push out the lost one's"
    contents = restore(private, kept, True, silent)
    with zipfile.ZipFile(kept) as archive:
        tables = json.loads(archive.read("manifest.json"))["tables"]
    assert {name: vars(each) for name, each in contents.items()} == {
        each["name"]: each["contents"] for each in tables
    }
    again = Database(private, only_embedded=True)
    assert everything(again) == before
    again.close()


def test_one_of_several_processes_makes_the_backup(own):
    directory, database = own
    add(database, "p")
    several = [DailyBackups(directory, database) for _ in range(4)]
    threads = [threading.Thread(target=each.look) for each in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(files(directory)) == 1
    assert {each.status().failure for each in several} == {None}


def test_the_exit_gives_a_backup_up_and_leaves_no_half_file(own, monkeypatch):
    directory, database = own
    add(database, *map(str, range(50)))
    monkeypatch.setattr(daily_backups, "FIRST_LOOK_SECONDS", 0.0)
    monkeypatch.setattr(daily_backups, "WORK_SECONDS", 0.0)
    monkeypatch.setattr(daily_backups, "REST_FACTOR", 1e9)  # it rests after the first row
    backups = DailyBackups(directory, database)
    backups.start()
    wait_until(lambda: any(name.endswith(".part") for name in files(directory)))
    backups.stop()
    assert not backups._thread.is_alive()
    assert files(directory) == []
    assert backups.status().failure is None
    backups.start()  # after the stop it doesn't start again
    assert not backups._thread.is_alive()


def test_the_next_start_deletes_half_files(own):
    directory, database = own
    add(database, "p")
    folder = directory.with_name("__anime_backups")
    assert DailyBackups(directory, database, Clock()).look()
    (name,) = files(directory)
    own_half, old_half, other_half = (
        folder / f"{each}.part" for each in (name, f"jobs-{'0' * 16}-20200101-000000.zip",
                                             f"jobs-{'1' * 16}-20200101-000000.zip")
    )  # fmt: skip
    for half in (own_half, old_half, other_half):
        half.write_bytes(b"half")
    os.utime(old_half, (0, 0))
    backups = DailyBackups(directory, database)
    assert backups.look()
    assert not own_half.exists()
    assert not old_half.exists()
    assert other_half.exists()  # of a database that shares the folder and may write now


def test_a_folder_that_cannot_be_written_is_told_and_tried_again(own, monkeypatch, tmp_path):
    directory, database = own
    add(database, "p")
    monkeypatch.setenv("ANIME_BACKUP_FOLDER", str(tmp_path / "disk"))
    (tmp_path / "disk").write_text("no folder")
    backups = DailyBackups(directory, database)
    assert not backups.look()
    answer = backups_health(backups.status())
    assert (answer["status"], answer["state"]) == ("degraded", "none")
    assert str(tmp_path / "disk") in answer["message"]
    (tmp_path / "disk").unlink()
    assert backups.look()
    answer = backups_health(backups.status())
    assert (answer["status"], answer["state"], answer["count"]) == ("ok", "kept", 1)
    (written,) = (tmp_path / "disk").glob("*.zip")
    assert answer["bytes"] == written.stat().st_size


def test_without_the_driver_no_backup_is_told_as_failed(private, monkeypatch, caplog):
    """The health and the shipper name the missing package with its command."""
    monkeypatch.delenv("ANIME_DATABASE_URL", raising=False)
    for module in {"psycopg", *sys.modules}:
        if module.partition(".")[0] == "psycopg":
            monkeypatch.setitem(sys.modules, module, None)  # its import fails
    backups = DailyBackups(private, Database(private, only_embedded=True))
    assert backups.look()
    assert (backups.status().failure, caplog.text) == (None, "")


def test_an_external_database_and_a_user_who_wants_none_get_none(own, monkeypatch, database_url):
    directory, database = own
    add(database, "p")
    backups = DailyBackups(directory, database)
    assert backups.look()
    assert backups_health(backups.status()) == {
        "status": "ok", "state": "external", "count": 0, "newest": None, "bytes": None
    }  # fmt: skip
    monkeypatch.delenv("ANIME_DATABASE_URL")
    monkeypatch.setenv("ANIME_BACKUP_DAYS", "0")
    backups = DailyBackups(directory, database)
    assert backups.look()
    assert backups_health(backups.status())["state"] == "off"
    assert files(directory) == []


def test_a_backup_is_late_after_two_periods_of_a_process_that_runs():
    status = BackupStatus(BackupState.NONE, 1, START)
    assert not status.is_late(START + timedelta(days=2))
    assert status.is_late(START + timedelta(days=2, seconds=1))
    assert not BackupStatus(BackupState.OFF, 1, START).is_late(START + timedelta(days=9))
    assert not BackupStatus(BackupState.KEPT, 3, START).is_late(START + timedelta(days=6))
    late = BackupStatus(BackupState.KEPT, 1, datetime(2020, 1, 1, tzinfo=timezone.utc))
    answer = backups_health(late)
    assert answer["status"] == "degraded"
    assert "two periods" in answer["message"]


def test_a_backup_of_the_future_delays_none(own):
    directory, database = own
    add(database, "p")
    clock = Clock()
    clock.now = START + timedelta(days=400)  # the clock is wrong, and put right later
    assert DailyBackups(directory, database, clock).look()
    add(database, "q")
    clock.now = START
    assert DailyBackups(directory, database, clock).look()
    assert len(files(directory)) == 2
