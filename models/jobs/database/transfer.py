"""Transfer of a whole database into another one, in one transaction: all of it or nothing."""

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from .migrations import LOCK, list_migrations, migrate, schema_version

if TYPE_CHECKING:
    from psycopg import Connection

PrintLine = Callable[[str], None]

# The text that COPY writes depends on the first settings. Both databases use the same, so that
# their contents can be compared. A large table takes longer than other queries may take.
SETTINGS = """
SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL lock_timeout = '15s';
SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;
"""
# For each table: its name, its columns, the columns of its primary key, and the tables that its
# foreign keys refer to. The table of migrations and generated columns are left out.
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
    """The transfer failed and changed nothing; the message gives the reason and a remedy."""


@dataclass(frozen=True)
class Table:
    """A table that is copied.

    Attributes:
        name: name of the table.
        columns: names of the columns that are copied.
        key: names of the columns of the primary key.
    """

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """Fingerprint of a table's contents.

    Attributes:
        rows: number of rows.
        sha256: hexadecimal SHA-256 of all rows, in the order of their key.
    """

    rows: int
    sha256: str


class Source(Protocol):
    """A source of rows: a database or a backup."""

    @property
    def version(self) -> int:
        """Version of the schema that the rows have."""

    @property
    def tables(self) -> Sequence[Table]:
        """Tables, ordered so that no foreign key refers to a later one."""

    def chunks(self, table: Table) -> Generator[bytes, None, None]:
        """Yield the table's rows in the format of COPY.

        A caller that may stop early closes the generator: until then it holds the connection, and
        the end of the transaction would wait for it.
        """


class DatabaseSource:
    """A database at one moment; writes by other connections don't change what is read."""

    def __init__(self, connection: "Connection") -> None:
        """Read the version and the tables.

        Args:
            connection: connection inside a transaction whose level is REPEATABLE READ.
        """
        connection.execute(SETTINGS.encode())
        self._connection, self.version = connection, schema_version(connection)
        self.tables: Sequence[Table] = tables_of(connection)

    def chunks(self, table: Table) -> Generator[bytes, None, None]:
        """Yield the table's rows in the format of COPY, in the order of their key."""
        return _copy_out(self._connection, table)


def tables_of(connection: "Connection") -> list[Table]:
    """Return the schema's tables, ordered so that no foreign key refers to a later one."""
    rows = {row[0]: row for row in connection.execute(TABLES.encode()).fetchall()}
    ordered: dict[str, Table] = {}

    def add(name: str) -> None:
        if name not in ordered:
            _, columns, key, referenced_tables = rows[name]
            for referenced in referenced_tables:
                add(referenced)
            ordered[name] = Table(name, tuple(columns), tuple(key))

    for name in rows:
        add(name)
    return list(ordered.values())


def fill(
    connection: "Connection", source: Source, replace: bool, print_line: PrintLine
) -> dict[str, Contents]:
    """Copy all tables of a source into a database, in one transaction, and compare the contents.

    Args:
        connection: connection in autocommit mode to a database that has this pack's schema.
        source: rows in this pack's schema or an older one.
        replace: True if the database's present contents may be deleted.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the source or the database is of a newer version, the database has contents
            already, or the copied contents differ.
        psycopg.Error: the database refused a statement.
    """
    newest = list_migrations()[-1].version
    if source.version > newest:
        raise TransferFailed(
            f"This was written by a newer version of the pack (schema {source.version}; this"
            f" version supports schemas up to {newest}). Update the pack."
        )
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        version = schema_version(connection)
        if version > newest:  # newer versions of the pack use it, perhaps at this moment
            raise TransferFailed(
                f"The database has schema {version}, made by a newer version of this pack, which"
                f" this version (schemas up to {newest}) may use but not replace. Update the pack."
            )
        connection.execute(SETTINGS.encode())
        if not replace:
            _check_empty(connection)
        connection.execute("DROP SCHEMA anime CASCADE")
        migrate(connection, until=source.version)
        contents = _copy_all(connection, source, print_line)
        _set_identities(connection)
        migrate(connection)
    return contents


def digest(chunks: Iterable[bytes]) -> tuple[Iterator[bytes], Callable[[], Contents]]:
    """Return an iterator over the same chunks, and a function that returns their `Contents`.

    The function may be called only after the iterator has yielded its last chunk.
    """
    sha256, rows = hashlib.sha256(), 0

    def counted_chunks() -> Iterator[bytes]:
        nonlocal rows
        for chunk in chunks:
            sha256.update(chunk)
            # A line break ends a row: COPY writes a line break inside a value as "\\n".
            rows += bytes(chunk).count(b"\n")
            yield chunk

    return counted_chunks(), lambda: Contents(rows, sha256.hexdigest())


def _copy_all(
    connection: "Connection", source: Source, print_line: PrintLine
) -> dict[str, Contents]:
    columns = {table.name: set(table.columns) for table in tables_of(connection)}
    if {table.name: set(table.columns) for table in source.tables} != columns:
        raise TransferFailed(
            f"The tables or columns of the source are not those of schema {source.version};"
            " nothing was changed."
        )
    contents = {}
    for table in source.tables:
        # The source already contains the rows that the triggers would write.
        _switch_triggers(connection, table, "DISABLE")
        with closing(source.chunks(table)) as rows:
            chunks, contents_of_chunks = digest(rows)
            _copy_in(connection, table, chunks)
        contents[table.name] = contents_of_chunks()
        print_line(f"{table.name}: {contents[table.name].rows} rows")
    for table in source.tables:
        chunks, contents_of_chunks = digest(_copy_out(connection, table))
        for _ in chunks:
            pass
        if contents_of_chunks() != contents[table.name]:
            raise TransferFailed(
                f"The copy of the table {table.name} differs from its source; nothing was changed."
            )
        _switch_triggers(connection, table, "ENABLE")
    return contents


def _check_empty(connection: "Connection") -> None:
    for table in ("jobs", "character_versions", "deleted_jobs"):
        query = f"SELECT count(*) FROM anime.{table}"  # noqa: S608  # nosec B608  # names above
        (rows,) = connection.execute(query.encode()).fetchone() or (0,)
        if rows:
            raise TransferFailed(
                f"The database holds {rows} {table.replace('_', ' ')} already. Use --replace to"
                " delete everything in it and put the new contents in its place."
            )


def _set_identities(connection: "Connection") -> None:
    """Let the numbers of new rows continue after the highest number that was copied."""
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


def _switch_triggers(connection: "Connection", table: Table, action: str) -> None:
    connection.execute(f"ALTER TABLE anime.{table.name} {action} TRIGGER USER".encode())


def _copy_out(connection: "Connection", table: Table) -> Generator[bytes, None, None]:
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
