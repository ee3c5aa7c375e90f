"""The database's schema: numbered changes, applied in their order, each once.

A change is an SQL file. One that needs a rule of the domain has a step in Python as well, named in
`STEPS`: it runs after the SQL, in the same transaction.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x616E696D65  # "anime": one process at a time changes the schema

APPLIED = "SELECT coalesce(max(version), 0) FROM anime.schema_migrations"
IS_THERE = "SELECT to_regclass('anime.schema_migrations') IS NOT NULL"


def _judge_recorded_jobs(connection: "Connection") -> None:
    from .judge_recorded import judge_recorded_jobs  # costs nothing where nothing is to be done

    judge_recorded_jobs(connection)


# A step works on the schema of its own number, whatever follows: a later change that would break
# it needs a copy of what the step imports. The tests run each of them on an old database.
STEPS: dict[int, Callable[["Connection"], None]] = {7: _judge_recorded_jobs}

BEGINNING = """
CREATE SCHEMA IF NOT EXISTS anime;
COMMENT ON SCHEMA anime IS 'What Anime Production for ComfyUI remembers.';
CREATE TABLE IF NOT EXISTS anime.schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE anime.schema_migrations IS 'Which numbered changes this schema has had.';
"""


class Migration(NamedTuple):
    """One numbered change of the schema."""

    version: int
    name: str
    sql: str


class SchemaTooNew(RuntimeError):
    """A newer pack has changed the database; this one would not understand it."""


def known_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations of a folder, in their order: 0001_name.sql, 0002_name.sql, …"""
    paths = sorted(folder.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [
        Migration(int(path.stem[:4]), path.stem[5:], path.read_text(encoding="utf-8"))
        for path in paths
    ]


def migrate(connection: "Connection", folder: Path = FOLDER, until: int | None = None) -> int:
    """Bring the schema to this pack's version.

    Any number of processes may do this at once. Each migration is a transaction of its own.

    Args:
        connection: in autocommit mode, allowed to create a schema.
        folder: where the migrations lie.
        until: stop at this version, for what an older pack wrote; None for the newest.

    Returns:
        The schema's version now.

    Raises:
        SchemaTooNew: a newer pack was here.
        psycopg.Error: the database refuses.
    """
    migrations = known_migrations(folder)
    newest = migrations[-1].version if until is None else until
    version = _version(connection)
    while version < newest:
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            if version == 0:
                connection.execute(BEGINNING)
            version = _version(connection)  # another process may have been faster
            if version < newest:
                following = next(each for each in migrations if each.version > version)
                connection.execute(following.sql.encode())
                if following.version in STEPS:
                    STEPS[following.version](connection)
                connection.execute(
                    "INSERT INTO anime.schema_migrations (version, name) VALUES (%s, %s)",
                    (following.version, following.name),
                )
                version = following.version
                log.info("The database's schema is now version %s.", version)
    if version > newest:
        raise SchemaTooNew(
            f"The database has schema {version}, made by a newer version of this pack; this one"
            f" knows schemas up to {newest}. Update the pack, or name another database."
        )
    return version


def _version(connection: "Connection") -> int:
    exists = connection.execute(IS_THERE).fetchone()
    if exists is None or not exists[0]:
        return 0
    row = connection.execute(APPLIED).fetchone()
    return int(row[0]) if row else 0
