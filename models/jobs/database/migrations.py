"""Migrations of the database's schema, applied in their order, each once.

A migration is an SQL file. A migration that needs a rule of the pack also has a step in Python,
listed in `STEPS`; it runs after the SQL, in the same transaction.

The first line of each file says whether an older version of the pack may go on writing after it.
The database stores the answer, so that an older version can decide although it has not the file.
"""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x616E696D65  # "anime" in ASCII; this lock lets one process at a time change the schema

APPLIED = "SELECT coalesce(max(version), 0) FROM anime.schema_migrations"
SCHEMA_EXISTS = "SELECT to_regclass('anime.schema_migrations') IS NOT NULL"
# Migrations that an older version doesn't have and must not write after.
FORBIDDING = """
SELECT version, name FROM anime.schema_migrations
WHERE version > %s AND NOT older_packs_may_write ORDER BY version
"""

FIRST_LINE = re.compile(r"-- An older pack may go on writing: (yes|no)\.\n")
ANSWER_SINCE = 12  # version of the schema that stores the answer of the first line


def _judge_recorded_jobs(connection: "Connection") -> None:
    from .judge_recorded import judge_recorded_jobs  # imported only if the migration has to run

    judge_recorded_jobs(connection)


# A step sees the schema of its own version, not of later ones. A later migration that would break
# a step must first give the step its own copy of the code that it imports. The tests run every
# step on an old database.
STEPS: dict[int, Callable[["Connection"], None]] = {7: _judge_recorded_jobs}

BEGINNING = """
CREATE SCHEMA IF NOT EXISTS anime;
COMMENT ON SCHEMA anime IS 'Records of Anime Production for ComfyUI.';
CREATE TABLE IF NOT EXISTS anime.schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.schema_migrations IS 'Migrations that were applied to this schema.';
"""


class Migration(NamedTuple):
    """A numbered change of the schema.

    Attributes:
        version: number of the migration.
        name: name of the file, without number and suffix.
        sql: statements.
        older_packs_may_write: True if a version of the pack without this migration may go on
            writing to the database.
    """

    version: int
    name: str
    sql: str
    older_packs_may_write: bool


class SchemaTooNew(RuntimeError):
    """A newer version of the pack changed the schema so that this version must not write to it."""


def list_migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations of a folder in their order: 0001_name.sql, 0002_name.sql, …."""
    return [_read(path) for path in sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))]


def _read(path: Path) -> Migration:
    text = path.read_text(encoding="utf-8")
    first_line = FIRST_LINE.match(text)
    may_write = first_line is not None and first_line[1] == "yes"
    return Migration(int(path.stem[:4]), path.stem[5:], text, may_write)


def migrate(connection: "Connection", folder: Path = FOLDER, until: int | None = None) -> int:
    """Update the schema to this pack's version.

    Several processes can do this at the same time. Each migration is a transaction of its own. A
    schema that is newer stays as it is.

    Args:
        connection: connection in autocommit mode, whose user may create a schema.
        folder: folder of the migrations.
        until: last version to apply, for data of an older pack; None applies all.

    Returns:
        The schema's version afterwards.

    Raises:
        SchemaTooNew: the schema has a newer migration after which this version must not write.
        psycopg.Error: the database refused a statement.
    """
    migrations = list_migrations(folder)
    newest = migrations[-1].version if until is None else until
    version = schema_version(connection)
    while version < newest:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if version == 0:
                connection.execute(BEGINNING)
            version = schema_version(connection)  # another process may have migrated meanwhile
            if version < newest:
                migration = next(each for each in migrations if each.version > version)
                connection.execute(migration.sql.encode())
                if migration.version in STEPS:
                    STEPS[migration.version](connection)
                _store(connection, migration)
                version = migration.version
                log.info("The database's schema is now version %s.", version)
    if version > newest:
        _check_may_write(connection, version, newest)
    return version


def _store(connection: "Connection", migration: Migration) -> None:
    """Store that a migration was applied."""
    values = {"version": migration.version, "name": migration.name}
    statement = "INSERT INTO anime.schema_migrations (version, name) VALUES (%(version)s, %(name)s)"
    if migration.version >= ANSWER_SINCE:
        values["may_write"] = migration.older_packs_may_write
        statement = (
            "INSERT INTO anime.schema_migrations (version, name, older_packs_may_write)"
            " VALUES (%(version)s, %(name)s, %(may_write)s)"
        )
    connection.execute(statement.encode(), values)


def _check_may_write(connection: "Connection", version: int, newest: int) -> None:
    """Check that all migrations newer than this pack's let an older version go on writing."""
    forbidding = connection.execute(FORBIDDING, (newest,)).fetchall()
    if forbidding:
        names = ", ".join(f"{number:04}_{name}" for number, name in forbidding)
        raise SchemaTooNew(
            f"The database has schema {version}, made by a newer version of this pack; this version"
            f" supports schemas up to {newest}. An older version must not write after {names}."
            " Update the pack, or use another database."
        )


def schema_version(connection: "Connection") -> int:
    """Return the number of the newest migration of the database; 0 without a schema."""
    exists = connection.execute(SCHEMA_EXISTS).fetchone()
    if exists is None or not exists[0]:
        return 0
    row = connection.execute(APPLIED).fetchone()
    return int(row[0]) if row else 0
