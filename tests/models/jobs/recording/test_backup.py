# mypy: disable-error-code="union-attr"
import json
import stat
import zipfile
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from anime_production.models.jobs.database.database import Database, DatabaseUnavailable
from anime_production.models.jobs.database.migrations import list_migrations, migrate
from anime_production.models.jobs.database.transfer import DatabaseSource, TransferFailed
from anime_production.models.jobs.job import Review, ReviewVerdict, new_job
from anime_production.models.jobs.queries.history import find_job
from anime_production.models.jobs.recording.backup import back_up, move, restore, write_archive
from anime_production.models.jobs.recording.events import JobQueued, JobReviewed
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.processes import Presence

from ..database.test_migrations import OLDER_JOBS

GRAPH = {"1": {"class_type": "KSampler", "inputs": {"seed": 2**64 - 1, "steps": 20}}}


def silent(line: str) -> None:
    pass


def put_in(database: Database, story, saved, jobs: int = 30) -> None:
    """Everything that a database can hold, with text that is awkward to write down."""
    with database.connect(None) as connection:
        for event in (*story, saved):
            write(connection, event)
        write(connection, JobReviewed(story[0].job, Review(ReviewVerdict.REJECTED, "a\nb\t\\n")))
        first = None
        for number in range(jobs):
            job = replace(
                new_job(f"p\\{number}", "冬　の\\t", "1", "2", "葵", "a, b"),
                process_id=uuid4(),
                reproduced_from=first,
            )
            first = first or job.id
            write(connection, JobQueued(job, GRAPH, {"nodes": ["\\N", "\n", None, 0.1 + 0.2]}))
        gone = "INSERT INTO anime.deleted_jobs (id) VALUES (gen_random_uuid())"
        connection.execute(gone)


def everything(database: Database) -> dict[str, list]:
    """All rows of all tables, as Python sees them."""
    with database.connect(None) as connection, connection.transaction():
        return {
            table.name: sorted(
                map(repr, connection.execute(f"SELECT * FROM anime.{table.name}".encode()))
            )
            for table in DatabaseSource(connection).tables
        }


@pytest.fixture
def full(private, story, saved):
    """An embedded database of its own, with something in every table that matters."""
    database = Database(private, only_embedded=True)
    put_in(database, story, saved)
    yield database
    database.close()


def test_a_backup_is_restored_exactly(database, private, tmp_path, story, saved):
    put_in(database, story, saved)
    before, file = everything(database), tmp_path / "jobs.zip"
    assert len(before["jobs"]) == 31
    contents = back_up(private, file, silent)
    assert {name: each.rows for name, each in contents.items()} == {
        name: len(rows) for name, rows in before.items()
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with database.connect(None) as connection:
        connection.execute("DELETE FROM anime.jobs")
        write(connection, JobQueued(new_job("later"), GRAPH))
    with pytest.raises(TransferFailed, match="holds 1 jobs already"):
        restore(private, file, False, silent)
    assert len(everything(database)["jobs"]) == 1
    assert restore(private, file, True, silent) == contents
    assert everything(database) == before
    with database.connect(None) as connection:
        shown = tuple(each.read() for each in story[-1].reports)
        assert find_job(connection, "8c1f").reports == shown
        # New rows get numbers of their own, and triggers work as before.
        job = new_job("new", "a new project", shot="a new shot", character="a new character")
        assert write(connection, JobQueued(job, GRAPH))
        added = "INSERT INTO anime.projects (name) VALUES ('another') RETURNING id"
        (newest,) = connection.execute("SELECT max(id) FROM anime.projects").fetchone()
        assert connection.execute(added).fetchone() == (newest + 1,)
        off = "SELECT count(*) FROM pg_trigger WHERE tgenabled = 'D'"
        assert connection.execute(off).fetchone() == (0,)


def test_the_embedded_database_is_moved_to_a_server(full, private, system_url, capfd):
    before = everything(full)
    contents = move(private, False, silent)
    outside = Database(private)
    with outside.connect() as connection:
        assert connection.info.port != 5432
    assert everything(outside) == before == everything(full)
    assert contents["jobs"].rows == 31
    with pytest.raises(TransferFailed, match="holds 31 jobs already"):
        move(private, False, silent)
    assert move(private, True, silent) == contents
    assert "a-secret-word" not in "".join(capfd.readouterr())


def test_a_server_that_refuses_keeps_what_it_had_and_no_secret_is_said(
    full, private, system_url, monkeypatch
):
    with psycopg.connect(system_url) as connection:
        connection.execute("CREATE SCHEMA anime")  # another's, without our tables
        connection.execute("CREATE VIEW anime.jobs AS SELECT 1 AS id")
    with pytest.raises((TransferFailed, DatabaseUnavailable)) as refused:
        move(private, False, silent)
    monkeypatch.setenv("ANIME_DATABASE_URL", system_url.replace("secret-word", "wrong-word"))
    with pytest.raises(DatabaseUnavailable) as away:
        move(private, False, silent)
    for secret in ("secret-word", "wrong-word", "keeper"):
        assert secret not in f"{refused.value} {away.value}"


@pytest.mark.parametrize("version", [1, 2])
def test_a_backup_of_an_older_pack_is_brought_up_to_date(
    private, embedded_postgres, database_url, tmp_path, version
):
    file = tmp_path / "old.zip"
    with psycopg.connect(embedded_postgres.new_database(), autocommit=True) as old:
        migrate(old, until=version)
        old.execute(OLDER_JOBS)
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with old.transaction():
            write_archive(file, DatabaseSource(old), silent)
    assert restore(private, file, False, silent)["jobs"].rows == 5
    with Database(private).connect() as connection:
        newest = connection.execute("SELECT max(version) FROM anime.schema_migrations").fetchone()
        assert newest == (list_migrations()[-1].version,)
        query = "SELECT prompt_id, verdict FROM anime.jobs WHERE verdict IS NOT NULL ORDER BY 1"
        rows = connection.execute(query).fetchall()
        assert rows == [("failed", "FAIL"), ("passed", "PASS")]


@pytest.mark.parametrize("damage", ["cut", "changed", "newer", "no backup"])
def test_a_damaged_backup_changes_nothing(private, database, tmp_path, story, damage):
    file = tmp_path / "jobs.zip"
    with database.connect(None) as connection:
        write(connection, story[-1])
    back_up(private, file, silent)
    before = everything(database)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:-200])
    elif damage == "no backup":
        file.write_text("something else")
    else:
        with zipfile.ZipFile(file) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        if damage == "changed":
            parts["jobs.copy"] = parts["jobs.copy"].replace(b"8c1f", b"8c1e")
        else:
            manifest = json.loads(parts["manifest.json"])
            parts["manifest.json"] = json.dumps({**manifest, "schema": 9999}).encode()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)
    expected = "Update the pack" if damage == "newer" else "no complete backup"
    with pytest.raises(TransferFailed, match=expected):
        restore(private, file, True, silent)
    assert everything(database) == before


def test_nothing_is_overwritten_and_nothing_done_under_a_running_comfyui(
    private, database_url, tmp_path
):
    file = tmp_path / "jobs.zip"
    back_up(private, file, silent)
    with pytest.raises(TransferFailed, match="exists already"):
        back_up(private, file, silent)
    running = Presence(private)
    running.hold()
    for refused in (
        lambda: restore(private, file, True, silent),
        lambda: move(private, True, silent),
    ):
        with pytest.raises(TransferFailed, match="ComfyUI is running"):
            refused()
    running.release()
    with pytest.raises(TransferFailed, match="no embedded database"):
        move(private, True, silent)


def test_what_waits_in_the_outbox_is_in_the_backup(private, database_url, tmp_path):
    from anime_production.models.jobs.recording.outbox import Outbox

    outbox = Outbox(private / "outbox.sqlite")
    for number in range(5):
        assert outbox.append(JobQueued(new_job(f"{number}"), GRAPH))
    assert back_up(private, tmp_path / "jobs.zip", silent)["jobs"].rows == 5
    assert outbox.backlog() == 0
    outbox.close()
