"""Backup of all recorded jobs into a file, restoring it, and moving to another server."""

import json
import os
import zipfile
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ..database.address import external_address, without_secrets
from ..database.database import Database, DatabaseUnavailable
from ..database.place import place_below
from ..database.transfer import (
    Contents,
    DatabaseSource,
    PrintLine,
    Source,
    Table,
    TransferFailed,
    digest,
    fill,
)
from .backup_folder import MANIFEST, UNFINISHED
from .outbox import Outbox
from .process_lock import Life, list_processes
from .processes import FOLDER
from .shipper import Shipper

if TYPE_CHECKING:
    from psycopg import Connection

NOTHING: Mapping[str, Any] = {}
KIND, FORMAT = "Anime Production's record of jobs", 1
OUTBOX = "outbox.sqlite"
CHUNK = 1 << 20  # bytes
SETTLE_SECONDS = 600.0  # longest wait until the events of the outbox are in the database


def back_up(directory: Path, file: Path, print_line: PrintLine) -> dict[str, Contents]:
    """Write the whole contents of the database into a file; ComfyUI may run at the same time.

    Args:
        directory: the pack's private folder.
        file: path of the new file. The file contains prompts and workflows, so only its owner can
            read it.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the file exists already or can't be written.
        DatabaseUnavailable: the database can't be reached.
    """
    if file.exists():
        raise TransferFailed(f"{file} exists already; give another name.")
    database = Database(directory)
    try:
        _ship_outbox(directory, database, print_line)
        with snapshot(database) as (connection, _):
            return write_file(file, DatabaseSource(connection), print_line)
    finally:
        database.close()


def restore(
    directory: Path, file: Path, replace: bool, print_line: PrintLine
) -> dict[str, Contents]:
    """Write the contents of a backup into the database, all of it or nothing.

    Args:
        directory: the pack's private folder; no running ComfyUI may use it.
        file: backup that `back_up` of this version of the pack or an older one wrote.
        replace: True if the database's present contents may be deleted.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the restoring failed; nothing was changed.
        DatabaseUnavailable: the database can't be reached.
    """
    _check_comfyui_is_stopped(directory)
    try:
        with zipfile.ZipFile(file) as archive:
            source = _ArchiveSource(archive)
            return _fill(Database(directory), source, replace, print_line)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, DatabaseUnavailable):
            raise
        raise TransferFailed(f"{file} is no complete backup of this pack: {error}.") from error


def move(directory: Path, replace: bool, print_line: PrintLine) -> dict[str, Contents]:
    """Copy the embedded database to the server that the user configured.

    The pack uses that server from then on. The embedded database stays as it is.

    Args:
        directory: the pack's private folder; no running ComfyUI may use it.
        replace: True if the present contents of the server's database may be deleted.
        print_line: function that prints a line of progress for each table.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the move failed; nothing was changed.
        DatabaseUnavailable: one of the two databases can't be reached.
        SettingsError: the configured address is invalid.
    """
    _check_comfyui_is_stopped(directory)
    if external_address(directory) is None:
        raise TransferFailed(
            "No PostgreSQL server to move to is configured. Set ANIME_DATABASE_URL, or database_url"
            " in the private config file, as you would for ComfyUI."
        )
    place = place_below(directory)
    if not (place / "data").is_dir():
        raise TransferFailed(f"There is no embedded database in {place}.")
    embedded = Database(directory, only_embedded=True)
    try:
        with snapshot(embedded) as (connection, _):
            return _fill(Database(directory), DatabaseSource(connection), replace, print_line)
    finally:
        embedded.close()


class _ArchiveSource:
    """A backup file as a source of rows."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        manifest = json.loads(archive.read(MANIFEST))
        if (manifest["kind"], manifest["format"]) != (KIND, FORMAT):
            raise ValueError(f"{MANIFEST} is of another kind or format")
        self._archive, self.version = archive, int(manifest["schema"])
        self.tables: Sequence[Table] = [
            Table(each["name"], tuple(each["columns"]), tuple(each["key"]))
            for each in manifest["tables"]
        ]
        self._contents = {each["name"]: Contents(**each["contents"]) for each in manifest["tables"]}

    def chunks(self, table: Table) -> Generator[bytes, None, None]:
        """Yield the table's rows, and check that they are those that were backed up."""
        with self._archive.open(f"{table.name}.copy") as stream:
            chunks, contents_of_chunks = digest(iter(lambda: stream.read(CHUNK), b""))
            yield from chunks
        if contents_of_chunks() != self._contents[table.name]:
            raise ValueError(f"the rows of the table {table.name} were changed or damaged")


def write_file(
    file: Path,
    source: Source,
    print_line: PrintLine,
    pace: Callable[[], None] = lambda: None,
    more: Mapping[str, Any] = NOTHING,
) -> dict[str, Contents]:
    """Write all rows of a source into a new file, which has its name only when it is complete.

    Args:
        file: path of the new file; only its owner can read it.
        source: rows.
        print_line: function that prints a line of progress for each table.
        pace: function that is called after each row; an error of it ends the writing.
        more: further values for the manifest.

    Returns:
        The contents of every table, by its name.

    Raises:
        TransferFailed: the file can't be written.
    """
    unfinished = file.with_name(f"{file.name}{UNFINISHED}")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w+b") as stream:
            contents = write_archive(stream, source, print_line, pace, more)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(unfinished, file)
    except OSError as error:
        if isinstance(error, DatabaseUnavailable):
            raise
        raise TransferFailed(f"{file} can't be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return contents


def write_archive(
    file: Path | IO[bytes],
    source: Source,
    print_line: PrintLine,
    pace: Callable[[], None] = lambda: None,
    more: Mapping[str, Any] = NOTHING,
) -> dict[str, Contents]:
    """Write all rows of a source into a ZIP file; see `write_file`."""
    contents = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in source.tables:
            with (
                closing(source.chunks(table)) as rows,
                archive.open(f"{table.name}.copy", "w", force_zip64=True) as stream,
            ):
                chunks, contents_of_chunks = digest(rows)
                for chunk in chunks:
                    stream.write(chunk)
                    pace()
            contents[table.name] = contents_of_chunks()
            print_line(f"{table.name}: {contents[table.name].rows} rows")
        tables = [
            {**asdict(table), "contents": asdict(contents[table.name])} for table in source.tables
        ]
        manifest = {
            "kind": KIND,
            "format": FORMAT,
            "schema": source.version,
            "made_at": datetime.now(timezone.utc).isoformat(),
            "tables": tables,
            **more,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return contents


def _fill(
    database: Database, source: Source, replace: bool, print_line: PrintLine
) -> dict[str, Contents]:
    from psycopg import Error

    try:
        with database.connect(None) as connection:
            return fill(connection, source, replace, print_line)
    except Error as error:
        reason = without_secrets(error)
        raise TransferFailed(
            f"The database refused a statement, and nothing was changed: {reason}"
        ) from None
    finally:
        database.close()


@contextmanager
def snapshot(
    database: Database, before: "Callable[[Connection], Any]" = lambda connection: None
) -> "Iterator[tuple[Connection, Any]]":
    """Open the present contents of the database, which other connections may change meanwhile.

    Args:
        database: database to read.
        before: function that is called with the connection before the moment of the contents.

    Yields:
        A connection in a transaction at that moment, and what `before` returned.
    """
    from psycopg import IsolationLevel

    connection: Connection
    with database.connect(None) as connection:
        first = before(connection)
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            yield connection, first


def _ship_outbox(directory: Path, database: Database, print_line: PrintLine) -> None:
    """Ship the events of the outbox, which may contain the newest jobs."""
    if not (directory / OUTBOX).exists():
        return
    outbox = Outbox(directory / OUTBOX)
    shipper = Shipper(outbox, database)
    try:
        shipper.settle(SETTLE_SECONDS)
        if shipper.failure:
            raise DatabaseUnavailable(shipper.failure)
        if waiting := outbox.backlog():
            print_line(f"{waiting} events wait in the outbox; they are not in the backup.")
    finally:
        shipper.stop(5)
        outbox.close()


def _check_comfyui_is_stopped(directory: Path) -> None:
    if any(life is Life.ALIVE for _, life, _ in list_processes(directory / FOLDER)):
        raise TransferFailed(
            "ComfyUI is running and would write to the database meanwhile. Stop ComfyUI first."
        )
