"""Packs of several versions on one database: what a migration allows an older one."""

import re
import shutil
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from anime_production.models.jobs.database import transfer
from anime_production.models.jobs.database.database import Database, DatabaseUnavailable
from anime_production.models.jobs.database.migrations import (
    FIRST_LINE,
    FOLDER,
    list_migrations,
    migrate,
)
from anime_production.models.jobs.job import new_job
from anime_production.models.jobs.recording.backup import back_up, restore
from anime_production.models.jobs.recording.events import JobQueued
from anime_production.models.jobs.recording.ledger import write
from anime_production.models.jobs.recording.recorder import Recorder

from ....web.server.asking import Desk
from ..postgres import wait_until

# What a compatible migration may do, done to every table: columns that are NULL or have a default,
# one of them with the name of a column of many queries, an index, and a table of its own.
COMPATIBLE = """\
-- An older pack may go on writing: yes.
DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT relname FROM pg_class
        WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r' AND relname NOT LIKE 'later%'
    LOOP
        EXECUTE format('ALTER TABLE anime.%I ADD COLUMN later_note text,'
            ' ADD COLUMN later_count bigint NOT NULL DEFAULT 3', name);
        EXECUTE format('CREATE INDEX ON anime.%I (later_count)', name);
    END LOOP;
END $$;
CREATE TABLE anime.later (id bigint PRIMARY KEY, job_id uuid REFERENCES anime.jobs);
"""
FORBIDDING = """\
-- An older pack may go on writing: no.
ALTER TABLE anime.jobs RENAME COLUMN prompt_id TO prompt;
"""
# Everything that a statement of an older pack relies on. A migration that is called compatible
# leaves each of these rows as it is.
PROMISES = {
    "columns": """
        SELECT relname, attname, format_type(atttypid, atttypmod), attnotnull, atthasdef
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r' AND attnum > 0
            AND NOT attisdropped""",
    "rules": """
        SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid)
        FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
        WHERE connamespace = 'anime'::regnamespace AND contype <> 'n'  -- those are columns'
        UNION ALL
        SELECT relname, indexrelid::regclass::text, pg_get_indexdef(indexrelid)
        FROM pg_index JOIN pg_class ON pg_class.oid = indrelid
        WHERE relnamespace = 'anime'::regnamespace AND indisunique
        UNION ALL
        SELECT relname, tgname, pg_get_triggerdef(pg_trigger.oid)
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'anime'::regnamespace AND NOT tgisinternal""",
    "functions": """
        SELECT 'function', oid::regprocedure::text, prosrc FROM pg_proc
        WHERE pronamespace = 'anime'::regnamespace""",
}
ROUTES = (
    *("/anime/jobs", "/anime/jobs?text=snow&verdict=FAIL", "/anime/jobs?order=best"),
    *("/anime/export", "/anime/export?format=csv", "/anime/projects", "/anime/characters"),
    *(f"/anime/stats?by={key}" for key in ("project", "character", "model", "day", "phase")),
    *(f"/anime/jobs/8c1f{more}" for more in ("", "/events", "/params", "/reports", "/artifacts")),
    *("/anime/jobs/8c1f/graph", "/anime/productions"),
)


def migrations_of_a_later_pack(folder: Path) -> Path:
    """Write the migrations of a later pack: those of this one, and a compatible one."""
    shutil.copytree(FOLDER, folder)
    (folder / "9998_compatible.sql").write_text(COMPATIBLE)
    return folder


@pytest.fixture
def later_folder(tmp_path) -> Path:
    return migrations_of_a_later_pack(tmp_path / "later")


def upgrade(database: Database, folder: Path) -> int:
    """Apply the migrations of a later pack, as its first process does."""
    with database.connect() as connection:
        return migrate(connection, folder)


def upgraded(database: Database, folder: Path, version: int) -> bool:
    """Try to apply a later pack's migrations up to a version, and return True if they are.

    It locks all tables, so a process that writes can be in its way. PostgreSQL then undoes one of
    the two, which tries again.
    """
    try:
        with database.connect() as connection:
            return migrate(connection, folder, until=version) == version
    except (DatabaseUnavailable, psycopg.errors.DeadlockDetected):
        return False


def promises(connection: psycopg.Connection, kind: str) -> set[tuple]:
    return set(connection.execute(PROMISES[kind].encode()).fetchall())


def broken_promises(before: dict[str, set], after: dict[str, set]) -> list[tuple]:
    """What an older pack relies on and a migration has changed."""
    tables = {row[0] for row in before["columns"]}
    known = {row[:2] for row in before["columns"]}
    gone = [row for kind in PROMISES for row in before[kind] - after[kind]]
    new_rules = [row for row in after["rules"] - before["rules"] if row[0] in tables]
    demanded = [
        row for row in after["columns"]
        if row[0] in tables and row[:2] not in known and row[3] and not row[4]
    ]  # fmt: skip
    return gone + new_rules + demanded


def test_every_migration_says_whether_an_older_pack_may_go_on_writing():
    silent = [each.name for each in FOLDER.glob("*.sql") if not FIRST_LINE.match(each.read_text())]
    assert silent == []
    assert not any(each.older_packs_may_write for each in list_migrations()[:10])


def test_what_a_migration_allows_is_so_and_is_stored(embedded_postgres, later_folder):
    (later_folder / "9999_forbidding.sql").write_text(FORBIDDING)
    stored, differ = {}, {}
    with psycopg.connect(embedded_postgres.new_database(), autocommit=True) as connection:
        for migration in list_migrations(later_folder):
            before = {kind: promises(connection, kind) for kind in PROMISES if stored}
            migrate(connection, later_folder, until=migration.version)
            after = {kind: promises(connection, kind) for kind in PROMISES}
            stored[migration.version] = migration.older_packs_may_write
            if before:
                differ[migration.version] = broken_promises(before, after)
        query = "SELECT version, older_packs_may_write FROM anime.schema_migrations"
        rows = dict(connection.execute(query).fetchall())
    wrong = {version: differ[version] for version, allowed in stored.items()
             if allowed and differ[version]}  # fmt: skip
    assert wrong == {}
    assert (bool(differ[9999]), stored[9999]) == (True, False)
    assert {version for version in rows if rows[version] != stored[version]} <= set(range(1, 12))


def test_this_pack_goes_on_after_a_compatible_migration(
    private, database, later_folder, story, saved, tmp_path
):
    recorder = Recorder(private)
    try:
        recorder.record(story[0])
        recorder.settle()  # its connections were opened before the upgrade
        assert upgrade(database, later_folder) == 9998
        for event in (*story[1:], saved):
            recorder.record(event)
        recorder.settle()
        status = recorder.status()
        assert (status.database, status.backlog, status.rejected) == (None, 0, 0)
        # The sixth time on one connection a statement is prepared.
        for _ in range(7):
            answers = Desk(recorder, tmp_path).get(*ROUTES)
            assert [each.status for each in answers] == [200] * len(ROUTES)
            job = answers[ROUTES.index("/anime/jobs/8c1f")].json["job"]
            reports = answers[ROUTES.index("/anime/jobs/8c1f/reports")].json["reports"]
            assert (job["state"], len(reports)) == ("failed", 2)
        assert "later_note" not in "".join(each.body.decode() for each in answers)
        (deleted,) = Desk(recorder, tmp_path).ask(("DELETE", f"/anime/jobs/{job['id']}", None))
        assert deleted.status == 200
    finally:
        recorder.close()


def test_no_job_is_lost_while_migrations_are_applied(private, database, later_folder):
    (later_folder / "9997_more.sql").write_text(
        COMPATIBLE.replace("later", "sooner").replace("CREATE TABLE", "CREATE TABLE IF NOT EXISTS")
    )
    recorder, recorded, stop = Recorder(private, longest_pause=0.05), [], threading.Event()

    def record_jobs() -> None:
        while not stop.wait(0.01):  # many more would take a slow machine long to write
            job = replace(new_job(f"p{len(recorded)}", "Winter"), tags=("a",))
            recorded.append(recorder.record(JobQueued(job, {})))

    def count_jobs() -> int:
        with database.connect() as connection:
            return connection.execute("SELECT count(*) FROM anime.jobs").fetchone()[0]

    thread = threading.Thread(target=record_jobs)
    thread.start()
    try:
        wait_until(count_jobs, 100)  # its connection is open before the first upgrade
        for version in (9997, 9998):
            wait_until(partial(upgraded, database, later_folder, version), 100)
            count = count_jobs()
            wait_until(lambda count=count: count_jobs() > count, 100)
        stop.set()
        thread.join(20)
        wait_until(lambda: count_jobs() == len(recorded), 100)
        status = recorder.status()
    finally:
        stop.set()
        recorder.close()
    assert all(recorded)
    assert (status.database, status.backlog, status.rejected) == (None, 0, 0)


def test_a_migration_that_forbids_it_is_refused_by_name(database, later_folder):
    (later_folder / "9999_forbidding.sql").write_text(FORBIDDING)
    assert upgrade(database, later_folder) == 9999
    with pytest.raises(DatabaseUnavailable) as refused:
        database.connect()
    assert re.search(r"has schema 9999.* write after 9999_forbidding\. Update", str(refused.value))
    assert "9998" not in str(refused.value)


def test_backups_go_from_the_older_to_the_newer_schema_alone(
    private, database, later_folder, tmp_path, story, monkeypatch
):
    with database.connect() as connection:
        for event in story:
            write(connection, event)
    of_this = tmp_path / "this.zip"
    back_up(private, of_this, print)
    assert upgrade(database, later_folder) == 9998
    later = tmp_path / "later.zip"
    back_up(private, later, print)  # the older pack backs the newer schema up as a whole
    with pytest.raises(transfer.TransferFailed, match="written by a newer version of the pack"):
        restore(private, later, True, print)
    with pytest.raises(transfer.TransferFailed, match="may use but not replace"):
        restore(private, of_this, True, print)
    monkeypatch.setattr(transfer, "list_migrations", partial(list_migrations, later_folder))
    monkeypatch.setattr(transfer, "migrate", partial(migrate, folder=later_folder))
    for file in (later, of_this):
        assert restore(private, file, True, print)["jobs"].rows == 1
        with database.connect() as connection:
            counts = connection.execute("SELECT later_count FROM anime.jobs").fetchall()
        assert counts == [(3,)]
