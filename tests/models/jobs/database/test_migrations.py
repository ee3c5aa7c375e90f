# mypy: disable-error-code="union-attr"
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from anime_production.models.jobs.database.database import DatabaseUnavailable
from anime_production.models.jobs.database.migrations import FOLDER, list_migrations, migrate
from anime_production.models.jobs.recording.ledger import write

MIGRATE = """
import sys, psycopg
from anime_production.models.jobs.database.migrations import migrate
with psycopg.connect(sys.stdin.readline().strip(), autocommit=True) as connection:
    print("ready", flush=True)
    sys.stdin.readline()
    print(migrate(connection))
"""


@pytest.fixture
def connection(every_url):
    with psycopg.connect(every_url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, query: str):
    row = connection.execute(query.encode()).fetchone()
    assert row
    return row[0]


def test_migrations_are_numbered_without_a_gap():
    versions = [migration.version for migration in list_migrations()]
    assert versions == list(range(1, len(versions) + 1))


def test_ten_processes_may_start_at_once(studio_url):
    command = [sys.executable, "-c", MIGRATE]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, text=True, stdin=pipe, stdout=pipe) for _ in range(10)]
    for process in processes:
        process.stdin.write(f"{studio_url}\n")
        process.stdin.flush()
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 10
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate() for process in processes]
    newest = list_migrations()[-1].version
    assert [said for said, _ in answers] == [f"{newest}\n"] * 10, answers
    with psycopg.connect(studio_url) as connection:
        assert one(connection, "SELECT count(*) FROM anime.schema_migrations") == newest


def test_an_older_pack_refuses_a_newer_schema_in_words(database):
    with database.connect() as connection:
        connection.execute("INSERT INTO anime.schema_migrations VALUES (9999, 'from_the_future')")
    with pytest.raises(DatabaseUnavailable, match=r"has schema 9999.*Update the pack"):
        database.connect()


def test_a_migration_that_fails_leaves_nothing_behind(connection, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(FOLDER, folder)
    (folder / "9998_broken.sql").write_text("CREATE TABLE anime.half (); SELECT 1 / 0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        migrate(connection, folder)
    assert one(connection, "SELECT to_regclass('anime.half') IS NULL")
    newest = list_migrations()[-1].version
    assert one(connection, "SELECT max(version) FROM anime.schema_migrations") == newest
    assert migrate(connection) == newest


OLDER_JOBS = """
INSERT INTO anime.projects (name) VALUES ('Winter');
INSERT INTO anime.machines (name) VALUES ('studio');
INSERT INTO anime.jobs (id, prompt_id, project_id, machine_id, state, created_at, finished_at)
SELECT md5(prompt)::uuid, prompt, 1, 1, state, '2026-03-01', ended
FROM (VALUES
    ('passed', 'completed', timestamptz '2026-03-01 00:01'), ('failed', 'completed', '2026-03-01'),
    ('unsure', 'failed', '2026-03-01'), ('silent', 'cancelled', '2026-03-01'),
    ('open', 'in_progress', NULL)
) AS told (prompt, state, ended);
INSERT INTO anime.job_events (id, job_id, kind, at)
SELECT md5(prompt_id || kind)::uuid, id, kind, created_at
FROM anime.jobs, (VALUES ('job_started'), ('job_finished')) AS kinds (kind)
WHERE kind = 'job_started' OR finished_at IS NOT NULL;
INSERT INTO anime.reports (event_id, job_id, position, node_id, subject, verdict, score)
SELECT md5(prompt || 'job_finished')::uuid, md5(prompt)::uuid, position, '5', 'loop', verdict, score
FROM (VALUES
    ('passed', 0, 'PASS', 80), ('passed', 1, 'PASS', 70),
    ('failed', 0, 'PASS', 90), ('failed', 1, 'FAIL', 10), ('failed', 2, 'NOT_MEASURED', 20),
    ('unsure', 0, 'PASS', 90), ('unsure', 1, 'NOT_MEASURED', NULL)
) AS told (prompt, position, verdict, score);
"""


def known_until(version: int, folder: Path) -> Path:
    """A folder of the migrations that an older pack had."""
    folder.mkdir()
    for path in sorted(FOLDER.glob("*.sql"))[:version]:
        shutil.copy(path, folder)
    return folder


@pytest.mark.parametrize("version", [1, 2])
def test_a_database_of_an_older_pack_keeps_what_it_holds(
    connection, tmp_path, version, story, saved
):
    assert migrate(connection, known_until(version, tmp_path / "old")) == version
    connection.execute(OLDER_JOBS)
    assert migrate(connection) == list_migrations()[-1].version
    query = "SELECT prompt_id, state, verdict, score FROM anime.jobs ORDER BY prompt_id"
    assert connection.execute(query).fetchall() == [
        ("failed", "completed", "FAIL", 10.0),
        ("open", "in_progress", None, None),
        ("passed", "completed", "PASS", 70.0),
        ("silent", "cancelled", None, None),
        ("unsure", "failed", None, None),  # only a completed job has a verdict
    ]
    query = (
        "SELECT prompt_id, array_agg(job_events.state ORDER BY kind DESC) FROM anime.jobs"
        " JOIN anime.job_events ON job_id = jobs.id GROUP BY prompt_id ORDER BY prompt_id"
    )
    assert connection.execute(query).fetchall() == [
        ("failed", ["in_progress", "completed"]),
        ("open", ["in_progress"]),
        ("passed", ["in_progress", "completed"]),
        ("silent", ["in_progress", "cancelled"]),
        ("unsure", ["in_progress", "failed"]),
    ]
    assert one(connection, "SELECT count(*) FROM anime.reports") == 7
    assert all(write(connection, event) for event in (*story, saved))


def test_every_table_says_what_it_is_for(connection):
    migrate(connection)
    silent = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r'"
        " AND obj_description(oid) IS NULL"
    ).fetchall()
    assert silent == []
