# mypy: disable-error-code="union-attr"
import shutil
import subprocess
import sys

import psycopg
import pytest

from anime_production.models.jobs.database import Database, DatabaseAway
from anime_production.models.jobs.history import find_job
from anime_production.models.jobs.ledger import write
from anime_production.models.jobs.migrations import FOLDER, known_migrations, migrate

MIGRATE = """
import sys, psycopg
from anime_production.models.jobs.migrations import migrate
with psycopg.connect(sys.stdin.readline().strip(), autocommit=True) as connection:
    print("ready", flush=True)
    sys.stdin.readline()
    print(migrate(connection))
"""


@pytest.fixture
def connection(studio_url):
    with psycopg.connect(studio_url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, query: str):
    row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def test_migrations_are_numbered_without_a_gap():
    versions = [migration.version for migration in known_migrations()]
    assert versions == list(range(1, len(versions) + 1))


def test_several_processes_may_start_at_once(studio_url, connection):
    command = [sys.executable, "-c", MIGRATE]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(5)]
    for process in processes:
        process.stdin.write(f"{studio_url}\n")
        process.stdin.flush()
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 5
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate() for process in processes]
    newest = known_migrations()[-1].version
    assert [said for said, _ in answers] == [f"{newest}\n"] * 5, answers
    assert one(connection, "SELECT count(*) FROM anime.schema_migrations") == newest


def test_an_older_pack_refuses_a_newer_schema_in_words(studio_url, connection, private):
    migrate(connection)
    connection.execute("INSERT INTO anime.schema_migrations VALUES (9999, 'from_the_future')")
    with pytest.raises(DatabaseAway, match=r"has schema 9999.*Update the pack"):
        Database(private).connect()


def test_a_migration_that_fails_leaves_nothing_behind(connection, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    (folder / "9998_broken.sql").write_text("CREATE TABLE anime.half (); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(connection, folder)
    assert one(connection, "SELECT to_regclass('anime.half') IS NULL")
    newest = known_migrations()[-1].version
    assert one(connection, "SELECT max(version) FROM anime.schema_migrations") == newest
    assert migrate(connection) == newest


def test_a_database_of_the_first_version_keeps_what_it_holds(connection, tmp_path, story, saved):
    first = tmp_path / "migrations"
    first.mkdir()
    shutil.copy(FOLDER / "0001_jobs.sql", first)
    assert migrate(connection, first) == 1
    for event in story:
        write(connection, event)
    assert migrate(connection) == known_migrations()[-1].version
    assert find_job(connection, "8c1f").job == story[0].job
    assert write(connection, saved)


def test_every_table_says_what_it_is_for(connection):
    migrate(connection)
    silent = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r'"
        " AND obj_description(oid) IS NULL"
    ).fetchall()
    assert silent == []
