"""Migrations of the database's schema, applied in their order, each once.

A migration is an SQL file. A migration that needs a rule of the pack also has a step in Python,
listed in `STEPS`; it runs after the SQL, in the same transaction.
"""

import logging
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
    """A numbered change of the schema."""

    version: int
    name: str
    sql: str


class SchemaTooNew(RuntimeError):
    """The database's schema was made by a newer version of this pack."""


def list_migrations(folder: Path = FOLDER) -> list[Migration]:
    """Return the migrations of a folder in their order: 0001_name.sql, 0002_name.sql, …."""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [
        Migration(int(path.stem[:4]), path.stem[5:], path.read_text(encoding="utf-8"))
        for path in paths
    ]


def migrate(connection: "Connection", folder: Path = FOLDER, until: int | None = None) -> int:
    """Update the schema to this pack's version.

    Several processes can do this at the same time. Each migration is a transaction of its own.

    Args:
        connection: connection in autocommit mode, whose user may create a schema.
        folder: folder of the migrations.
        until: last version to apply, for data of an older pack; None applies all.

    Returns:
        The schema's version afterwards.

    Raises:
        SchemaTooNew: a newer version of the pack has changed the schema.
        psycopg.Error: the database refused a statement.
    """
    migrations = list_migrations(folder)
    newest = migrations[-1].version if until is None else until
    version = _version(connection)
    while version < newest:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if version == 0:
                connection.execute(BEGINNING)
            version = _version(connection)  # another process may have migrated in the meantime
            if version < newest:
                migration = next(each for each in migrations if each.version > version)
                connection.execute(migration.sql.encode())
                if migration.version in STEPS:
                    STEPS[migration.version](connection)
                connection.execute(
                    "INSERT INTO anime.schema_migrations (version, name) VALUES (%s, %s)",
                    (migration.version, migration.name),
                )
                version = migration.version
                log.info("The database's schema is now version %s.", version)
    if version > newest:
        raise SchemaTooNew(
            f"The database has schema {version}, made by a newer version of this pack; this version"
            f" supports schemas up to {newest}. Update the pack, or use another database."
        )
    return version


def _version(connection: "Connection") -> int:
    exists = connection.execute(SCHEMA_EXISTS).fetchone()
    if exists is None or not exists[0]:
        return 0
    row = connection.execute(APPLIED).fetchone()
    return int(row[0]) if row else 0
