"""Moves everything that a database holds into another, all of it or nothing."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .migrations import LOCK, known_migrations, migrate

if TYPE_CHECKING:
    from psycopg import Connection

Say = Callable[[str], None]

# What a text of COPY depends on, the same on both sides, so that contents can be compared.
SETTINGS = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lock_timeout = '15s';
"""
# All but what the migrations fill themselves, and but generated columns.
TABLES = """
SELECT relname,
    array(
        SELECT attname FROM pg_attribute
        WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        ORDER BY attnum
    )::text[],
    array(
        SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid
            AND attnum = ANY(indkey)
        WHERE indrelid = pg_class.oid AND indisprimary ORDER BY attnum
    )::text[],
    array(
        SELECT other.relname FROM pg_constraint JOIN pg_class AS other ON other.oid = confrelid
        WHERE conrelid = pg_class.oid AND contype = 'f' AND confrelid <> conrelid
    )::text[]
FROM pg_class
WHERE relnamespace = 'anime'::regnamespace AND relkind = 'r' AND relname <> 'schema_migrations'
ORDER BY relname
"""
IDENTITIES = """
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = 'anime' AND is_identity = 'YES'
"""


class TransferFailed(RuntimeError):
    """Nothing was changed; the message says why and what to do."""


@dataclass(frozen=True)
class Table:
    """A table's name, the columns that are copied, and those of its primary key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """What a table held: how many rows, and a hash of all of them in the order of their key."""

    rows: int
    sha256: str


class Source(Protocol):
    """Where the rows come from."""

    @property
    def version(self) -> int:
        """Of the schema."""

    @property
    def tables(self) -> Sequence[Table]:
        """In an order in which none refers to a later one."""

    def chunks(self, table: Table) -> Iterator[bytes]:
        """The table's rows, as COPY writes them."""


class DatabaseSource:
    """A database, as it is at one moment; others may go on writing to it."""

    def __init__(self, connection: "Connection") -> None:
        """Begin to read.

        Args:
            connection: inside a transaction that is REPEATABLE READ.
        """
        connection.execute(SETTINGS.encode())
        row = connection.execute("SELECT max(version) FROM anime.schema_migrations").fetchone()
        self._connection, self.version = connection, int(row[0]) if row else 0
        self.tables: Sequence[Table] = tables_of(connection)

    def chunks(self, table: Table) -> Iterator[bytes]:
        """The table's rows, as COPY writes them, in the order of their key."""
        return _copy_out(self._connection, table)


def tables_of(connection: "Connection") -> list[Table]:
    """The schema's tables, none before one that it refers to."""
    found = {row[0]: row for row in connection.execute(TABLES.encode()).fetchall()}
    ordered: dict[str, Table] = {}

    def place(name: str) -> None:
        if name not in ordered:
            _, columns, key, others = found[name]
            for other in others:
                place(other)
            ordered[name] = Table(name, tuple(columns), tuple(key))

    for name in found:
        place(name)
    return list(ordered.values())


def fill(connection: "Connection", source: Source, replace: bool, say: Say) -> dict[str, Contents]:
    """Put all that a source holds into a database, in one transaction, and compare it.

    Args:
        connection: in autocommit mode, to a database whose schema is this pack's.
        source: of this pack's schema or an older one's.
        replace: whether what the database holds may go.
        say: takes a line for each table.

    Returns:
        What every table holds now.

    Raises:
        TransferFailed: the database holds something already, or the contents differ.
        psycopg.Error: the database refuses.
    """
    newest = known_migrations()[-1].version
    if source.version > newest:
        raise TransferFailed(
            f"This was written by a newer version of the pack (schema {source.version}; this one"
            f" knows {newest}). Update the pack."
        )
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        connection.execute(SETTINGS.encode())
        if not replace:
            _check_empty(connection)
        connection.execute("DROP SCHEMA anime CASCADE")
        migrate(connection, until=source.version)
        contents = _copy_all(connection, source, say)
        _set_identities(connection)
        migrate(connection)
    return contents


def digest(chunks: Iterable[bytes]) -> tuple[Iterator[bytes], Callable[[], Contents]]:
    """The same chunks, and what they held once they have all been taken."""
    sha256, rows = hashlib.sha256(), 0

    def passed() -> Iterator[bytes]:
        nonlocal rows
        for chunk in chunks:
            sha256.update(chunk)
            rows += bytes(chunk).count(b"\n")  # a line's end inside a value is written "\\n"
            yield chunk

    return passed(), lambda: Contents(rows, sha256.hexdigest())


def _copy_all(connection: "Connection", source: Source, say: Say) -> dict[str, Contents]:
    ours = {table.name: set(table.columns) for table in tables_of(connection)}
    if {table.name: set(table.columns) for table in source.tables} != ours:
        raise TransferFailed(f"These are not the tables of schema {source.version}.")
    contents = {}
    for table in source.tables:
        _switch_triggers(connection, table, "DISABLE")  # what they would write comes too
        chunks, taken = digest(source.chunks(table))
        _copy_in(connection, table, chunks)
        contents[table.name] = taken()
        say(f"{table.name}: {taken().rows} rows")
    for table in source.tables:
        chunks, taken = digest(_copy_out(connection, table))
        for _ in chunks:
            pass
        if taken() != contents[table.name]:
            raise TransferFailed(f"{table.name} came out differently: nothing was changed.")
        _switch_triggers(connection, table, "ENABLE")
    return contents


def _check_empty(connection: "Connection") -> None:
    for table in ("jobs", "character_versions", "deleted_jobs"):
        query = f"SELECT count(*) FROM anime.{table}"
        (rows,) = connection.execute(query.encode()).fetchone() or (0,)
        if rows:
            raise TransferFailed(
                f"The database holds {rows} {table.replace('_', ' ')} already. With --replace,"
                " what comes takes the place of all that it holds."
            )


def _set_identities(connection: "Connection") -> None:
    from psycopg import sql

    for table, column in connection.execute(IDENTITIES.encode()).fetchall():
        connection.execute(
            sql.SQL(
                "SELECT setval(pg_get_serial_sequence({name}, {column_name}),"
                " coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM anime.{table}"
            ).format(
                name=sql.Literal(f"anime.{table}"),
                column_name=sql.Literal(column),
                column=sql.Identifier(column),
                table=sql.Identifier(table),
            )
        )


def _switch_triggers(connection: "Connection", table: Table, how: str) -> None:
    connection.execute(f"ALTER TABLE anime.{table.name} {how} TRIGGER USER".encode())


def _copy_out(connection: "Connection", table: Table) -> Iterator[bytes]:
    from psycopg import sql

    order = [sql.SQL('{}::text COLLATE "C"').format(sql.Identifier(name)) for name in table.key]
    query = sql.SQL("COPY (SELECT {} FROM anime.{} ORDER BY {}) TO STDOUT").format(
        _columns(table), sql.Identifier(table.name), sql.SQL(", ").join(order)
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        yield from map(bytes, copy)


def _copy_in(connection: "Connection", table: Table, chunks: Iterable[bytes]) -> None:
    from psycopg import sql

    query = sql.SQL("COPY anime.{} ({}) FROM STDIN").format(
        sql.Identifier(table.name), _columns(table)
    )
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for chunk in chunks:
            copy.write(chunk)


def _columns(table: Table) -> Any:
    from psycopg import sql

    return sql.SQL(", ").join(map(sql.Identifier, table.columns))
