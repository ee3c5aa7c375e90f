"""`quickstart.py jobs`, run as people run it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.ledger import write
from anime_production.quickstart_steps.places import CHECKOUT

from ..models.jobs.postgres import PASSWORD, USER, private_folder


@pytest.fixture
def private() -> Iterator[Path]:
    """The pack's folder below a ComfyUI's user folder, with three jobs in the embedded server."""
    with private_folder() as folder:
        database = Database(folder, only_embedded=True)
        with database.connect() as connection:
            for number in range(3):
                write(connection, JobQueued(new_job(f"prompt {number}"), {}))
        database.close()
        yield folder


def quickstart(private: Path, *words: str, url: str = "") -> subprocess.CompletedProcess:
    home = private.parent / "home"
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    command = [sys.executable, str(CHECKOUT / "quickstart.py"), "jobs", *words]
    return subprocess.run(
        [*command, "--home", str(home), "--user", str(private.parent)],
        env={**os.environ, "ANIME_DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=private.parent,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_jobs_are_backed_up_moved_and_restored(private, system_postgres):
    url = system_postgres.new_database()
    backup = quickstart(private, "backup", "kept.zip")
    assert backup.returncode == 0, backup.stdout + backup.stderr
    assert "3 jobs" in backup.stdout
    moved = quickstart(private, "move", url=url)
    assert moved.returncode == 0, moved.stdout + moved.stderr
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (3,)
        connection.execute("DELETE FROM anime.jobs WHERE prompt_id <> 'prompt 1'")
    restored = quickstart(private, "restore", "kept.zip", "--replace", url=url)
    assert restored.returncode == 0, restored.stdout + restored.stderr
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM anime.jobs").fetchone() == (3,)
    system_postgres.stop()
    try:
        away = quickstart(private, "move", url=url)
    finally:
        system_postgres.start()
    assert away.returncode == 1
    for said in (backup, moved, restored, away):
        assert not {PASSWORD, USER, url} & set((said.stdout + said.stderr).split())
        assert PASSWORD not in said.stdout + said.stderr


@pytest.mark.parametrize("words", [(), ("backup",), ("restore",), ("forget",), ("move", "url")])
def test_what_is_no_command_says_how_to_ask(tmp_path, words):
    refused = quickstart(tmp_path / "user" / "__anime", *words)
    assert refused.returncode == 2
    assert "usage: quickstart.py jobs" in refused.stderr
