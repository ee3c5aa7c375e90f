"""Backs the record of jobs up into a file, restores it, and moves it to another server."""

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from ..database.address import external_address, without_secrets
from ..database.database import Database, DatabaseAway
from ..database.place import place_below
from ..database.transfer import (
    Contents,
    DatabaseSource,
    Say,
    Source,
    Table,
    TransferFailed,
    digest,
    fill,
)
from .outbox import Outbox
from .process_lock import Life, lives
from .processes import FOLDER
from .shipper import Shipper

if TYPE_CHECKING:
    from psycopg import Connection

KIND, FORMAT = "Anime Production's record of jobs", 1
MANIFEST = "manifest.json"
OUTBOX = "outbox.sqlite"
CHUNK = 1 << 20  # bytes
SETTLE_SECONDS = 600.0


def back_up(directory: Path, file: Path, say: Say) -> dict[str, Contents]:
    """Write all that the database holds into a file; ComfyUI may go on meanwhile.

    Args:
        directory: the pack's private folder.
        file: does not exist yet. It holds prompts and workflows, and only its owner can read it.
        say: takes a line for each table.

    Returns:
        What every table holds.

    Raises:
        TransferFailed: it can't be done.
        DatabaseAway: the database can't be reached.
    """
    if file.exists():
        raise TransferFailed(f"{file} exists already; give another name.")
    database = Database(directory)
    unfinished = file.with_name(f"{file.name}.part")
    try:
        _ship_what_waits(directory, database, say)
        with _reading(database) as source:
            os.close(os.open(unfinished, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600))
            contents = write_archive(unfinished, source, say)
        os.replace(unfinished, file)
    except OSError as error:
        if isinstance(error, DatabaseAway):
            raise
        raise TransferFailed(f"{file} can't be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
        database.close()
    return contents


def restore(directory: Path, file: Path, replace: bool, say: Say) -> dict[str, Contents]:
    """Put what a backup holds into the database, all of it or nothing.

    Args:
        directory: the pack's private folder; no ComfyUI may be using it.
        file: what `back_up` wrote, in this version of the pack or an older one.
        replace: whether what the database holds may go.
        say: takes a line for each table.

    Returns:
        What every table holds.

    Raises:
        TransferFailed: it can't be done; nothing was changed.
        DatabaseAway: the database can't be reached.
    """
    _check_nobody_runs(directory)
    try:
        with zipfile.ZipFile(file) as archive:
            source = _ArchiveSource(archive)
            return _fill(Database(directory), source, replace, say)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        if isinstance(error, DatabaseAway):
            raise
        raise TransferFailed(f"{file} is no whole backup of this pack: {error}.") from error


def move(directory: Path, replace: bool, say: Say) -> dict[str, Contents]:
    """Copy the embedded database to the server that the user named, which is used from then on.

    The embedded one stays as it is.

    Args:
        directory: the pack's private folder; no ComfyUI may be using it.
        replace: whether what the server's database holds may go.
        say: takes a line for each table.

    Returns:
        What every table holds.

    Raises:
        TransferFailed: it can't be done; nothing was changed.
        DatabaseAway: one of both can't be reached.
        SettingsError: the address is none.
    """
    _check_nobody_runs(directory)
    if external_address(directory) is None:
        raise TransferFailed(
            "Where to? Set ANIME_DATABASE_URL, or database_url in the private config file, as for"
            " ComfyUI itself."
        )
    place = place_below(directory)
    if not (place / "data").is_dir():
        raise TransferFailed(f"There is no embedded database in {place}.")
    embedded = Database(directory, only_embedded=True)
    try:
        with _reading(embedded) as source:
            return _fill(Database(directory), source, replace, say)
    finally:
        embedded.close()


class _ArchiveSource:
    """A backup."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        manifest = json.loads(archive.read(MANIFEST))
        if (manifest["kind"], manifest["format"]) != (KIND, FORMAT):
            raise ValueError("it is of another kind")
        self._archive, self.version = archive, int(manifest["schema"])
        self.tables: Sequence[Table] = [
            Table(each["name"], tuple(each["columns"]), tuple(each["key"]))
            for each in manifest["tables"]
        ]
        self._contents = {each["name"]: Contents(**each["contents"]) for each in manifest["tables"]}

    def chunks(self, table: Table) -> Iterator[bytes]:
        """The table's rows, as they were backed up."""
        with self._archive.open(f"{table.name}.copy") as stored:
            chunks, taken = digest(iter(lambda: stored.read(CHUNK), b""))
            yield from chunks
        if taken() != self._contents[table.name]:
            raise ValueError(f"{table.name} is not what was backed up")


def write_archive(file: Path, source: Source, say: Say) -> dict[str, Contents]:
    """Write what a source holds into a file."""
    contents = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in source.tables:
            chunks, taken = digest(source.chunks(table))
            with archive.open(f"{table.name}.copy", "w", force_zip64=True) as stored:
                for chunk in chunks:
                    stored.write(chunk)
            contents[table.name] = taken()
            say(f"{table.name}: {taken().rows} rows")
        tables = [
            {**asdict(table), "contents": asdict(contents[table.name])} for table in source.tables
        ]
        manifest = {
            "kind": KIND,
            "format": FORMAT,
            "schema": source.version,
            "made_at": datetime.now(timezone.utc).isoformat(),
            "tables": tables,
        }
        archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return contents


def _fill(database: Database, source: Source, replace: bool, say: Say) -> dict[str, Contents]:
    from psycopg import Error

    try:
        with database.connect() as connection:
            return fill(connection, source, replace, say)
    except Error as error:
        why = without_secrets(error)
        raise TransferFailed(f"The database refuses, and nothing was changed: {why}") from None
    finally:
        database.close()


@contextmanager
def _reading(database: Database) -> "Iterator[DatabaseSource]":
    """The database as it is now, for reading."""
    from psycopg import IsolationLevel

    connection: Connection
    with database.connect() as connection:
        connection.isolation_level = IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        with connection.transaction():
            yield DatabaseSource(connection)


def _ship_what_waits(directory: Path, database: Database, say: Say) -> None:
    """The newest of the jobs may still be in the outbox."""
    if not (directory / OUTBOX).exists():
        return
    outbox = Outbox(directory / OUTBOX)
    shipper = Shipper(outbox, database)
    try:
        shipper.settle(SETTLE_SECONDS)
        if shipper.away:
            raise DatabaseAway(shipper.away)
        if left := outbox.backlog():
            say(f"{left} events wait in the outbox; they are not in the backup.")
    finally:
        shipper.stop(5)
        outbox.close()


def _check_nobody_runs(directory: Path) -> None:
    if any(life is Life.ALIVE for _, life, _ in lives(directory / FOLDER)):
        raise TransferFailed("ComfyUI is running and would go on writing. Stop it first.")
